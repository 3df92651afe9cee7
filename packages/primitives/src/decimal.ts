import { assert, err, ok } from "./result.ts";
import type { Result } from "./result.ts";

/** The exact number coefficient / 10^scale; scale is an integer >= 0. Equal numbers may differ in scale: use `compare`. */
export type Decimal = Readonly<{ coefficient: bigint; scale: number }>;

/** What happens to the part that is cut. "up" is away from zero, "down" towards zero; "ceiling" and "floor" look at the number line. */
export type Rounding = "half_away_from_zero" | "half_even" | "up" | "down" | "ceiling" | "floor";

export type DecimalError = Readonly<{ type: "not_a_decimal" }> | Readonly<{ type: "decimal_out_of_range" }>;

/** How many digits a number may have on each side of the point, both inclusive, after leading and trailing zeros are gone. */
export type DecimalLimits = Readonly<{ integerDigitsMax: number; fractionDigitsMax: number }>;

/** What fits a usage quantity: the Decimal(76, 30) column with head room for sums. */
export const quantityLimits: DecimalLimits = { integerDigitsMax: 38, fractionDigitsMax: 30 };

export const zero: Decimal = { coefficient: 0n, scale: 0 };

/**
 * Reads `[+-]?(digits[.digits*] | .digits)([eE][+-]?digits)?`: no spaces, underscores, hexadecimal, NaN or infinity.
 * The result is normalised. Costs O(length), whatever the exponent says, because the limits are checked on digit
 * positions before a bigint is made.
 */
export const parseDecimal = (text: string, limits: DecimalLimits = quantityLimits): Result<Decimal, DecimalError> => {
  const parts = splitNumber(text);
  if (parts === null) return notADecimal;
  const { negative, digits, point } = parts;
  const first = firstNonZero(digits);
  if (first === digits.length) return ok(zero);
  const end = endOfNonZero(digits);
  if (point - first > limits.integerDigitsMax || end - point > limits.fractionDigitsMax) {
    return outOfRange;
  }
  const magnitude = BigInt(digits.slice(first, end)) * (point > end ? powerOfTen(point - end) : 1n);
  return ok({
    coefficient: negative ? -magnitude : magnitude,
    scale: end > point ? end - point : 0,
  });
};

/** Whether it has at most so many digits before the point. */
export const hasIntegerDigits = ({ coefficient, scale }: Decimal, digitsMax: number): boolean =>
  magnitudeOf(coefficient) < powerOfTen(digitsMax + scale);

/** A decimal literal of the program, within `quantityLimits`. Throws on anything else. */
export const dec = (text: string): Decimal => {
  const parsed = parseDecimal(text);
  assert(parsed.ok, `not a decimal literal: ${text.slice(0, 100)}`);
  return parsed.value;
};

/** A number must be a safe integer: beyond 2^53 it no longer says which integer was meant. */
export const decimalFromInteger = (n: bigint | number): Decimal => {
  if (typeof n === "bigint") return { coefficient: n, scale: 0 };
  assert(Number.isSafeInteger(n), "decimalFromInteger needs a safe integer");
  return { coefficient: BigInt(n), scale: 0 };
};

export const add = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale);
  return { coefficient: coefficientAt(a, scale) + coefficientAt(b, scale), scale };
};

export const subtract = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale);
  return { coefficient: coefficientAt(a, scale) - coefficientAt(b, scale), scale };
};

export const multiply = (a: Decimal, b: Decimal): Decimal => ({
  coefficient: a.coefficient * b.coefficient,
  scale: a.scale + b.scale,
});

export const negate = (a: Decimal): Decimal => ({ coefficient: -a.coefficient, scale: a.scale });

export const absolute = (a: Decimal): Decimal => (a.coefficient < 0n ? negate(a) : a);

/** The same number at the smallest scale that holds it. */
export const normalize = (a: Decimal): Decimal => {
  if (a.scale === 0 || a.coefficient % 10n !== 0n) return a;
  if (a.coefficient === 0n) return zero;
  const digits = a.coefficient.toString();
  const cut = Math.min(a.scale, digits.length - endOfNonZero(digits));
  return { coefficient: a.coefficient / powerOfTen(cut), scale: a.scale - cut };
};

