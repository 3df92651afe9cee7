import {
  builtInPriceModels,
  checkRateCard,
  noCommitments,
  noDiscounts,
  parsePrice,
  parseRateCard,
  printPrice,
  printRateCard,
} from "@meter/catalog";
import type { Price, RateCard, UnitConversion } from "@meter/catalog";
import { add, compare, dec, formatDecimal, isZero, parseDuration, subtract, sum, zero } from "@meter/primitives";
import type { Currency, Decimal } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { builtInModels, createPricing, toRatedPart, verify } from "./index.ts";
import type { ExplainedRated, Explanation, RatedPart, RatedRateCard } from "./index.ts";

const pricing = createPricing({ models: builtInModels });

const currencies = fc.constantFrom<Currency>(
  { code: "USD", minorUnits: 2 },
  { code: "JPY", minorUnits: 0 },
  { code: "KWD", minorUnits: 3 },
);

const decimals = (max: number): fc.Arbitrary<Decimal> =>
  fc
    .tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: 4 }))
    .map(([coefficient, scale]) => ({ coefficient: BigInt(coefficient), scale }));

const amounts = fc.oneof(decimals(100_000), fc.constantFrom(zero, dec("0.005"), dec("0.001"), dec("1.33333")));
const positive = decimals(100_000).map((decimal) => add(decimal, dec("0.0001")));

const tiers = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 4 }),
    fc.array(fc.tuple(fc.option(amounts, { freq: 6 }), fc.option(amounts, { freq: 1 })), {
      minLength: 5,
      maxLength: 5,
    }),
  )
  .map(([ends, prices]) =>
    [...ends.toSorted((a, b) => a - b), null].map((end, index) => {
      const [unitAmount = null, flatAmount = null] = prices[index] ?? [];
      return {
        upTo: end === null ? null : dec(String(end)),
        unitAmount: unitAmount ?? (flatAmount === null ? dec("0.5") : null),
        flatAmount,
      };
    }),
  );

const flatPrices = fc.record({
  type: fc.constant("flat" as const),
  amount: amounts,
  paymentTerm: fc.constantFrom("in_advance" as const, "in_arrears" as const),
});
const unitPrices = fc.record({ type: fc.constant("unit" as const), amount: amounts });
const graduatedPrices = fc.record({ type: fc.constant("graduated" as const), tiers });
const volumePrices = fc.record({ type: fc.constant("volume" as const), tiers });
const packagePrices = fc.record({
  type: fc.constant("package" as const),
  amount: amounts,
  quantityPerPackage: positive,
});
const dynamicPrices = fc.record({ type: fc.constant("dynamic" as const), multiplier: amounts });

const conversions = fc.record<UnitConversion>({
  operation: fc.constantFrom("multiply", "divide"),
  conversionFactor: fc.constantFrom(dec("3"), dec("7"), dec("1000"), dec("1.2"), dec("0.03")),
  rounding: fc.constantFrom("none", "none", "ceiling", "floor", "half_up"),
  precision: fc.integer({ min: 0, max: 3 }),
  displayUnit: fc.constant(null),
});

const optional = <T>(some: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(some, { freq: 1 });

/** A price with the adjustments that it accepts. */
const adjusted = (prices: fc.Arbitrary<Price>): fc.Arbitrary<RatedRateCard> =>
  fc
    .record({
      price: prices,
      conversion: optional(conversions),
      free: optional(decimals(2_000)),
      percentage: optional(fc.integer({ min: 0, max: 10_000 })),
      bounds: fc.tuple(optional(decimals(200_000)), optional(decimals(200_000))),
    })
    .map(({ price, conversion, free, percentage, bounds: [one, other] }): RatedRateCard => {
      const usageBased = price.type !== "flat";
      const converts = usageBased && price.type !== "package" && price.type !== "dynamic";
      const [minimumAmount, maximumAmount] =
        one !== null && other !== null && compare(one, other) > 0 ? [other, one] : [one, other];
      return {
        price,
        unitConfig: converts ? conversion : null,
        discounts: {
          percentage:
            percentage === null
              ? null
              : { percentage: { coefficient: BigInt(percentage), scale: 2 }, correlationId: "half" },
          usage: free === null || !usageBased ? null : { quantity: free, correlationId: null },
        },
        commitments: usageBased ? { minimumAmount, maximumAmount } : noCommitments,
        taxConfig: null,
      };
    });

const metered = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((n) => dec(String(n))),
  decimals(3_000_000),
  fc.constantFrom(zero, dec("-3"), dec("0.5")),
);

