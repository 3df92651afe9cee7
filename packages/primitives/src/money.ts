import type { Currency } from "./currency.ts";
import { compare, multiply, round } from "./decimal.ts";
import type { Decimal, Rounding } from "./decimal.ts";
import { err, ok } from "./result.ts";
import type { Result } from "./result.ts";

/** An amount that exists on paper: a whole number of the currency's minor units. */
export type Money = Readonly<{ minor: bigint; currency: Currency }>;

/** The only place where an exact amount becomes money. */
export const toMoney = (amount: Decimal, currency: Currency, mode: Rounding): Money => ({
  minor: round(amount, currency.minorUnits, mode).coefficient,
  currency,
});

/** The amount as money on paper, half away from zero, with exactly `minorUnits` fraction digits. */
export const roundToCurrency = (amount: Decimal, currency: Currency): Decimal =>
  fromMoney(toMoney(amount, currency, "half_away_from_zero"));

/** Money from an amount that is already rounded; nothing is cut. */
export const parseMoney = (
  amount: Decimal,
  currency: Currency,
): Result<Money, Readonly<{ type: "amount_below_minor_unit" }>> => {
  const money = toMoney(amount, currency, "down");
  return compare(fromMoney(money), amount) === 0 ? ok(money) : err({ type: "amount_below_minor_unit" });
};

/** The same amount as a decimal, with exactly `minorUnits` fraction digits. */
export const fromMoney = ({ minor, currency }: Money): Decimal => ({ coefficient: minor, scale: currency.minorUnits });

/** The amount with all its fraction digits and without the currency: 19.30, -0.05, 323. */
export const formatMoney = ({ minor, currency }: Money): string => {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(currency.minorUnits + 1, "0");
  const point = digits.length - currency.minorUnits;
  const fraction = currency.minorUnits === 0 ? "" : `.${digits.slice(point)}`;
  return `${minor < 0n ? "-" : ""}${digits.slice(0, point)}${fraction}`;
};

/**
 * What is owed in `currency` for an amount of another unit, of which one costs `costBasis`; rounded once, half away
 * from zero. A negative total is refused: nobody is owed an overage.
 */
export const convertToCurrency = (
  amount: Decimal,
  costBasis: Decimal,
  currency: Currency,
): Result<Money, Readonly<{ type: "total_is_negative" }>> => {
  const total = multiply(amount, costBasis);
  return total.coefficient < 0n
    ? err({ type: "total_is_negative" })
    : ok(toMoney(total, currency, "half_away_from_zero"));
};
