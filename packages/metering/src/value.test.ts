import { compare, createExtractor, dec, formatDecimal, parseDecimal } from "@meter/primitives";
import type { JsonFound } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { path } from "./fixtures.ts";
import { toDimensionText, toDistinctText, toQuantity } from "./value.ts";

const extract = createExtractor([path("$.v")]);

/** What stands in a member of this JSON text; undefined: no such member. */
const found = (json: string | undefined): JsonFound =>
  extract(json === undefined ? "{}" : `{"v":${json}}`)[0] ?? { type: "missing" };

describe("toQuantity: canonical decimal text, or null", () => {
  test.each<{ json: string | undefined; quantity: string | null; why: string }>([
    { json: "0", quantity: "0", why: "zero is a value" },
    { json: '"0"', quantity: "0", why: "as text, too" },
    { json: "-0", quantity: "0", why: "zero has no sign" },
    { json: '"-0.0"', quantity: "0", why: "nor decimals" },
    { json: "1e30", quantity: `1${"0".repeat(30)}`, why: "an exponent is written out" },
    { json: '"1e3"', quantity: "1000", why: "as text, too" },
    { json: '"+5"', quantity: "5", why: "a plus sign" },
    { json: '".5"', quantity: "0.5", why: "no integer digits" },
    { json: '"5."', quantity: "5", why: "no fraction digits" },
    { json: '"-2.5"', quantity: "-2.5", why: "negative" },
    { json: '"007"', quantity: "7", why: "leading zeros" },
    { json: "1.50", quantity: "1.5", why: "trailing zeros" },
    { json: "9007199254740993", quantity: "9007199254740993", why: "above 2^53" },
    {
      json: `"${"9".repeat(38)}.${"9".repeat(30)}"`,
      quantity: `${"9".repeat(38)}.${"9".repeat(30)}`,
      why: "the most digits",
    },
    { json: "9".repeat(39), quantity: null, why: "39 integer digits" },
    { json: `"0.${"0".repeat(30)}1"`, quantity: null, why: "31 fraction digits" },
    { json: `0.1${"0".repeat(40)}`, quantity: "0.1", why: "zeros do not count as digits" },
    { json: '"1e400"', quantity: null, why: "far out of range" },
    { json: "1e-31", quantity: null, why: "too small is not zero" },
    { json: '" 12 "', quantity: null, why: "spaces" },
    { json: '"1,000"', quantity: null, why: "commas" },
    { json: '"0x10"', quantity: null, why: "hexadecimal" },
    { json: '"1_000"', quantity: null, why: "underscores" },
    { json: '"1.2.3"', quantity: null, why: "two points" },
    { json: '"-"', quantity: null, why: "a sign alone" },
    { json: '"."', quantity: null, why: "a point alone" },
    { json: '""', quantity: null, why: "no text" },
    { json: '"NaN"', quantity: null, why: "not a number" },
    { json: '"Inf"', quantity: null, why: "no infinity" },
    { json: "true", quantity: null, why: "a boolean" },
    { json: "null", quantity: null, why: "JSON null" },
    { json: '{"a":1}', quantity: null, why: "an object" },
    { json: "[1]", quantity: null, why: "an array" },
    { json: undefined, quantity: null, why: "nothing there" },
  ])("$json → $quantity ($why)", ({ json, quantity }) => {
    expect(toQuantity(found(json))).toBe(quantity);
  });

  test("any text: what parsing and formatting say", () => {
    const texts = fc.string({ unit: fc.constantFrom("0", "0", "1", "9", ".", "-", "+", "e"), maxLength: 45 });
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseDecimal(text);
        expect(toQuantity({ type: "string", text })).toBe(parsed.ok ? formatDecimal(parsed.value) : null);
      }),
      { seed: 3, numRuns: 5_000 },
    );
  });

  test("a number keeps its value", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(28), (n, scale) => {
        const text = formatDecimal({ coefficient: n, scale });
        const quantity = toQuantity({ type: "number", text });
        expect(quantity).toBe(text);
        expect(compare(dec(quantity ?? ""), { coefficient: n, scale })).toBe(0);
      }),
      { seed: 4 },
    );
  });
});

describe("texts: what unique_count compares and what dimensions hold", () => {
  test.each<{ json: string | undefined; distinct: string | null; dimension: string; why: string }>([
    { json: undefined, distinct: "", dimension: "", why: "missing is an empty text, which counts" },
    { json: '""', distinct: "", dimension: "", why: "the same as an empty string" },
    { json: "{}", distinct: "", dimension: "", why: "and as an object" },
    { json: "[]", distinct: "", dimension: "", why: "and as an array" },
    { json: "null", distinct: null, dimension: "null", why: "null does not count" },
    { json: '"null"', distinct: null, dimension: "null", why: "nor does its text" },
    { json: "1", distinct: "1", dimension: "1", why: "1 and …" },
    { json: '"1"', distinct: "1", dimension: "1", why: "… its text are one" },
    { json: '"1.0"', distinct: "1.0", dimension: "1.0", why: "a string stays as it is" },
    { json: "1.0", distinct: "1", dimension: "1", why: "a number is canonical" },
    { json: "true", distinct: "true", dimension: "true", why: "true and …" },
    { json: '"true"', distinct: "true", dimension: "true", why: "… its text are one" },
    { json: "1e400", distinct: "1e400", dimension: "1e400", why: "out of range: as written" },
    { json: '"\\ud800"', distinct: "\ufffd", dimension: "\ufffd", why: "texts are well-formed" },
  ])("$json → $distinct, $dimension ($why)", ({ json, distinct, dimension }) => {
    expect(toDistinctText(found(json))).toBe(distinct);
    expect(toDimensionText(found(json))).toBe(dimension);
  });
});