const anyPrice = fc.oneof(flatPrices, unitPrices, graduatedPrices, volumePrices, packagePrices, dynamicPrices);

/** Cumulative reads of one service period, in the order of the parts; usage may also fall, by corrections. */
const anyCuts = fc.array(metered, { minLength: 1, maxLength: 5 });
const risingCuts = anyCuts.map((cuts) => cuts.toSorted(compare));

const rate = (
  rateCard: RatedRateCard,
  currency: Currency,
  total: Decimal,
  earlier: readonly RatedPart[],
  final: boolean,
): ExplainedRated => {
  const rated = pricing.rate({ rateCard, currency, usage: { total }, earlier, final });
  if (!rated.ok) throw new Error(rated.error.type);
  return rated.value;
};

/** As a database keeps it. */
const store = (rated: ExplainedRated): RatedPart => JSON.parse(JSON.stringify(toRatedPart(rated))) as RatedPart;

/** The parts of a period cut at these cumulative quantities; the last one ends it. */
const cutAt = (rateCard: RatedRateCard, currency: Currency, cuts: readonly Decimal[]): readonly ExplainedRated[] => {
  const parts: ExplainedRated[] = [];
  for (const [index, total] of cuts.entries()) {
    parts.push(rate(rateCard, currency, total, parts.map(store), index === cuts.length - 1));
  }
  return parts;
};

const same = (a: Decimal, b: Decimal): void => expect(formatDecimal(a)).toBe(formatDecimal(b));

const runs = { seed: 20_260, numRuns: 400 };

describe("parts equal the whole", () => {
  test("however a period is cut, the parts sum to the uncut bill", () => {
    fc.assert(
      fc.property(adjusted(anyPrice), currencies, anyCuts, (rateCard, currency, cuts) => {
        const parts = cutAt(rateCard, currency, cuts);
        const uncut = rate(rateCard, currency, cuts.at(-1) ?? zero, [], true);
        same(sum(parts.map(({ amount }) => amount)), uncut.amount);
      }),
      { ...runs, numRuns: 1_500 },
    );
  });

  test("deleted parts are billed again, whichever they are", () => {
    const cases = fc.tuple(anyCuts, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), metered);
    fc.assert(
      fc.property(adjusted(anyPrice), currencies, cases, (rateCard, currency, [cuts, keeps, last]) => {
        const parts: RatedPart[] = [];
        for (const [index, total] of cuts.entries()) {
          parts.push(store(rate(rateCard, currency, total, parts, keeps[4 - index] ?? false))); // also ended, and reopened
        }
        const live = parts.filter((_, index) => keeps[index]);
        const rest = rate(rateCard, currency, last, live, true);
        const uncut = rate(rateCard, currency, last, [], true);
        same(sum([rest.amount, ...live.map(({ amount }) => dec(amount))]), uncut.amount);
        same(sum(rest.details.map(({ total }) => total)), rest.amount);
        expect(verify(rest.explanation)).toEqual({ ok: true, value: null });
      }),
      { ...runs, numRuns: 800 },
    );
  });

  test("a stateless call answers what the stored parts would have", () => {
    const prices = fc.oneof(flatPrices, unitPrices, graduatedPrices, packagePrices, dynamicPrices);
    fc.assert(
      fc.property(adjusted(prices), currencies, metered, metered, (rateCard, currency, before, quantity) => {
        const stateless = pricing.rateStateless({ rateCard, currency, quantity, quantityBefore: before, final: true });
        const stored = cutAt(rateCard, currency, [before, add(before, quantity)]).at(-1);
        if (!stateless.ok || stored === undefined) throw new Error("not rated");
        same(stateless.value.amount, stored.amount);
      }),
      runs,
    );
  });
});

