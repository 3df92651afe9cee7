import {
  absolute,
  addRatios,
  assert,
  compare,
  formatDecimal,
  isZeroRatio,
  negateRatio,
  round,
  subtractRatios,
  sum,
  sumRatios,
  zeroRatio,
} from "@meter/primitives";
import type { Currency, Decimal, Ratio } from "@meter/primitives";

import type { Quantities } from "./billable-quantity.ts";
import { toDisplay } from "./display.ts";
import type { Counted, Rated, RatedDetail, RatedDiscount } from "./rated.ts";
import { readDecimal, readPartStep, readRatio } from "./rated-part.ts";
import type { PartStep, RatedPart } from "./rated-part.ts";
import { shareRounding } from "./share-rounding.ts";
import type { SharedRounding, SharedStep } from "./share-rounding.ts";
import type { Whole, WholeStep } from "./whole.ts";

/** What the earlier live parts came to, together. */
export type Earlier = Readonly<{
  /** Σ of their amounts, as rated. */
  rated: Decimal;
  /** P: Σ net of their steps. */
  exact: Ratio;
  quantities: Quantities<Ratio>;
  steps: readonly PartStep[];
}>;

/**
 * A part is what the whole has come to, less what the earlier live parts came to, quantity by quantity and summand by
 * summand. A deleted or voided part is simply not among them, so that its usage is billed again.
 */
export const cutPart = (whole: Whole, earlier: Earlier, currency: Currency): CutPart => {
  const { minorUnits } = currency;
  const steps = subtractSteps(whole.steps, earlier.steps);
  const shared = shareRounding(steps, { start: earlier.exact, minorUnits });
  const amountMinor = shared.endMinor - minorOf(earlier.rated, minorUnits);
  const remainder = amountMinor - (shared.endMinor - shared.startMinor);
  const fallback = whole.steps.at(-1) ?? earlier.steps.at(-1) ?? null;
  const exactQuantities =
    earlier === nothingEarlier ? whole.quantities : subtractQuantities(whole.quantities, earlier.quantities);
  return {
    rated: {
      currency,
      amount: { coefficient: amountMinor, scale: minorUnits },
      exactWhole: shared.end,
      details: toDetails(shared.steps, { whole, minorUnits, remainder, fallback }),
      quantities: countQuantities(exactQuantities, earlier.quantities),
      exactQuantities,
      steps,
    },
    rounding: { shared, remainder },
  };
};

/** The rated part, and how its rounding went. */
export type CutPart = Readonly<{ rated: Omit<Rated, "taxConfig">; rounding: PartRounding }>;

export type PartRounding = Readonly<{
  shared: SharedRounding;
  /** In minor units: what the last detail carries because an earlier part was deleted. */
  remainder: bigint;
}>;

/** The sum of earlier parts, read from how they are stored. */
export const sumParts = (parts: readonly RatedPart[]): Earlier => {
  if (parts.length === 0) return nothingEarlier;
  const steps = new Map<string, PartStep>();
  for (const step of parts.flatMap((part) => part.steps.map(readPartStep))) {
    const id = identify(step);
    const known = steps.get(id);
    steps.set(id, known === undefined ? step : addSteps(known, step));
  }
  const sumOf = (name: keyof Quantities<string>): Ratio =>
    sumRatios(parts.map(({ quantities }) => readRatio(quantities[name])));
  return {
    rated: sum(parts.map(({ amount }) => readDecimal(amount))),
    exact: sumRatios([...steps.values()].map(({ net }) => net)),
    quantities: {
      metered: sumOf("metered"),
      converted: sumOf("converted"),
      free: sumOf("free"),
      billable: sumOf("billable"),
    },
    steps: [...steps.values()],
  };
};

const nothingEarlier: Earlier = {
  rated: { coefficient: 0n, scale: 0 },
  exact: zeroRatio,
  quantities: { metered: zeroRatio, converted: zeroRatio, free: zeroRatio, billable: zeroRatio },
  steps: [],
};

/** What the whole adds to the earlier parts, in the order of the whole; then what the whole has no longer. */
const subtractSteps = (whole: readonly WholeStep[], earlier: readonly PartStep[]): readonly PartStep[] => {
  if (earlier.length === 0) return whole;
  const rest = new Map(earlier.map((step) => [identify(step), step]));
  const added = whole.flatMap((step): readonly PartStep[] => {
    const id = identify(step);
    const known = rest.get(id);
    if (known === undefined) return [step];
    rest.delete(id);
    const difference = addSteps(step, negateStep(known));
    // A summand of zero quantity is there to be seen, in every part; one that has not changed is not.
    return isNothing(difference) && !isZeroRatio(step.quantity) ? [] : [difference];
  });
  const undone = [...rest.values()].filter((step) => !isNothing(step)).map(reverseStep);
  return undone.length === 0 ? added : [...added, ...undone];
};

const identify = ({ key, unitAmount }: PartStep): string => `${key} at ${formatDecimal(unitAmount)}`;

