import { instant } from "@meter/primitives";
import { expect, test } from "vitest";
import { affectedFeatures } from "./affected-features.ts";
import type { Feature, FeatureId } from "./feature.ts";
import type { MeterDefinition } from "./meter.ts";

const toFeature = (key: string, dimensions: readonly string[]): Feature => ({
  id: key as FeatureId, // only carried along
  namespace: "default",
  key,
  name: key,
  description: null,
  metadata: null,
  meterKey: "tokens",
  meterGroupByFilters: Object.fromEntries(dimensions.map((name) => [name, { op: "eq", value: "x" } as const])),
  createdAt: instant(0),
  updatedAt: instant(0),
  archivedAt: null,
});

const features = [toFeature("all", []), toFeature("input", ["type"]), toFeature("eu", ["zone", "__proto__"])];
const proto = (path: string): MeterDefinition["groupBy"] => Object.fromEntries([["__proto__", path]]);
const before = { type: "$.type", zone: "$.zone", free: "$.free" };

test.each<{ groupBy: MeterDefinition["groupBy"] | null; expected: readonly string[]; why: string }>([
  { groupBy: before, expected: [], why: "nothing changes" },
  { groupBy: { ...before, more: "$.more" }, expected: [], why: "one more" },
  { groupBy: { ...before, free: "$.other" }, expected: [], why: "another path of what nobody filters on" },
  { groupBy: { type: "$.type", zone: "$.zone" }, expected: [], why: "without what nobody filters on" },
  { groupBy: { ...before, type: "$.other" }, expected: ["input type"], why: "another path" },
  { groupBy: { ...before, type: "$['type']" }, expected: ["input type"], why: "paths are compared as written" },
  { groupBy: { type: "$.type", free: "$.free" }, expected: ["eu zone"], why: "removed" },
  { groupBy: {}, expected: ["input type", "eu zone"], why: "all removed" },
  { groupBy: { ...before, ...proto("$.p") }, expected: [], why: "a filter on what was no dimension" },
  { groupBy: null, expected: ["all null", "input null", "eu null"], why: "the meter goes" },
])("$why", ({ groupBy, expected }) => {
  const affected = affectedFeatures({ groupBy: before }, groupBy, features);
  expect(affected.map(({ feature, dimension }) => `${feature.key} ${dimension}`)).toEqual(expected);
});

test("a dimension may be called __proto__", () => {
  const named = features.slice(2);
  expect(affectedFeatures({ groupBy: proto("$.p") }, proto("$.p"), named)).toEqual([]);
  expect(affectedFeatures({ groupBy: proto("$.p") }, {}, named)).toMatchObject([{ dimension: "__proto__" }]);
});
