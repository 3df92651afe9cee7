import { describe, expect, test } from "vitest";

import {
  checkMeterDefinition,
  checkMeterKey,
  checkMeterLabels,
  findMeterWarnings,
  meterLimits,
  sameGroupBy,
} from "./meter-rules.ts";
import type { MeterDefinition, MeterLabels } from "./meter.ts";

const summed: MeterDefinition = {
  eventType: "request",
  aggregation: "sum",
  valueProperty: "$.duration_ms",
  groupBy: { method: "$.method" },
  eventFrom: null,
};

const counted: MeterDefinition = { ...summed, aggregation: "count", valueProperty: null };

const labels: MeterLabels = { name: "Requests", description: null, metadata: null };

const codes = (faults: readonly { field: string; code: string }[]): string[] =>
  faults.map(({ field, code }) => `${field} ${code}`);

const keys = (count: number, value: string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, value]));

describe("checkMeterKey", () => {
  test.each([
    { key: "", expected: ["key empty"], why: "a key has at least one character" },
    { key: "a", expected: [], why: "the shortest key" },
    { key: "a".repeat(64), expected: [], why: "the longest key" },
    { key: "a".repeat(65), expected: ["key too_long"], why: "one more" },
    { key: "tokens_2024_total", expected: [], why: "single underscores join words" },
    { key: "1st", expected: [], why: "a digit may come first" },
    { key: "slug-test", expected: ["key invalid_key"], why: "no hyphens" },
    { key: "Tokens", expected: ["key invalid_key"], why: "no upper case" },
    { key: "_tokens", expected: ["key invalid_key"], why: "no leading underscore" },
    { key: "tokens_", expected: ["key invalid_key"], why: "no trailing underscore" },
    { key: "a__b", expected: ["key invalid_key"], why: "no doubled underscore" },
    { key: "a\n", expected: ["key invalid_key"], why: "`$` does not stop before a last line feed" },
  ])("$key: $why", ({ key, expected }) => {
    expect(codes(checkMeterKey(key))).toEqual(expected);
  });
});

describe("checkMeterDefinition", () => {
  test.each<{ definition: MeterDefinition; expected: string[]; why: string }>([
    { definition: summed, expected: [], why: "a value and a dimension" },
    { definition: counted, expected: [], why: "count needs no value" },
    {
      definition: { ...counted, valueProperty: "$.n" },
      expected: ["valueProperty not_allowed"],
      why: "count refuses a value",
    },
    {
      definition: { ...summed, valueProperty: null },
      expected: ["valueProperty required"],
      why: "all others need one",
    },
    {
      definition: { ...summed, valueProperty: "" },
      expected: ["valueProperty empty"],
      why: "an empty path is no path",
    },
    {
      definition: { ...summed, valueProperty: "$.a-b" },
      expected: ["valueProperty invalid_json_path"],
      why: "a hyphen needs quotes",
    },
    {
      definition: { ...summed, eventType: "" },
      expected: ["eventType empty"],
      why: "the type has at least one byte",
    },
    {
      definition: { ...summed, eventType: "é".repeat(512) },
      expected: [],
      why: "1,024 bytes are the longest type",
    },
    {
      definition: { ...summed, eventType: `${"é".repeat(512)}a` },
      expected: ["eventType too_long"],
      why: "bytes count, not characters",
    },
    {
      definition: { ...summed, eventType: "a\ud800" },
      expected: ["eventType not_well_formed"],
      why: "a lone surrogate has no UTF-8",
    },
    {
      definition: { ...summed, eventType: "a\0" },
      expected: ["eventType not_well_formed"],
      why: "Postgres text cannot hold U+0000",
    },
    {
      definition: { ...summed, groupBy: { g: "invalid" } },
      expected: ["groupBy.g invalid_json_path"],
      why: "a dimension is a JSONPath too",
    },
    {
      definition: { ...summed, groupBy: { g: "$.duration_ms" } },
      expected: ["groupBy.g same_as_value"],
      why: "grouping by the value itself",
    },
    {
      definition: { ...summed, groupBy: { "a-b": "$.a" } },
      expected: ["groupBy.a-b invalid_key"],
      why: "dimension keys are identifiers",
    },
    {
      definition: { ...summed, groupBy: { _A1: "$.a", B: "$.a" } },
      expected: [],
      why: "upper case is legal here, and two dimensions may share a path",
    },
    {
      definition: { ...summed, groupBy: { "": "$.a" } },
      expected: ["groupBy. empty"],
      why: "a dimension has a name",
    },
    {
      definition: { ...summed, groupBy: keys(64, "$.a") },
      expected: [],
      why: "the most dimensions",
    },
    {
      definition: { ...summed, groupBy: keys(65, "$.a") },
      expected: ["groupBy too_many"],
      why: "one more",
    },
    {
      definition: { ...counted, eventType: "", valueProperty: "$.n", groupBy: { "1": "x" } },
      expected: [
        "eventType empty",
        "valueProperty not_allowed",
        "groupBy.1 invalid_key",
        "groupBy.1 invalid_json_path",
      ],
      why: "all faults, not the first",
    },
  ])("$why", ({ definition, expected }) => {
    expect(codes(checkMeterDefinition(definition))).toEqual(expected);
  });

  test("the message for a count with a value is the one clients know", () => {
    expect(checkMeterDefinition({ ...counted, valueProperty: "$.n" })[0]?.message).toBe(
      "meter value property is not allowed when the aggregation is count",
    );
  });
});

