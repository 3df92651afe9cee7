import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Currency } from "./currency.ts";
import { absolute, compare, dec, formatDecimal, subtract } from "./decimal.ts";
import { convertToCurrency, formatMoney, fromMoney, parseMoney, roundToCurrency, toMoney } from "./money.ts";

const seeded = { seed: 20_260_101, numRuns: 500 };

const usd: Currency = { code: "USD", minorUnits: 2 };
const jpy: Currency = { code: "JPY", minorUnits: 0 };
const tokens: Currency = { code: "TOKENS", minorUnits: 4 };

const amounts = fc.record({
  coefficient: fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
  scale: fc.integer({ min: 0, max: 12 }),
});
const units = fc.constantFrom(usd, jpy, tokens);

describe("an amount is rounded half away from zero, to exactly the currency's digits", () => {
  test.each([
    { amount: "0", currency: usd, rounded: "0", why: "zero" },
    { amount: "1.23556789", currency: usd, rounded: "1.24", why: "up" },
    { amount: "1.225", currency: usd, rounded: "1.23", why: "a tie" },
    { amount: "-1.225", currency: usd, rounded: "-1.23", why: "a tie below zero" },
    { amount: "-0.004", currency: usd, rounded: "0", why: "no negative zero" },
    { amount: "2.5", currency: jpy, rounded: "3", why: "no digits" },
    { amount: "1.23456789", currency: tokens, rounded: "1.2346", why: "four digits" },
    { amount: "7", currency: usd, rounded: "7", why: "nothing to round" },
  ])("$amount → $rounded ($why)", ({ amount, currency, rounded }) => {
    const found = roundToCurrency(dec(amount), currency);
    expect(formatDecimal(found)).toBe(rounded);
    expect(found.scale).toBe(currency.minorUnits);
  });

  test("it never moves by more than half a minor unit, and a rounded amount stays", () => {
    fc.assert(
      fc.property(amounts, units, (amount, currency) => {
        const rounded = roundToCurrency(amount, currency);
        const half = { coefficient: 5n, scale: currency.minorUnits + 1 };
        expect(compare(absolute(subtract(rounded, amount)), half)).toBeLessThanOrEqual(0);
        expect(roundToCurrency(rounded, currency)).toEqual(rounded);
      }),
      seeded,
    );
  });
});

describe("toMoney counts minor units, in the mode asked for", () => {
  test.each([
    { mode: "half_away_from_zero", minor: 13n },
    { mode: "half_even", minor: 12n },
    { mode: "down", minor: 12n },
    { mode: "up", minor: 13n },
  ] as const)("0.125 USD $mode → $minor", ({ mode, minor }) => {
    expect(toMoney(dec("0.125"), usd, mode)).toEqual({ minor, currency: usd });
  });
});

describe("parseMoney cuts nothing", () => {
  test.each([
    { amount: "0.05", minor: 5n, why: "whole cents" },
    { amount: "0.0500", minor: 5n, why: "zeros at the end are no digits" },
    { amount: "-3", minor: -300n, why: "negative" },
  ])("$amount → $minor ($why)", ({ amount, minor }) => {
    expect(parseMoney({ coefficient: dec(amount).coefficient * 100n, scale: dec(amount).scale + 2 }, usd)).toEqual({
      ok: true,
      value: { minor, currency: usd },
    });
  });

  test("below the minor unit is an error", () => {
    const refused = { ok: false, error: { type: "amount_below_minor_unit" } };
    expect(parseMoney(dec("0.001"), usd)).toEqual(refused);
    expect(parseMoney(dec("0.5"), jpy)).toEqual(refused);
  });

  test("it reads back what fromMoney says", () => {
    fc.assert(
      fc.property(fc.bigInt(), units, (minor, currency) => {
        expect(parseMoney(fromMoney({ minor, currency }), currency)).toEqual({ ok: true, value: { minor, currency } });
      }),
      seeded,
    );
  });
});

describe("money is written with all its digits", () => {
  test.each([
    { minor: 0n, currency: usd, text: "0.00" },
    { minor: 5n, currency: usd, text: "0.05" },
    { minor: -5n, currency: usd, text: "-0.05" },
    { minor: 1930n, currency: usd, text: "19.30" },
    { minor: 323n, currency: jpy, text: "323" },
    { minor: -1n, currency: tokens, text: "-0.0001" },
  ])("$minor → $text", ({ minor, currency, text }) => {
    expect(formatMoney({ minor, currency })).toBe(text);
  });
});

describe("another unit at its cost basis", () => {
  test.each([
    { amount: "0", costBasis: "1.5", total: "0.00", why: "nothing" },
    { amount: "1", costBasis: "2.675", total: "2.68", why: "a tie" },
    { amount: "2", costBasis: "1.0025", total: "2.01", why: "rounded after the multiplication" },
    { amount: "1", costBasis: "0.0049", total: "0.00", why: "less than half a cent" },
  ])("$amount × $costBasis = $total ($why)", ({ amount, costBasis, total }) => {
    const converted = convertToCurrency(dec(amount), dec(costBasis), usd);
    expect(converted.ok ? formatMoney(converted.value) : converted.error.type).toBe(total);
  });

  test("a negative total is refused, also one that would round to zero", () => {
    const refused = { ok: false, error: { type: "total_is_negative" } };
    expect(convertToCurrency(dec("-1"), dec("1.5"), usd)).toEqual(refused);
    expect(convertToCurrency(dec("-0.0001"), dec("1"), usd)).toEqual(refused);
  });
});
