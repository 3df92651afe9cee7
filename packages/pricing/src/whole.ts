import { findPriceModel, isUsageBased, paymentTermOf } from "@meter/catalog";
import type { PaymentTerm, Price, RateCard } from "@meter/catalog";
import {
  addRatios,
  compareRatios,
  dec,
  err,
  minRatio,
  multiplyRatios,
  ok,
  ratioFromDecimal,
  subtract,
  subtractRatios,
  zeroRatio,
} from "@meter/primitives";
import type { Decimal, Ratio, Result } from "@meter/primitives";

import { toBillable } from "./billable-quantity.ts";
import type { Quantities } from "./billable-quantity.ts";
import type { BillableUsage, ModelStep, PricingModel, PricingModels } from "./model.ts";

/** What of a rate card decides its amount. */
export type RatedRateCard = Pick<RateCard, "price" | "discounts" | "unitConfig" | "commitments" | "taxConfig">;

/** A request that cannot be rated. The first two are faults of the wiring or of a definition that was never checked. */
export type RateError =
  | Readonly<{ type: "unknown_price_type"; priceType: string }>
  | Readonly<{ type: "unit_conversion_refused"; priceType: string }>
  /** The model needs more of the usage than was given. */
  | Readonly<{ type: "usage_not_given"; priceType: string; needs: "cells" | "events" }>
  /** The model threw, or answered no steps. */
  | Readonly<{ type: "price_model_failed"; priceType: string; reason: string }>
  /** A figure of the line would have more integer digits than an amount or a quantity can have. */
  | Readonly<{ type: "amount_out_of_range"; integerDigitsMax: number }>;

export type StepCategory = "regular" | "commitment";

/** A summand of the whole with its three exact amounts. */
export type WholeStep = Pick<ModelStep, "key" | "reference" | "label" | "quantity" | "unitAmount" | "shown"> &
  Readonly<{
    category: StepCategory;
    /** quantity × unitAmount. */
    gross: Ratio;
    /** gross less the percentage discount. */
    discounted: Ratio;
    /** discounted less what is above the maximum spend. */
    net: Ratio;
  }>;

/** How the amount came about, kept for the explanation. */
export type Whole = Readonly<{
  /** Null: free of charge. */
  price: Price | null;
  model: PricingModel | null;
  usage: BillableUsage;
  quantities: Quantities<Ratio>;
  paymentTerm: PaymentTerm;
  /** False for a fixed amount in arrears before the end of its period: it is not due at all yet. */
  due: boolean;
  adjustments: Adjustments;
  /** The model's own summands. */
  listed: readonly ModelStep[];
  steps: readonly WholeStep[];
}>;

/** What applies to the price at hand. */
export type Adjustments = Readonly<{
  /** The share of a fixed amount that is charged; null: all of it. */
  proration: Ratio | null;
  unitConfig: RateCard["unitConfig"];
  freeQuantity: Decimal | null;
  percentage: Decimal | null;
  maximumAmount: Decimal | null;
  /** Only in the final part. */
  minimumAmount: Decimal | null;
}>;

export const minimumReference = "min-spend";

/**
 * E(U): the exact cost of all usage since the service period began, a pure function of it. Unit conversion, usage discount,
 * model, percentage discount, maximum spend, in this order; when the period ends here (`final`), what is missing to the
 * minimum spend, which is neither discounted nor capped. Fixed prices know only their proration and the percentage discount.
 */
export const rateWhole = (
  models: PricingModels,
  {
    rateCard,
    metered,
    final,
    proration,
  }: Readonly<{ rateCard: RatedRateCard; metered: Decimal; final: boolean; proration: Ratio | null }>,
): Result<Whole, RateError> => {
  const { price } = rateCard;
  if (price === null) return ok(freeOfCharge(metered));
  const model = findPriceModel(models, price.type);
  if (model === null) return err({ type: "unknown_price_type", priceType: price.type });
  if (model.needs === "cells" || model.needs === "events") {
    return err({ type: "usage_not_given", priceType: price.type, needs: model.needs });
  }
  const usageBased = isUsageBased(model);
  if (rateCard.unitConfig !== null && usageBased && model.unitConversion === "refused") {
    return err({ type: "unit_conversion_refused", priceType: price.type });
  }
  const adjustments = adjustmentsOf(rateCard, { usageBased, final, proration });
  const quantities = toBillable(metered, adjustments);
  const usage = { total: quantities.billable };
  const paymentTerm = paymentTermOf(price);
  const due = usageBased || paymentTerm === "in_advance" || final;
  const asked = askModel(price, () => {
    const listed = due ? model.rate(price, usage) : [];
    return { listed, steps: adjustSteps(listed, adjustments) };
  });
  return asked.ok ? ok({ price, model, usage, quantities, paymentTerm, due, adjustments, ...asked.value }) : asked;
};

