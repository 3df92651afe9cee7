import { findPriceModel } from "@meter/catalog";
import { add, err, ok, oneRatio, quantityLimits } from "@meter/primitives";
import type { Currency, Decimal, Ratio, Result } from "@meter/primitives";

import { cutPart, sumParts } from "./cut.ts";
import { explain } from "./explain.ts";
import type { Work } from "./explain.ts";
import type { Explanation } from "./explanation.ts";
import type { PricingModels } from "./model.ts";
import type { Rated } from "./rated.ts";
import { toRatedPart } from "./rated-part.ts";
import type { RatedPart } from "./rated-part.ts";
import { isInRange } from "./range.ts";
import { askModel, rateWhole } from "./whole.ts";
import type { RatedRateCard, RateError } from "./whole.ts";

/** A part of the service period of one rate card, to be rated. */
export type RateInput = Readonly<{
  /** A legal one: `checkRateCard` has no fault. */
  rateCard: RatedRateCard;
  currency: Currency;
  /** Read over the whole service period so far, never over the part alone; fixed prices do not look at it. */
  usage: Readonly<{ total: Decimal }>;
  /** The earlier parts of the same whole that are not deleted or voided, in any order. None: this is the first. */
  earlier: readonly RatedPart[];
  /** Whether the service period ends with this part. */
  final: boolean;
  /** The share of a fixed amount that is charged, above 0 and up to 1; usage prices do not look at it. Absent: all of it. */
  proration?: Ratio;
}>;

/** A line whose history is not known, only its quantities. */
export type StatelessInput = Omit<RateInput, "usage" | "earlier" | "final"> &
  Readonly<{
    /** The quantity of this part alone. */
    quantity: Decimal;
    /** The quantity of the service period before it; null: the line is the first (and the only one, when it is final). */
    quantityBefore: Decimal | null;
    final: boolean;
  }>;

export type ExplainedRated = Rated & Readonly<{ explanation: Explanation }>;

/** The engine over a set of models. Pure: the same input answers the same, and nothing is kept. */
export type Pricing = Readonly<{
  models: PricingModels;
  /** The amount of a part, its details, and every step that led to it. */
  rate: (input: RateInput) => Result<ExplainedRated, RateError>;
  /** The same without the explanation, which is most of the work. */
  rateUnexplained: (input: RateInput) => Result<Rated, RateError>;
  /**
   * Rates without stored parts: what was billed before is taken to be R(E(quantity before)), and nothing for prices that are
   * not cut, whose only line is the whole.
   */
  rateStateless: (input: StatelessInput) => Result<ExplainedRated, RateError>;
}>;

/** `createPricing({ models: { ...builtInModels, mine } })`. Throws when a model stands under another type than its own. */
export const createPricing = ({ models }: Readonly<{ models: PricingModels }>): Pricing => {
  for (const [type, model] of Object.entries(models)) {
    if (model.type !== type) throw new TypeError(`the model ${model.type} stands under the name ${type}`);
  }
  const cut = ({
    rateCard,
    currency,
    usage,
    earlier,
    final,
    proration = oneRatio,
  }: RateInput): Result<Work, RateError> => {
    const whole = rateWhole(models, {
      rateCard,
      metered: usage.total,
      final,
      proration: proration.numerator === proration.denominator ? null : proration,
    });
    if (!whole.ok) return whole;
    const before = sumParts(earlier);
    const { rated, rounding } = cutPart(whole.value, before, currency);
    if (!isInRange(rated))
      return err({ type: "amount_out_of_range", integerDigitsMax: quantityLimits.integerDigitsMax });
    return ok({ whole: whole.value, before, rounding, rated: { ...rated, taxConfig: rateCard.taxConfig } });
  };
  const rateUnexplained: Pricing["rateUnexplained"] = (input) => {
    const work = cut(input);
    return work.ok ? ok(work.value.rated) : work;
  };
  const rate: Pricing["rate"] = (input) => {
    const work = cut(input);
    if (!work.ok) return work;
    const { whole, rated } = work.value;
    const write = (): ExplainedRated => ({ ...rated, explanation: explain(input, work.value) });
    return whole.price === null ? ok(write()) : askModel(whole.price, write);
  };
  const rateStateless: Pricing["rateStateless"] = ({ quantity, quantityBefore, final, ...rest }) => {
    if (quantityBefore === null) return rate({ ...rest, usage: { total: quantity }, earlier: [], final });
    const before = isCut(models, rest.rateCard)
      ? rateUnexplained({ ...rest, usage: { total: quantityBefore }, earlier: [], final: false })
      : null;
    if (before?.ok === false) return before;
    const earlier = before === null ? [] : [toRatedPart(before.value)];
    return rate({ ...rest, usage: { total: add(quantityBefore, quantity) }, earlier, final });
  };
  return { models, rate, rateUnexplained, rateStateless };
};

const isCut = (models: PricingModels, { price }: RatedRateCard): boolean =>
  price === null || findPriceModel(models, price.type)?.cuts !== "never";
