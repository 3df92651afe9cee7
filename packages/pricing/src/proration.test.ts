import { noCommitments, type RateCardDiscounts, noDiscounts } from "@meter/catalog";
import { assert, dec, findCurrency, formatDecimal, toRatio } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPricing, type ExplainedRated, type RateInput } from "./create-pricing.ts";
import { builtInModels } from "./models/built-in.ts";
import { verify } from "./verify/verify.ts";

const pricing = createPricing({ models: builtInModels });
const usd = findCurrency("USD");
assert(usd !== null, "USD is known");

const rate = (
  amount: string,
  share: readonly [bigint, bigint],
  discounts: RateCardDiscounts = noDiscounts,
): ExplainedRated => {
  const input: RateInput = {
    rateCard: {
      price: { type: "flat", amount: dec(amount), paymentTerm: "in_advance" } as RateInput["rateCard"]["price"], // a flat price
      discounts,
      unitConfig: null,
      commitments: noCommitments,
      taxConfig: null,
    },
    currency: usd,
    usage: { total: dec("0") },
    earlier: [],
    final: true,
    proration: toRatio(...share),
  };
  const rated = pricing.rate(input);
  assert(rated.ok, "it can be rated");
  return rated.value;
};

const half: RateCardDiscounts = { percentage: { percentage: dec("50"), correlationId: "half" }, usage: null };

describe("a share of a fixed amount stays exact until the line is rounded", () => {
  test.each([
    { amount: "100", share: [10n, 31n], total: "32.26", why: "32.258…" },
    { amount: "100", share: [1n, 1n], total: "100.00", why: "all of it" },
    { amount: "0.03", share: [1n, 2n], total: "0.02", why: "half a cent goes up" },
    { amount: "0.01", share: [1n, 31n], total: "0.00", why: "less than half a cent" },
  ] as const)("$amount × $share → $total ($why)", ({ amount, share, total }) => {
    const rated = rate(amount, share);
    expect(formatDecimal(rated.amount)).toBe(formatDecimal(dec(total)));
    expect(verify(rated.explanation)).toEqual({ ok: true, value: null });
  });

  test("the discount is taken of the share, not of its rounded amount", () => {
    // 0.05 × 1/2 = 0.025, of which half is 0.0125: one cent. Half of the rounded 0.03 would be 0.015: two.
    const rated = rate("0.05", [1n, 2n], half);
    expect(formatDecimal(rated.amount)).toBe("0.01");
    expect(
      rated.details.map(({ amount, discounts, total }) =>
        [amount, discounts[0]?.amount, total].map((n) => n && formatDecimal(n)),
      ),
    ).toEqual([["0.03", "0.02", "0.01"]]);
    expect(verify(rated.explanation)).toEqual({ ok: true, value: null });
  });

  test("it shows one unit at what it comes to", () => {
    const [detail] = rate("100", [10n, 31n]).details;
    expect([detail?.quantity, detail?.perUnitAmount].map((n) => n && formatDecimal(n))).toEqual(["1", "32.26"]);
  });

  test("any share verifies, and a changed share does not", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        (a, b, cents) => {
          const share = [BigInt(Math.min(a, b)), BigInt(Math.max(a, b))] as const;
          const { explanation } = rate(formatDecimal({ coefficient: cents, scale: 2 }), share, half);
          expect(verify(explanation).ok).toBe(true);
          if (share[0] === share[1]) return;
          const changed = {
            ...explanation,
            given: { ...explanation.given, proration: `${share[0]}/${share[1] + 1n}` },
          };
          expect(verify(changed).ok).toBe(false);
        },
      ),
      { seed: 20_261_124, numRuns: 300 },
    );
  });
});
