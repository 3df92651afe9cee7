import { isZero, multiplyRatios, oneRatio, ratioFromDecimal, roundRatio, toRatio } from "@meter/primitives";
import type { Currency, Decimal, Instant, Period, Ratio } from "@meter/primitives";

/** The share of a price that is charged, above 0 and up to 1: milliseconds by milliseconds. */
export type ProrationRatio = Ratio;

/** How a line is charged whose service the end of the subscription cuts short. */
export type SubscriptionEndProration = "bill_actual_period" | "bill_full_period";

export type ProrationInput = Readonly<{
  /** Whether the subscription prorates at all. */
  enabled: boolean;
  servicePeriod: Period;
  fullServicePeriod: Period;
  subscriptionEnd: Instant | null;
  atSubscriptionEnd: SubscriptionEndProration;
}>;

/**
 * The share of a recurring flat price that is charged for a service period: its length of that of the full service
 * period. The whole price is charged when proration is off, when either period is empty, when the service is as
 * long as the full period or longer, and under `bill_full_period` when the service ends with the subscription, even if
 * it also began late. Metered prices and prices charged once are never prorated.
 */
export const prorationRatio = (input: ProrationInput): ProrationRatio => {
  const length = lengthOf(input.servicePeriod);
  const fullLength = lengthOf(input.fullServicePeriod);
  if (!input.enabled || length <= 0n || length >= fullLength || isWholeAtEnd(input)) return oneRatio;
  return toRatio(length, fullLength);
};

/** amount × ratio, rounded once, half away from zero, to the currency's minor unit. */
export const prorate = (amount: Decimal, ratio: ProrationRatio, currency: Currency): Decimal =>
  roundRatio(multiplyRatios(ratioFromDecimal(amount), ratio), currency.minorUnits, "half_away_from_zero");

/**
 * Whether a flat price makes a line: not when nothing is left of it, and not in arrears for a full service period
 * without length.
 */
export const makesFlatLine = ({
  amount,
  paymentTerm,
  fullServicePeriod,
}: Readonly<{
  /** Prorated and rounded. */
  amount: Decimal;
  paymentTerm: "in_advance" | "in_arrears";
  fullServicePeriod: Period;
}>): boolean => !isZero(amount) && (paymentTerm === "in_advance" || lengthOf(fullServicePeriod) > 0n);

const isWholeAtEnd = ({ atSubscriptionEnd, subscriptionEnd, servicePeriod }: ProrationInput): boolean =>
  atSubscriptionEnd === "bill_full_period" && subscriptionEnd !== null && subscriptionEnd <= servicePeriod.end;

const lengthOf = ({ start, end }: Period): bigint => BigInt(end - start);
