import type { RateCard } from "@meter/catalog";
import type { ExplainedRated, Pricing, RatedPart, RateError } from "@meter/pricing";
import { toRatedPart } from "@meter/pricing";
import { assert, type Currency, type Decimal, formatRatio, type Result, zero } from "@meter/primitives";
import type { ProrationRatio } from "@meter/subscriptions";
import type { LineRating } from "./invoice.ts";
import { totalDetails } from "./totals.ts";

export type RateLine = Readonly<{
  rateCard: RateCard;
  currency: Currency;
  proration: ProrationRatio;
  /** Since the whole service period began; null for a fixed amount. */
  quantity: Decimal | null;
  /** The other parts of the whole that were billed before and are not voided. */
  earlier: readonly RatedPart[];
  /** Whether the whole ends with this part. */
  isFinal: boolean;
}>;

/**
 * What a service period costs, or a part of it, less what its earlier parts came to: the only place where a line of an
 * invoice gets its amounts. They are rounded once, half away from zero. Throws when the engine refuses: a rate card is checked before anybody is subscribed to it.
 */
export const rateLine = (
  pricing: Pricing,
  { rateCard, currency, proration, quantity, earlier, isFinal }: RateLine,
): LineRating => {
  const rated = pricing.rate({
    rateCard,
    currency,
    usage: { total: quantity ?? zero },
    earlier,
    final: isFinal,
    proration,
  });
  return toLineRating(rateCard, rated);
};

/** What a line keeps of its rating. Throws when the engine refused. */
export const toLineRating = ({ key }: Pick<RateCard, "key">, rated: Result<ExplainedRated, RateError>): LineRating => {
  assert(rated.ok, `the rate card ${key} cannot be rated: ${rated.ok ? "" : rated.error.type}`);
  const { value } = rated;
  return {
    totals: totalDetails(value.details),
    exact: formatRatio(value.exactWhole),
    details: value.details,
    quantities: value.quantities,
    part: toRatedPart(value),
    explanation: value.explanation,
  };
};