/** Orders by value: 1.0 and 1 are equal. */
export const compare = (a: Decimal, b: Decimal): -1 | 0 | 1 => {
  const scale = Math.max(a.scale, b.scale);
  const left = coefficientAt(a, scale);
  const right = coefficientAt(b, scale);
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

export const isZero = (a: Decimal): boolean => a.coefficient === 0n;

/** Zero for no values. */
export const sum = (values: Iterable<Decimal>): Decimal => {
  let coefficient = 0n;
  let scale = 0;
  for (const value of values) {
    if (value.scale > scale) {
      coefficient *= powerOfTen(value.scale - scale);
      scale = value.scale;
    }
    coefficient += coefficientAt(value, scale);
  }
  return { coefficient, scale };
};

/** The nearest number with exactly `scale` fraction digits, in the sense of `mode`. A larger scale only adds zeros. */
export const round = (a: Decimal, scale: number, mode: Rounding): Decimal => {
  assertScale(scale);
  if (a.scale <= scale) return { coefficient: coefficientAt(a, scale), scale };
  return { coefficient: quotient(a.coefficient, powerOfTen(a.scale - scale), mode), scale };
};

/** a / b, rounded once to exactly `scale` fraction digits. Throws when b is zero. */
export const divide = (
  a: Decimal,
  b: Decimal,
  { scale, rounding }: Readonly<{ scale: number; rounding: Rounding }>,
): Decimal => {
  assertScale(scale);
  assert(b.coefficient !== 0n, "division by zero");
  const dividend = a.coefficient * powerOfTen(b.scale + scale);
  const divisor = b.coefficient * powerOfTen(a.scale);
  return { coefficient: quotient(dividend, divisor, rounding), scale };
};

/** Canonical plain text: no exponent, no trailing zeros, no plus sign, "0" for zero. Equal numbers have equal text. */
export const formatDecimal = (a: Decimal): string => {
  const { coefficient, scale } = normalize(a);
  const text = coefficient.toString();
  if (scale === 0) return text;
  const sign = coefficient < 0n ? "-" : "";
  const digits = text.slice(sign.length).padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
};

/** The nearest IEEE double, ties to even. Only for a wire whose field is a JSON number; never calculate with it. */
export const toNumber = (a: Decimal): number => Number(formatDecimal(a));

const notADecimal = err({ type: "not_a_decimal" } as const);
const outOfRange = err({ type: "decimal_out_of_range" } as const);

/** value = 0.digits × 10^point. An exponent beyond any possible text length saturates, so it stays a plain number. */
type NumberParts = Readonly<{ negative: boolean; digits: string; point: number }>;

const splitNumber = (text: string): NumberParts | null => {
  let at = 0;
  const signed = text.charCodeAt(0);
  if (signed === PLUS || signed === MINUS) at = 1;
  const integerEnd = endOfDigits(text, at);
  let digits = text.slice(at, integerEnd);
  let point = integerEnd - at;
  at = integerEnd;
  if (text.charCodeAt(at) === POINT) {
    const fractionEnd = endOfDigits(text, at + 1);
    digits += text.slice(at + 1, fractionEnd);
    at = fractionEnd;
  }
  if (digits === "") return null;
  if (at < text.length) {
    const exponent = parseExponent(text, at);
    if (exponent === null) return null;
    point += exponent;
  }
  return { negative: signed === MINUS, digits, point };
};

/** The exponent that takes up the rest of the text from `at` on. */
const parseExponent = (text: string, at: number): number | null => {
  const letter = text.charCodeAt(at);
  if (letter !== LOWER_E && letter !== UPPER_E) return null;
  const sign = text.charCodeAt(at + 1);
  const start = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
  if (start === text.length || endOfDigits(text, start) !== text.length) return null;
  let exponent = 0;
  for (let index = start; index < text.length && exponent < exponentMax; index++) {
    exponent = exponent * 10 + text.charCodeAt(index) - ZERO;
  }
  return sign === MINUS ? -exponent : exponent;
};

/** Far above the longest string an engine can hold, far below where integers stop being exact. */
const exponentMax = 1e12;

const endOfDigits = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && isDigit(text.charCodeAt(at))) at++;
  return at;
};

const firstNonZero = (digits: string): number => {
  let at = 0;
  while (at < digits.length && digits.charCodeAt(at) === ZERO) at++;
  return at;
};

const endOfNonZero = (digits: string): number => {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === ZERO) end--;
  return end;
};

/** dividend / divisor as an integer; the divisor is not zero. */
const quotient = (dividend: bigint, divisor: bigint, mode: Rounding): bigint => {
  const towardsZero = dividend / divisor;
  const remainder = dividend % divisor;
  if (remainder === 0n) return towardsZero;
  const negative = dividend < 0n !== divisor < 0n;
  const away = negative ? towardsZero - 1n : towardsZero + 1n;
  switch (mode) {
    case "up":
      return away;
    case "down":
      return towardsZero;
    case "ceiling":
      return negative ? towardsZero : away;
    case "floor":
      return negative ? away : towardsZero;
    case "half_away_from_zero":
      return compareToHalf(remainder, divisor) < 0 ? towardsZero : away;
    case "half_even": {
      const side = compareToHalf(remainder, divisor);
      if (side === 0) return towardsZero % 2n === 0n ? towardsZero : away;
      return side < 0 ? towardsZero : away;
    }
  }
};

/** Negative, zero or positive as |remainder| is below, at or above half of |divisor|. */
const compareToHalf = (remainder: bigint, divisor: bigint): number => {
  const twice = 2n * magnitudeOf(remainder);
  const whole = magnitudeOf(divisor);
  if (twice === whole) return 0;
  return twice < whole ? -1 : 1;
};

const magnitudeOf = (n: bigint): bigint => (n < 0n ? -n : n);

const coefficientAt = (a: Decimal, scale: number): bigint =>
  a.scale === scale ? a.coefficient : a.coefficient * powerOfTen(scale - a.scale);

const assertScale = (scale: number): void =>
  assert(Number.isSafeInteger(scale) && scale >= 0, "a scale is an integer of at least 0");

const smallPowersOfTen: readonly bigint[] = Array.from({ length: 128 }, (_, exponent) => 10n ** BigInt(exponent));

const powerOfTen = (exponent: number): bigint => smallPowersOfTen[exponent] ?? 10n ** BigInt(exponent);

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

const ZERO = 0x30;
const NINE = 0x39;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const UPPER_E = 0x45;
const LOWER_E = 0x65;
