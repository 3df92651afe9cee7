import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { matchesText } from "./text-filter.ts";
import type { TextFilter } from "./text-filter.ts";

describe("matchesText", () => {
  test.each<{ filter: TextFilter; text: string; matches: boolean; why: string }>([
    { filter: { op: "eq", value: "" }, text: "", matches: true, why: "a missing property is the empty text" },
    { filter: { op: "eq", value: "1" }, text: "1.0", matches: false, why: "texts, not numbers" },
    { filter: { op: "ne", value: "x" }, text: "", matches: true, why: "ne matches what is missing" },
    { filter: { op: "in", values: [] }, text: "", matches: false, why: "in nothing" },
    { filter: { op: "in", values: ["a", "b"] }, text: "b", matches: true, why: "one of them" },
    { filter: { op: "nin", values: [] }, text: "", matches: true, why: "not in nothing" },
    { filter: { op: "nin", values: ["a", "b"] }, text: "b", matches: false, why: "one of them" },
    { filter: { op: "gt", value: "9" }, text: "10", matches: false, why: "lexicographic" },
    { filter: { op: "gt", value: "b" }, text: "b", matches: false, why: "the bound is not above itself" },
    { filter: { op: "gte", value: "b" }, text: "b", matches: true, why: "but at itself" },
    { filter: { op: "lt", value: "\u{10000}" }, text: "\uffff", matches: true, why: "UTF-8 order" },
    { filter: { op: "lt", value: "b" }, text: "b", matches: false, why: "exclusive" },
    { filter: { op: "lte", value: "b" }, text: "b", matches: true, why: "inclusive" },
    { filter: { op: "and", filters: [] }, text: "", matches: true, why: "no condition" },
    { filter: { op: "or", filters: [] }, text: "", matches: false, why: "no alternative" },
    {
      filter: {
        op: "or",
        filters: [
          { op: "eq", value: "g2" },
          {
            op: "and",
            filters: [
              { op: "gte", value: "g1" },
              { op: "lt", value: "g2" },
            ],
          },
        ],
      },
      text: "g15",
      matches: true,
      why: "nested",
    },
    {
      filter: {
        op: "and",
        filters: [
          { op: "gte", value: "g1" },
          { op: "lt", value: "g2" },
        ],
      },
      text: "g2",
      matches: false,
      why: "all of them",
    },
  ])("$filter.op of $text: $why", ({ filter, text, matches }) => {
    expect(matchesText(filter, text)).toBe(matches);
  });
});

describe("like", () => {
  test.each([
    { pattern: "", text: "", matches: true, why: "nothing matches nothing" },
    { pattern: "", text: "a", matches: false, why: "and only that" },
    { pattern: "%", text: "", matches: true, why: "any run, also an empty one" },
    { pattern: "%", text: "a\nb", matches: true, why: "line feeds are characters" },
    { pattern: "_", text: "", matches: false, why: "exactly one" },
    { pattern: "_", text: "\u{1f600}", matches: true, why: "one code point, two UTF-16 units" },
    { pattern: "__", text: "\u{1f600}", matches: false, why: "not two" },
    { pattern: "%_", text: "\u{1f600}", matches: true, why: "a run before it" },
    { pattern: "%v3", text: "g1v3", matches: true, why: "an end" },
    { pattern: "%V3", text: "g1v3", matches: false, why: "case matters" },
    { pattern: "g%3%", text: "g1v3", matches: true, why: "a run at the end may be empty" },
    { pattern: "%ab%ab", text: "abxab", matches: true, why: "a run is as long as it must be" },
    { pattern: "%aab", text: "aaab", matches: true, why: "going back" },
    { pattern: "a.c", text: "abc", matches: false, why: "no regular expressions" },
    { pattern: "100\\%", text: "100%", matches: true, why: "a literal percent" },
    { pattern: "100\\%", text: "1000", matches: false, why: "and nothing else" },
    { pattern: "a\\_b", text: "axb", matches: false, why: "a literal underscore" },
    { pattern: "a\\\\b", text: "a\\b", matches: true, why: "a literal backslash" },
    { pattern: "a\\b", text: "a\\b", matches: true, why: "before anything else it stands for itself" },
    { pattern: "a\\", text: "a\\", matches: true, why: "at the end, too" },
    { pattern: "a\\", text: "a", matches: false, why: "it is not nothing" },
  ])("$pattern and $text: $why", ({ pattern, text, matches }) => {
    expect(matchesText({ op: "like", value: pattern }, text)).toBe(matches);
    expect(matchesText({ op: "nlike", value: pattern }, text)).toBe(!matches);
  });

  test("ilike lower-cases both sides", () => {
    expect(matchesText({ op: "ilike", value: "G1%Ü" }, "g1 ü")).toBe(true);
    expect(matchesText({ op: "nilike", value: "G1%Ü" }, "g1 ü")).toBe(false);
    expect(matchesText({ op: "ilike", value: "g1" }, "G1")).toBe(true);
  });

  test("answers as a regular expression does", () => {
    const pieces = fc.constantFrom("a", "b", "%", "_", "\\%", "\\_", "\\\\", "\u{1f600}", ".");
    const texts = fc.string({ unit: fc.constantFrom("a", "b", "%", "_", "\\", "\u{1f600}", "."), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), texts, (pattern, text) => {
        const source = pattern.map((piece) => {
          if (piece === "%") return ".*";
          return piece === "_" ? "." : literal(piece);
        });
        const expected = new RegExp(`^${source.join("")}$`, "su").test(text);
        return matchesText({ op: "like", value: pattern.join("") }, text) === expected;
      }),
      { seed: 2, numRuns: 2_000 },
    );
  });

  test("many wildcards cost no exponential time", () => {
    const pattern = `${"%a".repeat(200)}b`;
    expect(matchesText({ op: "like", value: pattern }, "a".repeat(5_000))).toBe(false);
  });
});

/** The regular expression for a piece of a pattern that stands for its last character alone. */
const literal = (piece: string): string => (Array.from(piece).at(-1) ?? "").replace(/[\\.]/u, "\\$&");
