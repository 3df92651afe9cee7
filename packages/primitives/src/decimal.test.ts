import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  absolute,
  add,
  compare,
  dec,
  decimalFromInteger,
  divide,
  formatDecimal,
  isZero,
  multiply,
  negate,
  normalize,
  parseDecimal,
  round,
  subtract,
  sum,
  toNumber,
} from "./decimal.ts";
import type { Decimal, Rounding } from "./decimal.ts";

const seeded = { seed: 20_260_101, numRuns: 500 };

const format = (text: string): string => {
  const parsed = parseDecimal(text);
  return parsed.ok ? formatDecimal(parsed.value) : parsed.error.type;
};

describe("a decimal is read exactly, or refused with the reason", () => {
  test.each([
    { text: "0", answer: "0", why: "zero" },
    { text: "-0", answer: "0", why: "there is one zero" },
    { text: "-0.000e7", answer: "0", why: "there is one zero, however it is written" },
    { text: "0e999999", answer: "0", why: "an exponent does not make zero large" },
    { text: "0e99999999999999999999", answer: "0", why: "not even an absurd one" },
    { text: "+5", answer: "5", why: "a plus sign is legal" },
    { text: ".5", answer: "0.5", why: "digits before the point are optional" },
    { text: "5.", answer: "5", why: "digits after the point are optional" },
    { text: "-2.50", answer: "-2.5", why: "trailing zeros are gone" },
    { text: "007", answer: "7", why: "leading zeros are gone" },
    { text: "1e3", answer: "1000", why: "an exponent moves the point" },
    { text: "1.25E+1", answer: "12.5", why: "uppercase and signed exponents" },
    { text: "5.e-1", answer: "0.5", why: "a bare point before the exponent" },
    { text: "9007199254740993", answer: "9007199254740993", why: "no float rounds 2^53 + 1" },
    { text: "0.1", answer: "0.1", why: "no float rounds a tenth" },
    { text: `1e37`, answer: `1${"0".repeat(37)}`, why: "38 integer digits are the most" },
    { text: "1e38", answer: "decimal_out_of_range", why: "39 integer digits are too many" },
    { text: "9".repeat(38), answer: "9".repeat(38), why: "the largest integer" },
    { text: "1e-30", answer: `0.${"0".repeat(29)}1`, why: "30 fraction digits are the most" },
    { text: "1e-31", answer: "decimal_out_of_range", why: "31 fraction digits are too many" },
    { text: `0.1${"0".repeat(500)}`, answer: "0.1", why: "trailing zeros do not count" },
    { text: `${"0".repeat(500)}1`, answer: "1", why: "leading zeros do not count" },
    { text: `1${"0".repeat(500)}e-500`, answer: "1", why: "only what is left counts" },
    { text: `0.${"0".repeat(500)}1e501`, answer: "1", why: "only what is left counts" },
    { text: "1e1000000000", answer: "decimal_out_of_range", why: "a bomb is not computed" },
    { text: "1e-1000000000", answer: "decimal_out_of_range", why: "a bomb is not computed" },
    { text: `1e${"9".repeat(1_000_000)}`, answer: "decimal_out_of_range", why: "nor a long one" },
    { text: "7".repeat(1_000_000), answer: "decimal_out_of_range", why: "nor a million digits" },
    { text: "", answer: "not_a_decimal", why: "nothing" },
    { text: ".", answer: "not_a_decimal", why: "no digit" },
    { text: "+", answer: "not_a_decimal", why: "no digit" },
    { text: "e5", answer: "not_a_decimal", why: "no digit before the exponent" },
    { text: "1e", answer: "not_a_decimal", why: "no digit in the exponent" },
    { text: "1e+", answer: "not_a_decimal", why: "no digit in the exponent" },
    { text: "1e5.", answer: "not_a_decimal", why: "an exponent is an integer" },
    { text: "--1", answer: "not_a_decimal", why: "one sign" },
    { text: " 12 ", answer: "not_a_decimal", why: "no spaces" },
    { text: "1\n", answer: "not_a_decimal", why: "no spaces" },
    { text: "1,000", answer: "not_a_decimal", why: "no separators" },
    { text: "1_000", answer: "not_a_decimal", why: "no separators" },
    { text: "0x10", answer: "not_a_decimal", why: "no hexadecimal" },
    { text: "NaN", answer: "not_a_decimal", why: "not a number" },
    { text: "Infinity", answer: "not_a_decimal", why: "not a finite number" },
    { text: "٣", answer: "not_a_decimal", why: "ASCII digits only" },
  ])("$text.length chars → $answer ($why)", ({ text, answer }) => {
    expect(format(text)).toBe(answer);
  });

  test("the grammar is the documented one", () => {
    const grammar = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
    const texts = fc.string({ unit: fc.constantFrom(...Array.from("0017+-..eE ")), maxLength: 8 });
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseDecimal(text);
        const isDecimal = parsed.ok || parsed.error.type === "decimal_out_of_range";
        expect(isDecimal).toBe(grammar.test(text));
      }),
      { ...seeded, numRuns: 5_000 },
    );
  });

  test("the value is mantissa × 10^exponent, and the limits are judged on plain digits", () => {
    const digits = fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: 1, maxLength: 45 });
    fc.assert(
      fc.property(digits, digits, fc.integer({ min: -80, max: 80 }), (whole, part, exponent) => {
        const plain = shift(`${whole}.${part}`, exponent);
        const [integerDigits = "", fractionDigits = ""] = plain.split(".");
        const fits = integerDigits.length <= 38 && fractionDigits.length <= 30;
        const expected = fits ? plainText(integerDigits, fractionDigits) : "decimal_out_of_range";
        expect(format(`${whole}.${part}e${exponent}`)).toBe(expected);
      }),
      { ...seeded, numRuns: 3_000 },
    );
  });

  test("limits are the caller's", () => {
    const limits = { integerDigitsMax: 2, fractionDigitsMax: 1 };
    expect(parseDecimal("99.9", limits).ok).toBe(true);
    expect(parseDecimal("100", limits).ok).toBe(false);
    expect(parseDecimal("0.25", limits).ok).toBe(false);
  });

  test("a literal of the program is right or throws", () => {
    expect(dec("12.5")).toEqual({ coefficient: 125n, scale: 1 });
    expect(() => dec("12,5")).toThrow("12,5");
  });

  test("an integer is taken as it is, unless a double has already lost it", () => {
    expect(decimalFromInteger(-7)).toEqual({ coefficient: -7n, scale: 0 });
    expect(decimalFromInteger(10n ** 40n)).toEqual({ coefficient: 10n ** 40n, scale: 0 });
    expect(() => decimalFromInteger(2 ** 53)).toThrow("safe integer");
    expect(() => decimalFromInteger(0.5)).toThrow("safe integer");
  });
});