/** A model may be anybody's: what it throws is an answer about this line, and no fault of the engine. */
export const askModel = <T>({ type: priceType }: Price, ask: () => T): Result<T, RateError> => {
  try {
    return ok(ask());
  } catch (error) {
    return err({
      type: "price_model_failed",
      priceType,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
};

/** What the steps come to, after discount and maximum: Σ net. */
export const sumNet = (steps: readonly WholeStep[]): Ratio => {
  let total = zeroRatio;
  for (const { net } of steps) total = addRatios(total, net);
  return total;
};

/** Proration and the percentage discount on every step, then the maximum along the steps, then the minimum as a step of its own. */
const adjustSteps = (steps: readonly ModelStep[], adjustments: Adjustments): readonly WholeStep[] => {
  const { percentage, maximumAmount, minimumAmount } = adjustments;
  const charged = percentage === null ? null : ratioFromDecimal(remainingShare(percentage));
  const maximum = maximumAmount === null ? null : ratioFromDecimal(maximumAmount);
  let reached = zeroRatio;
  const adjusted = steps.map(prorateBy(adjustments.proration)).map((step): WholeStep => {
    const { key, reference, label, quantity, unitAmount, shown, amount: gross } = step;
    const discounted = charged === null ? gross : multiplyRatios(gross, charged);
    let net = discounted;
    if (maximum !== null) {
      const before = minRatio(reached, maximum);
      reached = addRatios(reached, discounted);
      if (compareRatios(reached, maximum) > 0) net = subtractRatios(maximum, before);
    }
    return { key, reference, label, quantity, unitAmount, shown, category: "regular", gross, discounted, net };
  });
  if (minimumAmount === null) return adjusted;
  const missing = subtractRatios(ratioFromDecimal(minimumAmount), sumNet(adjusted));
  return missing.numerator > 0n ? [...adjusted, minimumStep(missing)] : adjusted;
};

/** A share of a fixed amount is shown as what it comes to. */
const prorateBy =
  (proration: Ratio | null) =>
  (step: ModelStep): ModelStep =>
    proration === null
      ? step
      : {
          ...step,
          quantity: multiplyRatios(step.quantity, proration),
          amount: multiplyRatios(step.amount, proration),
          shown: "amount",
        };

/** The share of an amount that a percentage discount leaves. */
const remainingShare = (percentage: Decimal): Decimal => {
  const rest = subtract(hundred, percentage);
  return { coefficient: rest.coefficient, scale: rest.scale + 2 };
};

const minimumStep = (missing: Ratio): WholeStep => ({
  key: minimumReference,
  reference: minimumReference,
  label: "minimum spend",
  quantity: missing,
  unitAmount: one,
  shown: "amount",
  category: "commitment",
  gross: missing,
  discounted: missing,
  net: missing,
});

const adjustmentsOf = (
  { discounts, unitConfig, commitments }: RatedRateCard,
  { usageBased, final, proration }: Readonly<{ usageBased: boolean; final: boolean; proration: Ratio | null }>,
): Adjustments => {
  const percentage = discounts.percentage?.percentage ?? null;
  if (!usageBased) return { ...noAdjustments, percentage, proration };
  return {
    proration: null,
    unitConfig,
    freeQuantity: discounts.usage?.quantity ?? null,
    percentage,
    maximumAmount: commitments.maximumAmount,
    minimumAmount: final ? commitments.minimumAmount : null,
  };
};

const freeOfCharge = (metered: Decimal): Whole => {
  const quantities = toBillable(metered, noAdjustments);
  return {
    price: null,
    model: null,
    usage: { total: quantities.billable },
    quantities,
    paymentTerm: "in_arrears",
    due: true,
    adjustments: noAdjustments,
    listed: [],
    steps: [],
  };
};

const noAdjustments: Adjustments = {
  proration: null,
  unitConfig: null,
  freeQuantity: null,
  percentage: null,
  maximumAmount: null,
  minimumAmount: null,
};

const hundred: Decimal = dec("100");
const one: Decimal = dec("1");