describe("details", () => {
  test("they sum to the line, and amount less discounts is the total", () => {
    fc.assert(
      fc.property(adjusted(anyPrice), currencies, anyCuts, (rateCard, currency, cuts) => {
        for (const { amount, details } of cutAt(rateCard, currency, cuts)) {
          same(sum(details.map(({ total }) => total)), amount);
          for (const detail of details) {
            same(subtract(detail.amount, sum(detail.discounts.map((discount) => discount.amount))), detail.total);
            expect(detail.perUnitAmount.coefficient).toBeGreaterThanOrEqual(0n);
          }
          const references = details.map(({ reference }) => reference);
          expect(new Set(references).size).toBe(references.length);
        }
      }),
      runs,
    );
  });

  test("quantities of the parts sum to the whole's, and the next part knows what came before", () => {
    fc.assert(
      fc.property(adjusted(anyPrice), currencies, anyCuts, (rateCard, currency, cuts) => {
        if (rateCard.unitConfig?.rounding === "none" && rateCard.unitConfig.operation === "divide") return;
        const parts = cutAt(rateCard, currency, cuts);
        let before = zero;
        for (const { quantities } of parts) {
          same(quantities.billable.before, before);
          before = add(before, quantities.billable.part);
        }
        same(before, rate(rateCard, currency, cuts.at(-1) ?? zero, [], true).quantities.billable.part);
      }),
      runs,
    );
  });

  test("while usage grows, no detail is negative and no discount gives more than it takes", () => {
    const prices = fc.oneof(flatPrices, unitPrices, graduatedPrices, packagePrices, dynamicPrices);
    fc.assert(
      fc.property(adjusted(prices), currencies, risingCuts, (rateCard, currency, cuts) => {
        for (const { amount, details } of cutAt(rateCard, currency, cuts)) {
          expect(amount.coefficient).toBeGreaterThanOrEqual(0n);
          for (const detail of details) {
            expect(detail.total.coefficient).toBeGreaterThanOrEqual(0n);
            expect(detail.discounts.every((discount) => discount.amount.coefficient > 0n)).toBe(true);
          }
        }
      }),
      { ...runs, numRuns: 800 },
    );
  });
});

describe("monotone", () => {
  test("more usage never costs less", () => {
    const prices = fc.oneof(unitPrices, graduatedPrices, packagePrices, dynamicPrices);
    fc.assert(
      fc.property(adjusted(prices), currencies, metered, metered, fc.boolean(), (rateCard, currency, a, b, final) => {
        const [less, more] = compare(a, b) <= 0 ? [a, b] : [b, a];
        const cheap = rate(rateCard, currency, less, [], final).amount;
        expect(compare(cheap, rate(rateCard, currency, more, [], final).amount)).toBeLessThanOrEqual(0);
      }),
      runs,
    );
  });

  test("a discount never makes a line negative, nor dearer; a maximum is never passed, a minimum always reached", () => {
    fc.assert(
      fc.property(adjusted(anyPrice), currencies, metered, (rateCard, currency, total) => {
        const { amount } = rate(rateCard, currency, total, [], true);
        expect(amount.coefficient).toBeGreaterThanOrEqual(0n);
        const { minimumAmount, maximumAmount } = rateCard.commitments;
        const undiscounted = rate({ ...rateCard, discounts: noDiscounts }, currency, total, [], true).amount;
        if (rateCard.price?.type !== "volume") expect(compare(amount, undiscounted)).toBeLessThanOrEqual(0);
        const half: Decimal = { coefficient: 5n, scale: currency.minorUnits + 1 };
        if (maximumAmount !== null) expect(compare(amount, add(maximumAmount, half))).toBeLessThanOrEqual(0);
        if (minimumAmount !== null) expect(compare(amount, subtract(minimumAmount, half))).toBeGreaterThanOrEqual(0);
      }),
      runs,
    );
  });
});

