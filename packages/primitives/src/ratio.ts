import { divide, formatDecimal, normalize, parseDecimal } from "./decimal.ts";
import type { Decimal, Rounding } from "./decimal.ts";
import { assert, err, ok } from "./result.ts";
import type { Result } from "./result.ts";

/**
 * The exact number numerator / denominator. The denominator is above zero; the two may have a common factor, so that
 * calculating is cheap: compare by `compareRatios`, never by members. For what a `Decimal` cannot hold: a third.
 */
export type Ratio = Readonly<{ numerator: bigint; denominator: bigint }>;

export const zeroRatio: Ratio = { numerator: 0n, denominator: 1n };

export const oneRatio: Ratio = { numerator: 1n, denominator: 1n };

/** numerator / denominator of any sign. Throws on a zero denominator. */
export const toRatio = (numerator: bigint, denominator: bigint): Ratio => {
  assert(denominator !== 0n, "division by zero");
  return denominator < 0n ? { numerator: -numerator, denominator: -denominator } : { numerator, denominator };
};

export const ratioFromDecimal = ({ coefficient, scale }: Decimal): Ratio => ({
  numerator: coefficient,
  denominator: powerOfTen(scale),
});

/** Adds without making the denominator larger than needed when one divides the other. */
export const addRatios = (a: Ratio, b: Ratio): Ratio => {
  if (a.denominator === b.denominator) return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  if (a.numerator === 0n) return b;
  if (b.numerator === 0n) return a;
  if (a.denominator % b.denominator === 0n) {
    return { numerator: a.numerator + b.numerator * (a.denominator / b.denominator), denominator: a.denominator };
  }
  if (b.denominator % a.denominator === 0n) {
    return { numerator: a.numerator * (b.denominator / a.denominator) + b.numerator, denominator: b.denominator };
  }
  const common = greatestCommonDivisor(a.denominator, b.denominator);
  const factor = b.denominator / common;
  return {
    numerator: a.numerator * factor + b.numerator * (a.denominator / common),
    denominator: a.denominator * factor,
  };
};

export const negateRatio = (a: Ratio): Ratio => ({ numerator: -a.numerator, denominator: a.denominator });

export const subtractRatios = (a: Ratio, b: Ratio): Ratio => addRatios(a, negateRatio(b));

export const multiplyRatios = (a: Ratio, b: Ratio): Ratio => ({
  numerator: a.numerator * b.numerator,
  denominator: a.denominator * b.denominator,
});

/** Throws when b is zero. */
export const divideRatios = (a: Ratio, b: Ratio): Ratio =>
  toRatio(a.numerator * b.denominator, a.denominator * b.numerator);

/** Orders by value: 2/4 and 1/2 are equal. */
export const compareRatios = (a: Ratio, b: Ratio): -1 | 0 | 1 => {
  const left = a.denominator === b.denominator ? a.numerator : a.numerator * b.denominator;
  const right = a.denominator === b.denominator ? b.numerator : b.numerator * a.denominator;
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

export const isZeroRatio = (a: Ratio): boolean => a.numerator === 0n;

export const minRatio = (a: Ratio, b: Ratio): Ratio => (compareRatios(a, b) <= 0 ? a : b);

export const maxRatio = (a: Ratio, b: Ratio): Ratio => (compareRatios(a, b) >= 0 ? a : b);

/** Zero for no values. */
export const sumRatios = (values: Iterable<Ratio>): Ratio => {
  let total = zeroRatio;
  for (const value of values) total = addRatios(total, value);
  return total;
};

/** The nearest decimal with exactly `scale` fraction digits, in the sense of `mode`. */
export const roundRatio = ({ numerator, denominator }: Ratio, scale: number, mode: Rounding): Decimal =>
  divide({ coefficient: numerator, scale: 0 }, { coefficient: denominator, scale: 0 }, { scale, rounding: mode });

/** In lowest terms. */
export const reduceRatio = ({ numerator, denominator }: Ratio): Ratio => {
  const common = greatestCommonDivisor(numerator < 0n ? -numerator : numerator, denominator);
  return common === 1n
    ? { numerator, denominator }
    : { numerator: numerator / common, denominator: denominator / common };
};

/** The decimal that equals the ratio, at its smallest scale; null when it has no end: 1/3. */
export const decimalFromRatio = (ratio: Ratio): Decimal | null => {
  const known = scalesByPowerOfTen.get(ratio.denominator);
  if (known !== undefined) return normalize({ coefficient: ratio.numerator, scale: known });
  const { numerator, denominator } = reduceRatio(ratio);
  let rest = denominator;
  let [twos, fives] = [0, 0];
  while (rest % 2n === 0n) {
    rest /= 2n;
    twos++;
  }
  while (rest % 5n === 0n) {
    rest /= 5n;
    fives++;
  }
  if (rest !== 1n) return null;
  const scale = Math.max(twos, fives);
  return { coefficient: (numerator * powerOfTen(scale)) / denominator, scale };
};

/** Canonical text: the decimal when the number has one, else `numerator/denominator` in lowest terms: "0.25", "-1/3". */
export const formatRatio = (ratio: Ratio): string => {
  const decimal = decimalFromRatio(ratio);
  if (decimal !== null) return formatDecimal(decimal);
  const { numerator, denominator } = reduceRatio(ratio);
  return `${numerator}/${denominator}`;
};

/** Reads what `formatRatio` writes, and every decimal of `parseDecimal`; texts up to `ratioTextMax` characters. */
export const parseRatio = (text: string): Result<Ratio, Readonly<{ type: "not_a_ratio" }>> => {
  if (text.length > ratioTextMax) return err({ type: "not_a_ratio" });
  const match = ratioPattern.exec(text);
  if (match !== null) {
    const denominator = BigInt(match[2] ?? "0");
    return denominator === 0n ? err({ type: "not_a_ratio" }) : ok({ numerator: BigInt(match[1] ?? "0"), denominator });
  }
  const decimal = parseDecimal(text, { integerDigitsMax: ratioTextMax, fractionDigitsMax: ratioTextMax });
  return decimal.ok ? ok(ratioFromDecimal(decimal.value)) : err({ type: "not_a_ratio" });
};

export const ratioTextMax = 2_000;

const ratioPattern = /^(-?[0-9]+)\/([0-9]+)$/;

const greatestCommonDivisor = (a: bigint, b: bigint): bigint => {
  let [left, right] = [a, b];
  while (right !== 0n) [left, right] = [right, left % right];
  return left;
};

const smallPowersOfTen: readonly bigint[] = Array.from({ length: 128 }, (_, exponent) => 10n ** BigInt(exponent));

const scalesByPowerOfTen: ReadonlyMap<bigint, number> = new Map(
  smallPowersOfTen.map((power, exponent) => [power, exponent]),
);

const powerOfTen = (exponent: number): bigint => smallPowersOfTen[exponent] ?? 10n ** BigInt(exponent);
