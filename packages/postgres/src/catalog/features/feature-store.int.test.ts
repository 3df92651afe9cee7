import { randomBytes } from "node:crypto";
import type { Feature, FeatureId } from "@meter/catalog";
import { createUlid } from "@meter/primitives";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { at } from "../../fixtures.test-support.ts";
import { usePostgres } from "../../use-postgres.test-support.ts";

const postgres = usePostgres();

let ids = 0;
const toFeature = (fields: Partial<Feature>): Feature => ({
  id: createUlid(at(ids++), randomBytes(10)) as FeatureId,
  namespace: "default",
  key: "tokens",
  name: "Tokens",
  description: null,
  metadata: null,
  meterKey: null,
  meterGroupByFilters: {},
  createdAt: at(0),
  updatedAt: at(0),
  archivedAt: null,
  ...fields,
});

const many = 8;

describe("several at once", () => {
  test("of creations of one key exactly one succeeds, and the others name it", async () => {
    const { features } = postgres().store;
    for (let round = 1; round <= 10; round++) {
      const namespace = `create_${round}`;
      const results = await Promise.all(Array.from({ length: many }, () => features.create(toFeature({ namespace }))));
      const created = results.flatMap((result) => (result.ok ? [result.value.id] : []));
      expect(created).toHaveLength(1);
      const refused = results.flatMap((result) => (result.ok ? [] : [result.error.conflictingId]));
      expect(new Set(refused)).toEqual(new Set(created));
    }
  });

  test("of archivings the first one's instant stays", async () => {
    const { features } = postgres().store;
    const feature = toFeature({ namespace: "archive" });
    await features.create(feature);
    const results = await Promise.all(
      Array.from({ length: many }, (_, index) => features.archive("archive", feature.id, at(10 + index))),
    );
    const instants = new Set(results.map((result) => (result?.ok ? result.value.archivedAt : null)));
    expect(instants.size).toBe(1);
    expect([...instants]).toEqual([(await features.find("archive", feature.id))?.archivedAt]);
  });
});

test("a dimension may be called __proto__, and filters come back in the order of their dimensions", async () => {
  const { features } = postgres().store;
  const meterGroupByFilters = Object.fromEntries(
    ["zone", "b", "__proto__", "a_long_one"].map((name) => [name, { op: "eq", value: name }] as const),
  );
  const feature = toFeature({ namespace: "proto", meterKey: "tokens", meterGroupByFilters });
  await features.create(feature);
  const found = await features.find("proto", feature.id);
  expect(Object.entries(found?.meterGroupByFilters ?? {})).toEqual(
    ["__proto__", "a_long_one", "b", "zone"].map((name) => [name, { op: "eq", value: name }]),
  );
});

test("a text with NUL is not found, nor archived", async () => {
  const { features } = postgres().store;
  const id = "a\0b" as FeatureId; // no id at all
  expect(await features.find("default", id)).toBeNull();
  expect(await features.archive("default", id, at(0))).toBeNull();
  const list = { includeArchived: true, order: { by: "key", direction: "asc" }, limit: 1, offset: 0 } as const;
  expect(await features.list("a\0b", list)).toEqual({ items: [], totalCount: 0 });
  expect(await features.list("default", { ...list, meterKeys: ["a\0b"] })).toEqual({ items: [], totalCount: 0 });
});

test("the table refuses filters without a meter", async () => {
  const client = new pg.Client(postgres().url);
  await client.connect();
  try {
    await postgres().store.features.create(toFeature({ namespace: "filters" }));
    await expect(
      client.query(`update features set meter_filters = '{"a":{"op":"eq","value":"x"}}' where namespace = 'filters'`),
    ).rejects.toThrow("features_meter_filters_check");
  } finally {
    await client.end();
  }
});
