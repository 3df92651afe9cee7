import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allocate } from "./allocate.ts";
import { dec } from "./decimal.ts";

const seeded = { seed: 20_260_101, numRuns: 500 };

const shares = (total: bigint, weights: readonly string[]): readonly bigint[] | string => {
  const allocated = allocate(total, weights.map(dec));
  return allocated.ok ? allocated.value : allocated.error.type;
};

describe("the largest remainder gets what is left, of equal ones the earlier", () => {
  test.each([
    { total: 0n, weights: ["1", "2"], answer: [0n, 0n], why: "nothing to share" },
    { total: 600n, weights: ["10", "5"], answer: [400n, 200n], why: "exact shares" },
    { total: 5n, weights: ["1", "1", "1"], answer: [2n, 2n, 1n], why: "equal remainders: the earlier" },
    { total: 10_000n, weights: ["1", "2", "3"], answer: [1667n, 3333n, 5000n], why: "the remainders decide" },
    { total: 10_000n, weights: ["3", "2", "1"], answer: [5000n, 3333n, 1667n], why: "wherever they stand" },
    { total: 1n, weights: ["100", "1"], answer: [1n, 0n], why: "one unit has one owner" },
    { total: 5n, weights: ["0.5", "0.25", "0.25"], answer: [3n, 1n, 1n], why: "weights of different scales" },
    { total: 7n, weights: ["0", "1", "0"], answer: [0n, 7n, 0n], why: "a weight of zero gets nothing" },
    { total: -5n, weights: ["1", "1", "1"], answer: [-2n, -2n, -1n], why: "negative like positive" },
    { total: 3n, weights: ["7"], answer: [3n], why: "alone" },
    { total: 0n, weights: [], answer: [], why: "nothing for nobody" },
  ])("$total by $weights → $answer ($why)", ({ total, weights, answer }) => {
    expect(shares(total, weights)).toEqual(answer);
  });
});

describe("impossible weights are an error", () => {
  test.each([
    { total: 1n, weights: [], error: "no_weight" },
    { total: 1n, weights: ["0", "0"], error: "no_weight" },
    { total: 1n, weights: ["2", "-1"], error: "negative_weight" },
    { total: 0n, weights: ["-1"], error: "negative_weight" },
  ])("$total by $weights: $error", ({ total, weights, error }) => {
    expect(shares(total, weights)).toBe(error);
  });
});

const someWeights = fc
  .array(fc.record({ coefficient: fc.bigInt({ min: 0n, max: 10n ** 12n }), scale: fc.integer({ min: 0, max: 9 }) }), {
    minLength: 1,
    maxLength: 30,
  })
  .filter((weights) => weights.some(({ coefficient }) => coefficient > 0n));
const totals = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });

test("the shares add up to the total, and each is less than a unit away from its exact share", () => {
  fc.assert(
    fc.property(totals, someWeights, (total, weights) => {
      const allocated = allocate(total, weights);
      if (!allocated.ok) throw new Error(allocated.error.type);
      expect(allocated.value.reduce((sum, share) => sum + share, 0n)).toBe(total);

      const parts = weights.map(({ coefficient, scale }) => coefficient * 10n ** BigInt(9 - scale));
      const whole = parts.reduce((sum, part) => sum + part, 0n);
      for (const [index, share] of allocated.value.entries()) {
        const distance = share * whole - total * (parts[index] ?? 0n);
        expect(distance > -whole && distance < whole).toBe(true);
      }
    }),
    seeded,
  );
});

test("the scale of the weights does not matter", () => {
  fc.assert(
    fc.property(totals, someWeights, fc.bigInt({ min: 1n, max: 1_000n }), (total, weights, factor) => {
      const scaled = weights.map(({ coefficient, scale }) => ({ coefficient: coefficient * factor, scale }));
      expect(allocate(total, scaled)).toEqual(allocate(total, weights));
    }),
    seeded,
  );
});
