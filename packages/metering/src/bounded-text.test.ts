import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { boundFilter, boundText, usageTextBytesMax } from "./bounded-text.ts";
import { matchesText } from "./text-filter.ts";
import type { TextFilter } from "./text-filter.ts";

const bytesOf = (text: string): number => Buffer.byteLength(text);
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

describe("boundText: up to 1,024 bytes a text is itself, beyond it is prefix, # and hash of the whole", () => {
  test.each([
    { text: "", prefix: null, why: "the empty text" },
    { text: "a".repeat(1_024), prefix: null, why: "the boundary is inclusive" },
    { text: "é".repeat(512), prefix: null, why: "bytes count, not characters" },
    { text: "a".repeat(1_025), prefix: "a".repeat(991), why: "one more" },
    { text: `a${"é".repeat(512)}`, prefix: `a${"é".repeat(495)}`, why: "two bytes end at the cut" },
    { text: "é".repeat(513), prefix: "é".repeat(495), why: "two bytes would be split" },
    { text: "€".repeat(342), prefix: "€".repeat(330), why: "three bytes" },
    { text: "😀".repeat(257), prefix: "😀".repeat(247), why: "four bytes, never half a pair" },
    { text: `\uFEFF${"a".repeat(1_024)}`, prefix: `\uFEFF${"a".repeat(988)}`, why: "a first U+FEFF is text" },
  ])("$why", ({ text, prefix }) => {
    expect(boundText(text)).toBe(prefix === null ? text : `${prefix}#${hashOf(text)}`);
  });

  /** Long texts that differ late, early, or in length. */
  const texts = fc
    .tuple(
      fc.constantFrom("", "a", "é", "€", "😀", "ab"),
      fc.constantFrom("x", "é", "€", "😀"),
      fc.integer({ min: 240, max: 1_100 }),
      fc.constantFrom("", "a", "b"),
    )
    .map(([first, middle, count, last]) => first + middle.repeat(count) + last);

  test("is within the bound, well-formed, and the same of its own answer", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bound = boundText(text);
        expect(bytesOf(bound)).toBeLessThanOrEqual(usageTextBytesMax);
        expect(bound.isWellFormed()).toBe(true);
        expect(boundText(bound)).toBe(bound);
        expect(boundText(text, (bytes) => createHash("sha256").update(bytes).digest())).toBe(bound);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("two texts stay two, and one stays one", () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(boundText(a) === boundText(b)).toBe(a === b);
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  const equality = texts.chain((a) =>
    fc.tuple(
      fc.constant(a),
      fc.oneof(texts, fc.constant(a)),
      fc.constantFrom<(value: string) => TextFilter>(
        (value) => ({ op: "eq", value }),
        (value) => ({ op: "ne", value }),
        (value) => ({ op: "in", values: ["short", value] }),
        (value) => ({ op: "nin", values: [value, "short"] }),
        (value) => ({ op: "or", filters: [{ op: "and", filters: [{ op: "eq", value }] }] }),
      ),
    ),
  );

  test("a filter for whole values passes what it would pass without the bound", () => {
    fc.assert(
      fc.property(equality, ([text, value, toFilter]) => {
        const filter = toFilter(value);
        expect(matchesText(boundFilter(filter), boundText(text))).toBe(matchesText(filter, text));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  test("an order agrees with equality; a pattern sees what is stored", () => {
    const long = "a".repeat(2_000);
    for (const op of ["gte", "lte"] as const)
      expect(matchesText(boundFilter({ op, value: long }), boundText(long))).toBe(true);
    for (const op of ["gt", "lt"] as const)
      expect(matchesText(boundFilter({ op, value: long }), boundText(long))).toBe(false);
    expect(matchesText(boundFilter({ op: "like", value: "a%" }), boundText(long))).toBe(true);
    expect(matchesText(boundFilter({ op: "like", value: "%a" }), boundText(`${long}a`))).toBe(
      boundText(`${long}a`).endsWith("a"),
    );
    expect(matchesText(boundFilter({ op: "like", value: "%#%" }), boundText(long))).toBe(true);
  });
});