describe("explanation", () => {
  test("verifies, after a trip through JSON, and says the amount", () => {
    fc.assert(
      fc.property(adjusted(anyPrice), currencies, anyCuts, (rateCard, currency, cuts) => {
        for (const { explanation, amount } of cutAt(rateCard, currency, cuts)) {
          const stored = JSON.parse(JSON.stringify(explanation)) as Explanation;
          expect(stored).toEqual(explanation);
          expect(verify(stored)).toEqual({ ok: true, value: null });
          expect(stored.amount).toBe(formatDecimal(amount));
        }
      }),
      { ...runs, numRuns: 800 },
    );
  });

  test("with any one figure of its steps changed it does not verify", () => {
    fc.assert(
      fc.property(adjusted(anyPrice), currencies, anyCuts, fc.nat(), (rateCard, currency, cuts, pick) => {
        const { explanation } = cutAt(rateCard, currency, cuts).at(-1) ?? expect.fail("no part");
        const figures = JSON.stringify(explanation.steps).match(/"-?[0-9][0-9./]*"/g) ?? [];
        let seen = -1;
        const steps = JSON.stringify(explanation.steps).replaceAll(/"-?[0-9][0-9./]*"/g, (figure) => {
          seen++;
          return seen === pick % figures.length ? `"1${figure.slice(1)}` : figure;
        });
        const changed = { ...explanation, steps: JSON.parse(steps) as Explanation["steps"] };
        expect(verify(changed).ok).toBe(false);
      }),
      runs,
    );
  });

  test("the result without an explanation is the same", () => {
    fc.assert(
      fc.property(adjusted(anyPrice), currencies, metered, (rateCard, currency, total) => {
        const { explanation: _explanation, ...rated } = rate(rateCard, currency, total, [], true);
        const unexplained = pricing.rateUnexplained({ rateCard, currency, usage: { total }, earlier: [], final: true });
        expect(unexplained).toEqual({ ok: true, value: rated });
      }),
      runs,
    );
  });
});

describe("definitions", () => {
  test("parse ∘ print is the identity for every price", () => {
    fc.assert(
      fc.property(anyPrice, (price) => {
        const parsed = parsePrice(builtInPriceModels, JSON.parse(JSON.stringify(printPrice(price))));
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
        expect(printPrice(parsed.value)).toEqual(printPrice(price));
        const again = parsePrice(builtInPriceModels, printPrice(parsed.value));
        expect(again).toEqual(parsed);
      }),
      runs,
    );
  });

  test("parse ∘ print is the identity for every rate card", () => {
    const cadence = parseDuration("P1M");
    fc.assert(
      fc.property(adjusted(anyPrice), (rated) => {
        const card: RateCard = {
          ...rated,
          key: "gpu_hours",
          featureKey: "gpu_hours",
          name: "GPU hours",
          description: null,
          metadata: { team: "ml" },
          billingCadence: cadence.ok ? cadence.value : null,
          taxConfig: {
            behavior: "exclusive",
            taxCodeId: null,
            stripe: { code: "txcd_10000000" },
            customInvoicing: null,
          },
        };
        expect(checkRateCard(card, builtInPriceModels)).toEqual([]);
        const printed = printRateCard(card);
        const parsed = parseRateCard(JSON.parse(JSON.stringify(printed)), builtInPriceModels);
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
        expect(printRateCard(parsed.value)).toEqual(printed);
        expect(isZero(rated.commitments.minimumAmount ?? zero) || parsed.value.commitments.minimumAmount !== null).toBe(
          true,
        );
      }),
      runs,
    );
  });
});
