import { printPrice, isUsageBased } from "@meter/catalog";
import { addRatios, formatDecimal, formatRatio, sumRatios, zeroRatio } from "@meter/primitives";
import type { Decimal, Ratio } from "@meter/primitives";

import { convertExactly } from "./billable-quantity.ts";
import type { Earlier, PartRounding } from "./cut.ts";
import type { RateInput } from "./create-pricing.ts";
import type { ChangedSummand, Explanation, ExplanationStep, Given, RoundedDetail } from "./explanation.ts";
import type { Rated } from "./rated.ts";
import { minimumReference, sumNet } from "./whole.ts";
import type { Whole, WholeStep } from "./whole.ts";

/** Everything the engine had in hand. */
export type Work = Readonly<{ whole: Whole; before: Earlier; rounding: PartRounding; rated: Rated }>;

/** The engine's work written down: numbers it calculated, never calculated anew. */
export const explain = (input: RateInput, { whole, before, rounding, rated }: Work): Explanation => ({
  given: toGiven(input, whole),
  steps: [
    ...(whole.model === null ? [] : explainQuantity(whole)),
    ...(whole.model === null ? [] : explainWhole(whole)),
    ...(input.earlier.length === 0
      ? []
      : [
          {
            type: "earlier_parts",
            exact: formatRatio(before.exact),
            rated: formatDecimal(before.rated),
          } as const,
        ]),
    explainRounding({ before, rounding, rated }),
  ],
  amount: formatDecimal(rated.amount),
});

const toGiven = (
  { rateCard, currency, usage, earlier, final }: RateInput,
  { model, adjustments: { proration } }: Whole,
): Given => {
  const { price, unitConfig, discounts, commitments } = rateCard;
  return {
    currency,
    price: price === null ? null : printPrice(price),
    usageBased: model !== null && isUsageBased(model),
    unitConversion:
      unitConfig === null
        ? null
        : {
            operation: unitConfig.operation,
            conversionFactor: formatDecimal(unitConfig.conversionFactor),
            rounding: unitConfig.rounding,
            precision: unitConfig.precision,
          },
    proration: proration === null ? null : formatRatio(proration),
    usageDiscount: formatOptional(discounts.usage?.quantity),
    percentageDiscount: formatOptional(discounts.percentage?.percentage),
    minimumAmount: formatOptional(commitments.minimumAmount),
    maximumAmount: formatOptional(commitments.maximumAmount),
    metered: formatDecimal(usage.total),
    final,
    earlier,
  };
};

const explainQuantity = ({ quantities, adjustments, model }: Whole): readonly ExplanationStep[] => {
  if (model === null || !isUsageBased(model)) return [];
  const { metered, converted, free, billable } = quantities;
  const steps: ExplanationStep[] = [];
  if (adjustments.unitConfig !== null) {
    const exact = convertExactly(metered, adjustments.unitConfig);
    steps.push({
      type: "unit_conversion",
      from: formatRatio(metered),
      exact: formatRatio(exact),
      to: formatRatio(converted),
    });
  }
  if (converted.numerator < 0n) steps.push({ type: "not_below_zero", from: formatRatio(converted), to: "0" });
  if (adjustments.freeQuantity !== null) {
    steps.push({
      type: "usage_discount",
      from: formatRatio(addRatios(billable, free)),
      free: formatRatio(free),
      to: formatRatio(billable),
    });
  }
  return steps;
};

const explainWhole = ({ model, usage, price, due, adjustments, listed, steps }: Whole): readonly ExplanationStep[] => {
  if (model === null || price === null) return [];
  if (!due) return [{ type: "not_due" }];
  const regular = steps.filter(({ category }) => category === "regular");
  const reasons = model.explain(price, usage);
  const explained: ExplanationStep[] = [
    {
      type: "model",
      quantity: formatRatio(usage.total),
      summands: listed.map(({ key, reference, quantity, unitAmount, amount }, index) => ({
        key,
        reference,
        reason: reasons[index] ?? { rule: "stated", text: "the model gives no reason" },
        quantity: formatRatio(quantity),
        unitAmount: formatDecimal(unitAmount),
        amount: formatRatio(amount),
      })),
      to: formatRatio(sumRatios(listed.map(({ amount }) => amount))),
    },
  ];
  if (adjustments.proration !== null) {
    explained.push({
      type: "proration",
      from: formatRatio(sumRatios(listed.map(({ amount }) => amount))),
      summands: regular.map(({ key, gross }, index) => ({
        key,
        from: formatRatio(listed[index]?.amount ?? zeroRatio),
        to: formatRatio(gross),
      })),
      to: formatRatio(sumOf(regular, "gross")),
    });
  }
  if (adjustments.percentage !== null) {
    explained.push({ type: "percentage_discount", ...explainChange(regular, "gross", "discounted") });
  }
  if (adjustments.maximumAmount !== null) {
    explained.push({ type: "maximum_spend", ...explainChange(regular, "discounted", "net") });
  }
  if (adjustments.minimumAmount !== null) {
    const added = steps.find(({ key }) => key === minimumReference)?.net ?? zeroRatio;
    explained.push({
      type: "minimum_spend",
      from: formatRatio(sumNet(regular)),
      added: formatRatio(added),
      to: formatRatio(sumNet(steps)),
    });
  }
  return explained;
};

type AmountName = "gross" | "discounted" | "net";

const explainChange = (
  steps: readonly WholeStep[],
  before: AmountName,
  after: AmountName,
): Readonly<{ from: string; summands: readonly ChangedSummand[]; to: string }> => ({
  from: formatRatio(sumOf(steps, before)),
  summands: steps.map((step) => ({ key: step.key, from: formatRatio(step[before]), to: formatRatio(step[after]) })),
  to: formatRatio(sumOf(steps, after)),
});

const sumOf = (steps: readonly WholeStep[], name: AmountName): Ratio => sumRatios(steps.map((step) => step[name]));

const explainRounding = ({ before, rounding, rated }: Omit<Work, "whole">): ExplanationStep => {
  const { minorUnits } = rated.currency;
  const minor = (coefficient: bigint): string => formatDecimal({ coefficient, scale: minorUnits });
  let reached = before.exact;
  const details = rated.details.map(({ reference, total }, index): RoundedDetail => {
    const step = rounding.shared.steps[index]?.step ?? null;
    const start = reached;
    if (step !== null) reached = addRatios(reached, step.net);
    return {
      key: step?.key ?? reference,
      reference,
      before: formatRatio(start),
      after: formatRatio(reached),
      total: formatDecimal(total),
    };
  });
  return {
    type: "rounding",
    whole: formatRatio(rated.exactWhole),
    rounded: minor(rounding.shared.endMinor),
    amount: formatDecimal(rated.amount),
    details,
    remainder: minor(rounding.remainder),
  };
};

const formatOptional = (value: Decimal | null | undefined): string | null =>
  value === null || value === undefined ? null : formatDecimal(value);
