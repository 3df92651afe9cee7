import fc from "fast-check";
import { expect, test } from "vitest";
import { createBodyBudget } from "./body-budget.ts";

const limits = { uncountedBytes: 10, bytesMax: 100, namespaceBytesMax: 60, readMsMax: 1_000 };

test("the first bytes of a body are free, and pass when everything else is taken", () => {
  const budget = createBodyBudget(limits);
  expect(budget.open("a").take(70)).toBe(true);
  expect(budget.open("b").take(50)).toBe(true);
  expect(budget.heldBytes()).toBe(100);
  expect(budget.open("b").take(11)).toBe(false);
  expect(budget.open("b").take(10)).toBe(true);
  expect(budget.heldBytes()).toBe(100);
});

test("one namespace leaves room for the others", () => {
  const budget = createBodyBudget(limits);
  expect(budget.open("a").take(70)).toBe(true);
  expect(budget.open("a").take(11)).toBe(false);
  expect(budget.open("b").take(11)).toBe(true);
});

test("whatever comes, in whatever order: no more than the bounds is held, and nothing in the end", () => {
  const steps = fc.array(
    fc.record({
      body: fc.nat(5),
      step: fc.oneof(fc.constant("release" as const), fc.integer({ min: 0, max: 40 })),
    }),
    { maxLength: 100 },
  );
  fc.assert(
    fc.property(steps, (taken) => {
      const budget = createBodyBudget(limits);
      const shares = Array.from({ length: 6 }, (_, index) => budget.open(index % 2 === 0 ? "even" : "odd"));
      for (const { body, step } of taken) {
        if (step === "release") shares[body]?.release();
        else shares[body]?.take(step);
        expect(budget.heldBytes()).toBeGreaterThanOrEqual(0);
        expect(budget.heldBytes()).toBeLessThanOrEqual(limits.bytesMax);
      }
      for (const share of [...shares, ...shares]) share.release();
      expect(budget.heldBytes()).toBe(0);
    }),
  );
});
