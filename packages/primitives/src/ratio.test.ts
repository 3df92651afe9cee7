import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compare, dec, formatDecimal, round } from "./decimal.ts";
import type { Rounding } from "./decimal.ts";
import {
  addRatios,
  compareRatios,
  divideRatios,
  formatRatio,
  multiplyRatios,
  parseRatio,
  ratioFromDecimal,
  roundRatio,
  subtractRatios,
  toRatio,
} from "./ratio.ts";
import type { Ratio } from "./ratio.ts";

const integers = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const ratios = fc.tuple(integers, fc.bigInt({ min: 1n, max: 10n ** 12n })).map(([n, d]): Ratio => toRatio(n, d));
const same = (a: Ratio, b: Ratio): boolean => compareRatios(a, b) === 0;

describe("text", () => {
  test.each([
    { ratio: toRatio(0n, 7n), text: "0", why: "zero has one text" },
    { ratio: toRatio(2n, 8n), text: "0.25", why: "a number with an end is written as a decimal" },
    { ratio: toRatio(1n, 3n), text: "1/3", why: "one without is a fraction" },
    { ratio: toRatio(20n, -60n), text: "-1/3", why: "lowest terms, the sign in front" },
    { ratio: toRatio(-14n, 7n), text: "-2", why: "an integer" },
    { ratio: toRatio(1n, 1_024n), text: "0.0009765625", why: "powers of two end" },
  ])("$text: $why", ({ ratio, text }) => {
    expect(formatRatio(ratio)).toBe(text);
  });

  test.each(["", "/", "1/", "1/0", "1/-3", "a", "1/3/5", " 1/3", "+1/3", "9".repeat(2_001)])(
    "%j is no ratio",
    (text) => {
      expect(parseRatio(text)).toEqual({ ok: false, error: { type: "not_a_ratio" } });
    },
  );

  test("reading what was written gives the number again", () => {
    fc.assert(
      fc.property(ratios, (a) => {
        const parsed = parseRatio(formatRatio(a));
        return parsed.ok && same(parsed.value, a);
      }),
      { seed: 1 },
    );
  });
});

describe("arithmetic", () => {
  test("a zero denominator is a bug", () => {
    expect(() => toRatio(1n, 0n)).toThrow("division by zero");
    expect(() => divideRatios(toRatio(1n, 1n), toRatio(0n, 5n))).toThrow("division by zero");
  });

  test("sums and products are those of cross multiplication", () => {
    fc.assert(
      fc.property(ratios, ratios, (a, b) => {
        const sum = addRatios(a, b);
        const product = multiplyRatios(a, b);
        expect(sum.numerator * a.denominator * b.denominator).toBe(
          (a.numerator * b.denominator + b.numerator * a.denominator) * sum.denominator,
        );
        expect(product.numerator * a.denominator * b.denominator).toBe(a.numerator * b.numerator * product.denominator);
        expect(same(subtractRatios(sum, b), a)).toBe(true);
        if (b.numerator !== 0n) expect(same(multiplyRatios(divideRatios(a, b), b), a)).toBe(true);
      }),
      { seed: 2 },
    );
  });

  test("a denominator stays as small as the larger one when one divides the other", () => {
    expect(addRatios(toRatio(1n, 100n), toRatio(1n, 10n))).toEqual({ numerator: 11n, denominator: 100n });
    expect(addRatios(toRatio(1n, 10n), toRatio(1n, 100n))).toEqual({ numerator: 11n, denominator: 100n });
  });
});

describe("rounding", () => {
  test.each<{ ratio: Ratio; scale: number; mode: Rounding; expected: string; why: string }>([
    { ratio: toRatio(1n, 3n), scale: 2, mode: "half_away_from_zero", expected: "0.33", why: "down below half" },
    { ratio: toRatio(2n, 3n), scale: 2, mode: "half_away_from_zero", expected: "0.67", why: "up above half" },
    { ratio: toRatio(1n, 8n), scale: 2, mode: "half_away_from_zero", expected: "0.13", why: "a tie goes away" },
    { ratio: toRatio(-1n, 8n), scale: 2, mode: "half_away_from_zero", expected: "-0.13", why: "below zero, too" },
    { ratio: toRatio(1n, 3n), scale: 0, mode: "ceiling", expected: "1", why: "up on the number line" },
    { ratio: toRatio(-1n, 3n), scale: 0, mode: "ceiling", expected: "0", why: "up is towards zero below it" },
    { ratio: toRatio(-1n, 3n), scale: 0, mode: "floor", expected: "-1", why: "down on the number line" },
  ])("$expected: $why", ({ ratio, scale, mode, expected }) => {
    expect(formatDecimal(roundRatio(ratio, scale, mode))).toBe(expected);
    expect(roundRatio(ratio, scale, mode).scale).toBe(scale);
  });

  test("a decimal rounds as a ratio as it does as a decimal", () => {
    const decimals = fc.tuple(integers, fc.integer({ min: 0, max: 20 }));
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 8 }), ([coefficient, scale], to) => {
        const value = { coefficient, scale };
        const mode = "half_away_from_zero";
        return compare(roundRatio(ratioFromDecimal(value), to, mode), round(value, to, mode)) === 0;
      }),
      { seed: 3 },
    );
  });

  test("0.1 + 0.2 is 0.3", () => {
    expect(formatRatio(addRatios(ratioFromDecimal(dec("0.1")), ratioFromDecimal(dec("0.2"))))).toBe("0.3");
  });
});
