import { describe, expect, test } from "vitest";
import {
  addFractions,
  compareFractions,
  formatFraction,
  multiplyFractions,
  parseFraction,
  roundToCents,
  subtractFractions,
} from "./fraction.ts";

describe("texts", () => {
  test.each([
    { text: "0", numerator: 0n, denominator: 1n, as: "0" },
    { text: "0.00", numerator: 0n, denominator: 1n, as: "0" },
    { text: "29.00", numerator: 29n, denominator: 1n, as: "29" },
    { text: "0.0000025", numerator: 1n, denominator: 400_000n, as: "0.0000025" },
    { text: "-1.50", numerator: -3n, denominator: 2n, as: "-1.5" },
    { text: "-0.05", numerator: -1n, denominator: 20n, as: "-0.05" },
    { text: "6/4", numerator: 3n, denominator: 2n, as: "1.5" },
    { text: "-2/6", numerator: -1n, denominator: 3n, as: "-1/3" },
    { text: "123456789012345678901234567890.5", numerator: 246913578024691357802469135781n, denominator: 2n, as: null },
  ])("$text is $numerator/$denominator", ({ text, numerator, denominator, as }) => {
    expect(parseFraction(text)).toEqual({ numerator, denominator });
    expect(formatFraction({ numerator, denominator })).toBe(as ?? text);
  });
  test.each(["", "-", ".5", "1.", "1e3", "1/0", "1/2/3", "0.5/2", " 1", "NaN", "+1"])("%j is refused", (text) => {
    expect(() => parseFraction(text)).toThrow("not a number");
  });
});

describe("arithmetic", () => {
  test.each([
    { a: "1/3", b: "1/6", sum: "0.5", difference: "1/6", product: "1/18", order: 1 },
    { a: "0.1", b: "0.2", sum: "0.3", difference: "-0.1", product: "0.02", order: -1 },
    { a: "-0.5", b: "1/2", sum: "0", difference: "-1", product: "-0.25", order: -1 },
    { a: "2/6", b: "1/3", sum: "2/3", difference: "0", product: "1/9", order: 0 },
    { a: "350000", b: "0.0000025", sum: "350000.0000025", difference: "349999.9999975", product: "0.875", order: 1 },
  ])("$a and $b", ({ a: left, b: right, sum, difference, product, order }) => {
    const [a, b] = [parseFraction(left), parseFraction(right)];
    expect(formatFraction(addFractions(a, b))).toBe(sum);
    expect(formatFraction(subtractFractions(a, b))).toBe(difference);
    expect(formatFraction(multiplyFractions(a, b))).toBe(product);
    expect(Math.sign(Number(compareFractions(a, b)))).toBe(order);
  });
  test("of all small fractions: a + b − b is a, and (a + b) × c is a × c + b × c", () => {
    const all = [-3, -1, 0, 1, 2, 5].flatMap((numerator) =>
      [1, 2, 3, 7, 10].map((denominator) => parseFraction(`${numerator}/${denominator}`)),
    );
    for (const a of all)
      for (const b of all) {
        expect(subtractFractions(addFractions(a, b), b)).toEqual(a);
        for (const c of all)
          expect(multiplyFractions(addFractions(a, b), c)).toEqual(
            addFractions(multiplyFractions(a, c), multiplyFractions(b, c)),
          );
      }
  });
});

describe("cents: once, half away from zero", () => {
  test.each([
    { amount: "0", cents: 0n },
    { amount: "1.07", cents: 107n },
    { amount: "1.074999999999999999999999", cents: 107n },
    { amount: "1.075", cents: 108n },
    { amount: "-1.075", cents: -108n },
    { amount: "-1.0749", cents: -107n },
    { amount: "0.005", cents: 1n },
    { amount: "0.0049", cents: 0n },
    { amount: "-0.0049", cents: 0n },
    { amount: "1/3", cents: 33n },
    { amount: "2/3", cents: 67n },
    { amount: "90071992547409931.005", cents: 9007199254740993101n },
  ])("$amount is $cents", ({ amount, cents }) => {
    expect(roundToCents(parseFraction(amount))).toBe(cents);
  });
});
