import type { RateCard } from "@meter/catalog";
import type { ExplainedRated, Pricing, RatedPart, RateError } from "@meter/pricing";
import { toRatedPart } from "@meter/pricing";
import { type Currency, type Decimal, formatRatio, ok, type Result, zero } from "@meter/primitives";
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
 * invoice gets its amounts. They are rounded once, half away from zero.
 */
export const rateLine = (
  pricing: Pricing,
  { rateCard, currency, proration, quantity, earlier, isFinal }: RateLine,
): Result<LineRating, RateError> => {
  const rated = pricing.rate({
    rateCard,
    currency,
    usage: { total: quantity ?? zero },
    earlier,
    final: isFinal,
    proration,
  });
  return rated.ok ? ok(toLineRating(rated.value)) : rated;
};

/** What a line keeps of its rating. */
export const toLineRating = (rated: ExplainedRated): LineRating => ({
  totals: totalDetails(rated.details),
  exact: formatRatio(rated.exactWhole),
  details: rated.details,
  quantities: rated.quantities,
  part: toRatedPart(rated),
  explanation: rated.explanation,
});
