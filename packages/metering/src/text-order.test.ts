import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { compareText } from "./text-order.ts";

describe("compareText orders by UTF-8 bytes", () => {
  test.each([
    { a: "", b: "", order: 0, why: "nothing and nothing" },
    { a: "", b: "a", order: -1, why: "a beginning comes first" },
    { a: "10", b: "9", order: -1, why: "text, not numbers" },
    { a: "Z", b: "a", order: -1, why: "upper case before lower case" },
    { a: "\uffff", b: "\u{10000}", order: -1, why: "UTF-16 would say the opposite" },
    { a: "\u{1f600}", b: "\u{1f601}", order: -1, why: "the same high surrogate" },
    { a: "\ud7ff", b: "\ue000", order: -1, why: "both sides of the surrogates" },
  ])("$a and $b → $order ($why)", ({ a, b, order }) => {
    expect(compareText(a, b)).toBe(order);
    expect(compareText(b, a)).toBe(order === 0 ? 0 : -order);
  });

  test("as the bytes themselves compare", () => {
    const texts = fc.string({
      unit: fc.oneof(
        fc.constantFrom("a", "b", "\uffff", "\u{10000}"),
        fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(texts, texts, (a, b) => compareText(a, b) === Buffer.compare(Buffer.from(a), Buffer.from(b))),
      { seed: 1 },
    );
  });
});