describe("arithmetic is that of rational numbers", () => {
  test("sum, difference, product, sign and order", () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expectEqual(add(a, b), [num(a) * den(b) + num(b) * den(a), den(a) * den(b)]);
        expectEqual(subtract(a, b), [num(a) * den(b) - num(b) * den(a), den(a) * den(b)]);
        expectEqual(multiply(a, b), [num(a) * num(b), den(a) * den(b)]);
        expectEqual(negate(a), [-num(a), den(a)]);
        expectEqual(absolute(a), [num(a) < 0n ? -num(a) : num(a), den(a)]);
        expect(compare(a, b)).toBe(sign(num(a) * den(b) - num(b) * den(a)));
        expect(isZero(a)).toBe(num(a) === 0n);
      }),
      seeded,
    );
  });

  test("a sum does not depend on order, and no values sum to zero", () => {
    expect(sum([])).toEqual({ coefficient: 0n, scale: 0 });
    fc.assert(
      fc.property(fc.array(decimals), (values) => {
        const forwards = sum(values);
        expect(compare(forwards, sum(values.toReversed()))).toBe(0);
        expect(compare(forwards, values.reduce(add, dec("0")))).toBe(0);
      }),
      seeded,
    );
  });

  test("normalising keeps the value and leaves no trailing zero", () => {
    fc.assert(
      fc.property(decimals, (a) => {
        const normal = normalize(a);
        expect(compare(normal, a)).toBe(0);
        expect(normal.scale === 0 || normal.coefficient % 10n !== 0n).toBe(true);
      }),
      seeded,
    );
  });

  test("text is canonical and read back to the same value", () => {
    fc.assert(
      fc.property(decimals, (a) => {
        const text = formatDecimal(a);
        expect(text).toMatch(/^(?:0|-?(?:[1-9][0-9]*|(?:0|[1-9][0-9]*)\.[0-9]*[1-9]))$/);
        expect(compare(parseWide(text), a)).toBe(0);
      }),
      seeded,
    );
  });
});

const modes: readonly Rounding[] = ["half_away_from_zero", "half_even", "up", "down", "ceiling", "floor"];

