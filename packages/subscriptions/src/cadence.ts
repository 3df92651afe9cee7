import { billingCadenceSecondsMin } from "@meter/catalog";
import { durationsAlign, err, ok, shortestSeconds } from "@meter/primitives";
import type { IsoDuration, Result } from "@meter/primitives";

export type CadenceError =
  /** Not positive, or shorter than an hour. */
  Readonly<{ type: "billing_cadence_invalid_value" }> | Readonly<{ type: "rate_card_billing_cadence_unaligned" }>;

/**
 * Whether a rate card of this cadence can be billed under a plan of that one: one must go into the other without a rest
 * in every calendar (see `isDivisible`), so that their boundaries meet. A day under a month aligns, a week does not, nor
 * do 24 hours under a day, which may have 23 or 25.
 */
export const checkCadenceAlignment = ({
  planCadence,
  rateCardCadence,
}: Readonly<{ planCadence: IsoDuration; rateCardCadence: IsoDuration }>): Result<null, CadenceError> => {
  if (!isLongEnough(planCadence) || !isLongEnough(rateCardCadence)) {
    return err({ type: "billing_cadence_invalid_value" });
  }
  return durationsAlign(planCadence, rateCardCadence) ? ok(null) : err({ type: "rate_card_billing_cadence_unaligned" });
};

/** At least an hour in every calendar: PT3600S is, PT59M is not. */
const isLongEnough = (cadence: IsoDuration): boolean => shortestSeconds(cadence) >= billingCadenceSecondsMin;
