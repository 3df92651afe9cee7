import { instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { checkFeatureDefinition, checkFeatureMeter, featureLimits, pickFeatureByKey } from "./feature-rules.ts";
import { plainFiltersOf } from "./feature.ts";
import type { FeatureDefinition, FeatureFilter } from "./feature.ts";
import type { Aggregation } from "./meter.ts";

const tokens: FeatureDefinition = {
  key: "input_tokens",
  name: "Input tokens",
  description: null,
  metadata: null,
  meterKey: "tokens",
  meterGroupByFilters: { type: { op: "eq", value: "input" } },
};

const codes = (faults: readonly { field: string; code: string }[]): string[] =>
  faults.map(({ field, code }) => `${field} ${code}`);

describe("checkFeatureDefinition", () => {
  const many: FeatureFilter = { op: "in", values: Array.from({ length: featureLimits.filterValuesMax + 1 }, String) };

  test.each<{ change: Partial<FeatureDefinition>; expected: readonly string[]; why: string }>([
    { change: {}, expected: [], why: "legal" },
    { change: { meterKey: null, meterGroupByFilters: {} }, expected: [], why: "a capability is not measured" },
    { change: { key: "" }, expected: ["key empty"], why: "a key has at least one character" },
    { change: { key: "a".repeat(65) }, expected: ["key too_long"], why: "at most 64" },
    {
      change: { key: "01ARZ3NDEKTSV4RRFFQ69G5FAV" },
      expected: ["key invalid_key"],
      why: "a key never looks like an id",
    },
    {
      change: { name: "", metadata: { a: "\0" } },
      expected: ["name empty", "metadata.a not_well_formed"],
      why: "all faults",
    },
    { change: { meterKey: null }, expected: ["meterGroupByFilters meter_required"], why: "filters of nothing" },
    {
      change: { meterGroupByFilters: { type: many } },
      expected: ["meterGroupByFilters.type too_many"],
      why: "a bound",
    },
    {
      change: { meterGroupByFilters: { type: { op: "ne", value: "\ud800" } } },
      expected: ["meterGroupByFilters.type not_well_formed"],
      why: "every store can keep it",
    },
  ])("$why", ({ change, expected }) => {
    expect(codes(checkFeatureDefinition({ ...tokens, ...change }))).toEqual(expected);
  });
});

describe("checkFeatureMeter", () => {
  test.each<{
    aggregation: Aggregation;
    groupBy: Readonly<Record<string, string>>;
    expected: readonly string[];
    why: string;
  }>([
    { aggregation: "sum", groupBy: { type: "$.type" }, expected: [], why: "the dimension is there" },
    { aggregation: "sum", groupBy: {}, expected: ["meterGroupByFilters.type unknown_dimension"], why: "it is not" },
    {
      aggregation: "avg",
      groupBy: { type: "$.type" },
      expected: ["meterKey meter_aggregation_not_supported"],
      why: "an average cannot be sold",
    },
    {
      aggregation: "sum",
      groupBy: { toString: "$.x" },
      expected: ["meterGroupByFilters.type unknown_dimension"],
      why: "another dimension does not help",
    },
  ])("$why", ({ aggregation, groupBy, expected }) => {
    expect(codes(checkFeatureMeter(tokens, { aggregation, groupBy }))).toEqual(expected);
  });

  test("names that every object has are not dimensions", () => {
    const definition = { ...tokens, meterGroupByFilters: { constructor: { op: "eq", value: "x" } } } as const;
    expect(codes(checkFeatureMeter(definition, { aggregation: "sum", groupBy: {} }))).toEqual([
      "meterGroupByFilters.constructor unknown_dimension",
    ]);
  });
});

describe("pickFeatureByKey: a key means", () => {
  const feature = (name: string, archivedAt: number | null, createdAt = 0) => ({
    name,
    archivedAt: archivedAt === null ? null : instant(archivedAt),
    createdAt: instant(createdAt),
  });

  test.each([
    { features: [], expected: undefined, why: "nothing, when there is none" },
    { features: [feature("old", 5), feature("live", null)], expected: "live", why: "the one that is not archived" },
    { features: [feature("live", null), feature("old", 9)], expected: "live", why: "in any order" },
    {
      features: [feature("first", 5), feature("last", 9), feature("mid", 7)],
      expected: "last",
      why: "the last archived",
    },
    { features: [feature("b", 5, 2), feature("a", 5, 1)], expected: "b", why: "at a tie, the later created" },
  ])("$why", ({ features, expected }) => {
    expect(pickFeatureByKey(features)?.name).toBe(expected);
  });
});

test.each<{ filters: FeatureDefinition["meterGroupByFilters"]; expected: unknown }>([
  { filters: {}, expected: {} },
  { filters: { type: { op: "eq", value: "input" } }, expected: { type: "input" } },
  { filters: { type: { op: "eq", value: "a" }, model: { op: "in", values: ["b"] } }, expected: null },
])("plainFiltersOf $filters", ({ filters, expected }) => {
  expect(plainFiltersOf(filters)).toEqual(expected);
});
