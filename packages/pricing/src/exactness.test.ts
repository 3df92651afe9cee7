import process from "node:process";

import { noCommitments, noDiscounts } from "@meter/catalog";
import type { BuiltInPrice, UnitConversion } from "@meter/catalog";
import type { Decimal } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { builtInModels, createPricing } from "./index.ts";

// The engine against integers: every number of a pair is a whole number of ten-thousandths, so that an amount is a whole
// number of 10^-8 over the conversion factor, and is rounded by hand. RATING_PAIRS=1000000 runs a million pairs.

const pairs = Number(process.env["RATING_PAIRS"] ?? 40_000);
const pricing = createPricing({ models: builtInModels });
const types = ["flat", "unit", "graduated", "volume", "package", "dynamic"] as const;

/** Ten-thousandths as a decimal. */
const decimal = (tenThousandths: bigint): Decimal => ({ coefficient: tenThousandths, scale: 4 });

/** A tier: its end (null: open), per unit and once, in ten-thousandths; null where it has no such amount. */
type Tier = Readonly<{ end: bigint | null; unit: bigint | null; flat: bigint | null }>;

/** A price in integers. */
type Numbers = Readonly<{ type: (typeof types)[number]; amount: bigint; size: bigint; tiers: readonly Tier[] }>;

/** mulberry32: the same numbers in every run. */
const createRandom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

/** Small amounts often, large ones sometimes. */
const pickAmount = (random: (below: number) => number): bigint => BigInt(random(10 ** (1 + random(7))));

const pickNumbers = (random: (below: number) => number): Numbers => {
  const ends: bigint[] = [];
  for (let last = 0n, count = random(10); count > 0; count--) {
    last += BigInt(1 + random(5_000_000));
    ends.push(last);
  }
  const tiers = [...ends, null].map((end): Tier => {
    const shape = random(4);
    const unit = shape === 0 ? null : pickAmount(random);
    return { end, unit, flat: shape <= 1 ? pickAmount(random) : null };
  });
  return {
    type: types[random(types.length)] ?? "unit",
    amount: pickAmount(random),
    size: 1n + BigInt(random(1_000_000)),
    tiers,
  };
};

const toPrice = ({ type, amount, size, tiers }: Numbers): BuiltInPrice => {
  const ours = tiers.map(({ end, unit, flat }) => ({
    upTo: end === null ? null : decimal(end),
    unitAmount: unit === null ? null : decimal(unit),
    flatAmount: flat === null ? null : decimal(flat),
  }));
  switch (type) {
    case "flat":
      return { type, amount: decimal(amount), paymentTerm: "in_arrears" };
    case "unit":
      return { type, amount: decimal(amount) };
    case "dynamic":
      return { type, multiplier: decimal(amount) };
    case "package":
      return { type, amount: decimal(amount), quantityPerPackage: decimal(size) };
    case "graduated":
    case "volume":
      return { type, tiers: ours };
  }
};

/** The amount times 10^8 and times `divisor`, for a quantity of `units` ten-thousandths over `divisor`. */
const amountOf = ({ type, amount, size, tiers }: Numbers, units: bigint, divisor: bigint): bigint => {
  const one = 10_000n * divisor;
  switch (type) {
    case "flat":
      return amount * one;
    case "unit":
    case "dynamic":
      return units * amount;
    case "package":
      return ((units + size * divisor - 1n) / (size * divisor)) * amount * one;
    case "volume": {
      const tier = tiers.find(({ end }) => end === null || units <= end * divisor);
      return units * (tier?.unit ?? 0n) + (tier?.flat ?? 0n) * one;
    }
    case "graduated": {
      // From the top: what lies above a tier's start is its own, and what is below is left to the next lower one.
      let rest = units;
      let sum = 0n;
      for (let index = tiers.length - 1; index >= 0; index--) {
        const start = (tiers[index - 1]?.end ?? 0n) * divisor;
        if (rest <= start && index > 0) continue;
        sum += (rest - start) * (tiers[index]?.unit ?? 0n) + (tiers[index]?.flat ?? 0n) * one;
        rest = start;
      }
      return sum;
    }
  }
};

/** Cents, half away from zero, of an amount that is not below zero. */
const toCents = (numerator: bigint, denominator: bigint): bigint =>
  (numerator * 200n + denominator) / (denominator * 2n);

describe("exact for every model", () => {
  test(`${pairs} random prices and quantities`, () => {
    const random = createRandom(7_919);
    const wrong: unknown[] = [];
    const currency = { code: "USD", minorUnits: 2 };
    for (let pair = 0; pair < pairs; pair++) {
      const numbers = pickNumbers(random);
      const quantity = random(20) === 0 ? 0n : BigInt(random(10 ** (1 + random(9))));
      const converts = ["unit", "graduated", "volume"].includes(numbers.type) && random(2) === 0;
      const divisor = converts ? BigInt([3, 7, 9, 11, 13, 60, 1_000, 3_600][random(8)] ?? 3) : 1n;
      const unitConfig: UnitConversion | null = converts
        ? {
            operation: "divide",
            conversionFactor: { coefficient: divisor, scale: 0 },
            rounding: "none",
            precision: 0,
            displayUnit: null,
          }
        : null;
      const rated = pricing.rateUnexplained({
        rateCard: {
          price: toPrice(numbers),
          unitConfig,
          discounts: noDiscounts,
          commitments: noCommitments,
          taxConfig: null,
        },
        currency,
        usage: { total: decimal(quantity) },
        earlier: [],
        final: true,
      });
      const expected = toCents(amountOf(numbers, quantity, divisor), 10n ** 8n * divisor);
      const found = rated.ok ? rated.value.amount.coefficient : null;
      if (found !== expected) wrong.push({ numbers, quantity, divisor, expected, found });
    }
    expect(wrong).toEqual([]);
  }, 600_000);
});