describe("findMeterWarnings", () => {
  test.each<{ definition: MeterDefinition; warnings: readonly string[]; why: string }>([
    { definition: summed, warnings: [], why: "each path is one value" },
    { definition: counted, warnings: [], why: "no value" },
    {
      definition: {
        ...summed,
        valueProperty: "$.items[*].n",
        groupBy: { one: "$.items[0].k", any: "$.items[0 to 3].k" },
      },
      warnings: ["valueProperty first_match", "groupBy.any first_match"],
      why: "of several values only the first is taken",
    },
  ])("$warnings ($why)", ({ definition, warnings }) => {
    expect(codes(findMeterWarnings(definition))).toEqual(warnings);
    expect(checkMeterDefinition(definition)).toEqual([]);
  });
});

describe("checkMeterLabels", () => {
  test.each<{ change: Partial<MeterLabels>; expected: string[]; why: string }>([
    { change: {}, expected: [], why: "a name alone" },
    { change: { name: "" }, expected: ["name empty"], why: "a name has a character" },
    { change: { name: "😀".repeat(256) }, expected: [], why: "256 characters, not UTF-16 units" },
    { change: { name: "a".repeat(257) }, expected: ["name too_long"], why: "one more" },
    { change: { description: "" }, expected: ["description empty"], why: "none is null, not empty" },
    { change: { description: "a".repeat(1_024) }, expected: [], why: "the longest description" },
    {
      change: { description: "a".repeat(1_025) },
      expected: ["description too_long"],
      why: "one more",
    },
    { change: { metadata: {} }, expected: [], why: "no entries" },
    { change: { metadata: { k: "" } }, expected: [], why: "an empty value is a value" },
    { change: { metadata: { "": "v" } }, expected: ["metadata. empty"], why: "keys are not empty" },
    { change: { metadata: keys(50, "v") }, expected: [], why: "the most entries" },
    { change: { metadata: keys(51, "v") }, expected: ["metadata too_many"], why: "one more" },
    {
      change: { metadata: { ["k".repeat(65)]: "v".repeat(1_025) } },
      expected: [`metadata.${"k".repeat(65)} too_long`, `metadata.${"k".repeat(65)} too_long`],
      why: "key and value are bounded apart",
    },
    { change: { name: "a\0" }, expected: ["name not_well_formed"], why: "not storable" },
  ])("$why", ({ change, expected }) => {
    expect(codes(checkMeterLabels({ ...labels, ...change }))).toEqual(expected);
  });
});

describe("sameGroupBy", () => {
  test.each<{
    a: MeterDefinition["groupBy"];
    b: MeterDefinition["groupBy"];
    same: boolean;
    why: string;
  }>([
    { a: {}, b: {}, same: true, why: "none and none" },
    { a: { x: "$.x" }, b: {}, same: false, why: "one removed" },
    { a: {}, b: { x: "$.x" }, same: false, why: "one added" },
    { a: { x: "$.x", y: "$.y" }, b: { y: "$.y", x: "$.x" }, same: true, why: "order is nothing" },
    { a: { x: "$.x" }, b: { x: "$.y" }, same: false, why: "another path" },
    { a: { x: "$.x" }, b: { y: "$.x" }, same: false, why: "another key" },
    { a: { x: "$.x" }, b: { x: "$['x']" }, same: false, why: "paths are compared as written" },
    { a: { toString: "$.x" }, b: { x: "$.x" }, same: false, why: "inherited names are not keys" },
  ])("$why", ({ a, b, same }) => {
    expect(sameGroupBy(a, b)).toBe(same);
  });
});

test("limits stay what clients were told", () => {
  expect(meterLimits).toMatchObject({ keyCharactersMax: 64, dimensionsMax: 64, metadataEntriesMax: 50 });
});