const isNothing = ({ quantity, gross, discounted, net }: PartStep): boolean =>
  isZeroRatio(quantity) && isZeroRatio(gross) && isZeroRatio(discounted) && isZeroRatio(net);

const addSteps = (a: PartStep, b: PartStep): PartStep => ({
  ...a,
  quantity: addRatios(a.quantity, b.quantity),
  gross: addRatios(a.gross, b.gross),
  discounted: addRatios(a.discounted, b.discounted),
  net: addRatios(a.net, b.net),
});

const negateStep = (step: PartStep): PartStep => ({
  ...step,
  quantity: negateRatio(step.quantity),
  gross: negateRatio(step.gross),
  discounted: negateRatio(step.discounted),
  net: negateRatio(step.net),
});

/** The key stays, so that the sums by key stay right; the reference must not meet that of the summand's successor. */
const reverseStep = (step: PartStep): PartStep => ({
  ...negateStep(step),
  reference: step.reference.includes("#")
    ? step.reference
    : `${step.reference}#reversal:${step.key}:${formatDecimal(step.unitAmount)}`,
});

const toDetails = (
  steps: readonly SharedStep[],
  context: Readonly<{ whole: Whole; minorUnits: number; remainder: bigint; fallback: PartStep | null }>,
): readonly RatedDetail[] => {
  const { whole, minorUnits, remainder, fallback } = context;
  const rows = remainder === 0n || steps.length > 0 ? steps : [emptyShare(fallback ?? roundingStep)];
  return rows.map((row, index): RatedDetail => {
    const { step, percentage, maximum } = row;
    const extra = index === rows.length - 1 ? remainder : 0n;
    const amount = { coefficient: row.amount + extra, scale: minorUnits };
    const total = { coefficient: row.total + extra, scale: minorUnits };
    const byAmount = step.shown === "amount";
    return {
      reference: step.reference,
      label: step.label,
      category: step.category,
      paymentTerm: whole.paymentTerm,
      quantity: byAmount ? (amount.coefficient < 0n ? minusOne : one) : toDisplay(step.quantity),
      perUnitAmount: byAmount ? absolute(amount) : step.unitAmount,
      amount,
      discounts: toDiscounts({ percentage, maximum, minorUnits }),
      total,
    };
  });
};

const toDiscounts = ({
  percentage,
  maximum,
  minorUnits,
}: Readonly<{ percentage: bigint; maximum: bigint; minorUnits: number }>): readonly RatedDiscount[] => {
  if (percentage === 0n && maximum === 0n) return noRatedDiscounts;
  const discounts: RatedDiscount[] = [];
  const push = (reason: RatedDiscount["reason"], coefficient: bigint): void => {
    if (coefficient !== 0n) discounts.push({ reason, amount: { coefficient, scale: minorUnits } });
  };
  push("ratecard_percentage", percentage);
  push("maximum_spend", maximum);
  return discounts;
};

const noRatedDiscounts: readonly RatedDiscount[] = [];

/** Nothing of a summand, to carry a remainder. */
const emptyShare = (step: PartStep): SharedStep => ({
  step: { ...step, quantity: zeroRatio, gross: zeroRatio, discounted: zeroRatio, net: zeroRatio },
  amount: 0n,
  percentage: 0n,
  maximum: 0n,
  total: 0n,
});

/** For a remainder when nothing else is left to carry it: all parts were deleted but their rounding. */
const roundingStep: PartStep = {
  key: "rounding",
  reference: "rounding",
  label: "rounding",
  category: "regular",
  shown: "amount",
  quantity: zeroRatio,
  unitAmount: { coefficient: 1n, scale: 0 },
  gross: zeroRatio,
  discounted: zeroRatio,
  net: zeroRatio,
};

const subtractQuantities = (now: Quantities<Ratio>, before: Quantities<Ratio>): Quantities<Ratio> => ({
  metered: subtractRatios(now.metered, before.metered),
  converted: subtractRatios(now.converted, before.converted),
  free: subtractRatios(now.free, before.free),
  billable: subtractRatios(now.billable, before.billable),
});

const countQuantities = (part: Quantities<Ratio>, before: Quantities<Ratio>): Quantities<Counted> => ({
  metered: toCounted(before.metered, part.metered),
  converted: toCounted(before.converted, part.converted),
  free: toCounted(before.free, part.free),
  billable: toCounted(before.billable, part.billable),
});

const toCounted = (before: Ratio, part: Ratio): Counted => ({ before: toDisplay(before), part: toDisplay(part) });

const minorOf = (amount: Decimal, minorUnits: number): bigint => {
  const rounded = round(amount, minorUnits, "half_away_from_zero");
  assert(compare(rounded, amount) === 0, "a rated amount is a multiple of the minor unit");
  return rounded.coefficient;
};

const one: Decimal = { coefficient: 1n, scale: 0 };
const minusOne: Decimal = { coefficient: -1n, scale: 0 };
