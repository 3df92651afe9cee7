import type { RateCard } from "@meter/catalog";
import type { Pricing } from "@meter/pricing";
import { toRatedPart } from "@meter/pricing";
import { assert, type Currency, type Decimal, formatRatio, oneRatio, zero } from "@meter/primitives";
import type { ProrationRatio } from "@meter/subscriptions";
import type { LineRating } from "./invoice.ts";
import { totalDetails } from "./totals.ts";

export type RateLine = Readonly<{
  rateCard: RateCard;
  currency: Currency;
  proration: ProrationRatio;
  /** Null for a fixed amount. */
  quantity: Decimal | null;
}>;

/**
 * What a whole service period costs: the only place where a line of an invoice gets its amounts. They are rounded once, half
 * away from zero. Throws when the engine refuses: a rate card is checked before anybody is subscribed to it.
 */
export const rateLine = (pricing: Pricing, { rateCard, currency, proration, quantity }: RateLine): LineRating => {
  const rated = pricing.rate({
    rateCard,
    currency,
    usage: { total: quantity ?? zero },
    earlier: [],
    final: true,
    ...(proration === oneRatio ? {} : { proration }),
  });
  assert(rated.ok, `the rate card ${rateCard.key} cannot be rated: ${rated.ok ? "" : rated.error.type}`);
  const { value } = rated;
  const totals = totalDetails(value.details);
  return {
    totals,
    exact: formatRatio(value.exactWhole),
    details: value.details,
    quantities: value.quantities,
    part: toRatedPart(value),
    explanation: value.explanation,
  };
};
