import fc from "fast-check";
import { expect, test } from "vitest";
import { groupBy } from "./group-by.ts";

test("the same groups, in the same order, as the platform's own", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9, max: 9 })), (numbers) => {
      const keyOf = (n: number): number => n % 3; // −0 and 0 are one key
      expect([...groupBy(numbers, keyOf)]).toEqual([...Map.groupBy(numbers, keyOf)]);
    }),
    { seed: 20_261_124 },
  );
});

test("nothing has no groups", () => {
  expect(groupBy([], String).size).toBe(0);
});