describe("rounding names its mode and happens once", () => {
  test.each([
    // value, then the answers in the order of `modes`
    { value: "0", answers: "0 0 0 0 0 0", why: "zero" },
    { value: "2", answers: "2 2 2 2 2 2", why: "nothing to cut" },
    { value: "2.5", answers: "3 2 3 2 3 2", why: "a tie below an odd number" },
    { value: "3.5", answers: "4 4 4 3 4 3", why: "a tie below an even number" },
    { value: "-2.5", answers: "-3 -2 -3 -2 -2 -3", why: "negative: up is away from zero" },
    { value: "2.4", answers: "2 2 3 2 3 2", why: "below the half" },
    { value: "2.6", answers: "3 3 3 2 3 2", why: "above the half" },
    { value: "-0.4", answers: "0 0 -1 0 0 -1", why: "zero has no sign" },
    { value: "2.50000000000000000001", answers: "3 3 3 2 3 2", why: "no tie" },
  ])("$value → $answers ($why)", ({ value, answers }) => {
    const rounded = modes.map((mode) => formatDecimal(round(dec(value), 0, mode)));
    expect(rounded.join(" ")).toBe(answers);
  });

  test("the result has exactly the scale asked for", () => {
    expect(round(dec("1.5"), 3, "half_even")).toEqual({ coefficient: 1500n, scale: 3 });
    expect(round(dec("1.25"), 1, "half_even")).toEqual({ coefficient: 12n, scale: 1 });
    expect(() => round(dec("1"), -1, "down")).toThrow("scale");
    expect(() => round(dec("1"), 0.5, "down")).toThrow("scale");
  });

  test("every mode keeps its promise, for rounding and for division", () => {
    const cases = fc.tuple(decimals, decimals, fc.integer({ min: 0, max: 8 }), fc.constantFrom(...modes));
    fc.assert(
      fc.property(cases, ([a, b, scale, mode]) => {
        expectRounded([num(a), den(a)], round(a, scale, mode), scale, mode);
        if (isZero(b)) return;
        const flip = num(b) < 0n ? -1n : 1n;
        const exact: Fraction = [num(a) * den(b) * flip, den(a) * num(b) * flip];
        expectRounded(exact, divide(a, b, { scale, rounding: mode }), scale, mode);
      }),
      { ...seeded, numRuns: 3_000 },
    );
  });

  test("ties are met by division, too", () => {
    const options = { scale: 0, rounding: "half_even" } as const;
    expect(formatDecimal(divide(dec("5"), dec("-2"), options))).toBe("-2");
    expect(formatDecimal(divide(dec("-7"), dec("-2"), options))).toBe("4");
  });

  test("nothing is divided by zero", () => {
    expect(() => divide(dec("1"), dec("0.00"), { scale: 2, rounding: "down" })).toThrow("zero");
  });
});

describe("a double is the nearest one", () => {
  test.each([
    { text: "0.1", answer: 0.1, why: "the double called 0.1" },
    { text: "9007199254740993", answer: 9007199254740992, why: "2^53 + 1 is a tie: to even" },
    { text: "-12.5", answer: -12.5, why: "exact" },
    { text: "0", answer: 0, why: "not -0" },
  ])("$text → $answer ($why)", ({ text, answer }) => {
    expect(toNumber(dec(text))).toBe(answer);
  });
});

/** Numerator and positive denominator. */
type Fraction = readonly [bigint, bigint];

const decimals: fc.Arbitrary<Decimal> = fc.record({
  coefficient: fc.oneof(
    fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
    fc.bigInt({ min: -1_000n, max: 1_000n }),
    fc.bigInt({ min: -20n, max: 20n }).map((n) => n * 5_000n),
  ),
  scale: fc.integer({ min: 0, max: 32 }),
});

const num = (a: Decimal): bigint => a.coefficient;
const den = (a: Decimal): bigint => 10n ** BigInt(a.scale);
const sign = (n: bigint): number => (n === 0n ? 0 : n < 0n ? -1 : 1);

const expectEqual = (actual: Decimal, [numerator, denominator]: Fraction): void =>
  expect(num(actual) * denominator).toBe(numerator * den(actual));

/** The definition of each mode, stated on the exact distance from the exact value. */
const expectRounded = ([numerator, denominator]: Fraction, actual: Decimal, scale: number, mode: Rounding): void => {
  expect(actual.scale).toBe(scale);
  // Both over the denominator: exact × 10^scale, and the rounded coefficient.
  const exact = numerator * 10n ** BigInt(scale);
  const rounded = actual.coefficient * denominator;
  const distance = exact > rounded ? exact - rounded : rounded - exact;
  expect(distance < denominator).toBe(true);
  const towardsZero = (rounded < 0n ? -rounded : rounded) <= (exact < 0n ? -exact : exact);
  if (mode === "floor") expect(rounded <= exact).toBe(true);
  if (mode === "ceiling") expect(rounded >= exact).toBe(true);
  if (mode === "down") expect(towardsZero).toBe(true);
  if (mode === "up") expect(distance === 0n || !towardsZero).toBe(true);
  if (mode.startsWith("half")) expect(2n * distance <= denominator).toBe(true);
  if (2n * distance === denominator) {
    if (mode === "half_away_from_zero") expect(towardsZero).toBe(false);
    if (mode === "half_even") expect(actual.coefficient % 2n).toBe(0n);
  }
};

const parseWide = (text: string): Decimal => {
  const parsed = parseDecimal(text, { integerDigitsMax: 100, fractionDigitsMax: 100 });
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.type}`);
  return parsed.value;
};

/** Moves the point of plain text by padding with zeros; answers "integer.fraction" without outer zeros. */
const shift = (plain: string, exponent: number): string => {
  const [whole = "", part = ""] = plain.split(".");
  const padded = `${"0".repeat(100)}${whole}${part}${"0".repeat(100)}`;
  const point = 100 + whole.length + exponent;
  return `${padded.slice(0, point).replace(/^0+/, "")}.${padded.slice(point).replace(/0+$/, "")}`;
};

const plainText = (integerDigits: string, fractionDigits: string): string =>
  `${integerDigits || "0"}${fractionDigits && `.${fractionDigits}`}`;
