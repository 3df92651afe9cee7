import type { Meter } from "@meter/catalog";
import { instant, ok } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { at, nextMeterId, toBuild, toMeter } from "../../fixtures.test-support.ts";
import { usePostgres } from "../../use-postgres.test-support.ts";

const postgres = usePostgres();

const create = async (fields: Partial<Meter>) => {
  const meter = toMeter(fields);
  const build = toBuild(meter);
  const created = await postgres().store.meters.create(meter, build);
  expect(created).toEqual({ ok: true, value: meter });
  return { meter, build };
};

describe("create and find", () => {
  test("every field comes back, by id and by key, with the first build pending", async () => {
    const { meters } = postgres().store;
    const { meter, build } = await create({
      namespace: "fields",
      key: "all_fields",
      name: "Ångström \u{1F9FE}",
      description: 'quoted "text"\nof two lines',
      metadata: { z: "last", a: "first", "": "empty\0nul", "10": "number" },
      eventType: "it's.a/type \u2028",
      aggregation: "unique_count",
      valueProperty: '$["user id"].x[0]',
      groupBy: { zone: "$.zone", __proto__x: "$.a", B: '$["b b"]', a_long_key: "$.l[*]", a: "$.a" },
      eventFrom: at(-1),
      createdAt: at(1),
      updatedAt: at(2),
    });
    const expected = { meter, current: null, pending: build };
    expect(await meters.find("fields", meter.id)).toEqual(expected);
    expect(await meters.find("fields", "all_fields")).toEqual(expected);
    expect(Object.keys((await meters.find("fields", "all_fields"))?.meter.groupBy ?? {})).toEqual([
      "B",
      "__proto__x",
      "a",
      "a_long_key",
      "zone",
    ]);
  });

  test("a dimension may be called __proto__", async () => {
    const groupBy = Object.fromEntries([
      ["__proto__", "$.p"],
      ["constructor", "$.c"],
    ]);
    const { meter, build } = await create({ namespace: "proto", groupBy });
    const found = await postgres().store.meters.find("proto", meter.id);
    expect(Object.entries(found?.meter.groupBy ?? {})).toEqual([
      ["__proto__", "$.p"],
      ["constructor", "$.c"],
    ]);
    expect(found?.pending).toEqual(build);
  });

  test("count has neither value property nor value", async () => {
    const { meter, build } = await create({
      namespace: "count",
      aggregation: "count",
      valueProperty: null,
      groupBy: {},
    });
    expect(await postgres().store.meters.find("count", meter.id)).toEqual({ meter, current: null, pending: build });
    expect(build.value).toBeNull();
  });

  test.each([
    { eventFrom: "0000-01-01T00:00:00.001Z", why: "year 0 is 1 BC in Postgres" },
    { eventFrom: "0001-01-01T00:00:00Z", why: "the first year" },
    { eventFrom: "1883-11-18T12:03:57.999Z", why: "zones had offsets with seconds" },
    { eventFrom: "1969-12-31T23:59:59.999Z", why: "just before the epoch" },
    { eventFrom: "2026-03-29T01:00:00.5Z", why: "a change of clocks" },
    { eventFrom: "9999-12-31T23:59:59.999Z", why: "the last of four digits" },
    { eventFrom: "+010000-01-01T22:00:00Z", why: "what an offset can make of it" },
  ])("the instant $eventFrom comes back to the millisecond ($why)", async ({ eventFrom }) => {
    const { meter } = await create({
      namespace: "instants",
      id: nextMeterId(),
      key: `k${Date.parse(eventFrom)}`,
      eventFrom: instant(Date.parse(eventFrom)),
    });
    expect((await postgres().store.meters.find("instants", meter.id))?.meter.eventFrom).toBe(Date.parse(eventFrom));
  });

  test("another namespace, an unknown key and one with NUL answer null", async () => {
    const { meters } = postgres().store;
    const { meter } = await create({ namespace: "isolated" });
    for (const text of [meter.id, meter.key]) expect(await meters.find("default", text)).toBeNull();
    expect(await meters.find("isolated", "other")).toBeNull();
    expect(await meters.find("isolated", `${meter.key}\0`)).toBeNull();
    expect(await meters.list("default", { order: { by: "key", direction: "asc" }, includeDeleted: true })).toEqual([]);
    await create({ namespace: "isolated_too" }); // the same key
  });

  test("a live meter of the same key is a conflict that names it, and leaves nothing behind", async () => {
    const { meters } = postgres().store;
    const { meter } = await create({ namespace: "conflict", key: "twice" });
    const second = toMeter({ namespace: "conflict", key: "twice" });
    expect(await meters.create(second, toBuild(second))).toEqual({
      ok: false,
      error: { type: "conflict", message: 'a meter with slug "twice" exists already', conflictingId: meter.id },
    });
    expect(await meters.find("conflict", second.id)).toBeNull();
  });

  test("of ten creations of one key at once exactly one wins", async () => {
    const { meters } = postgres().store;
    const candidates = Array.from({ length: 10 }, () => toMeter({ namespace: "race", key: "race" }));
    const answers = await Promise.all(candidates.map((meter) => meters.create(meter, toBuild(meter))));
    const winners = answers.flatMap((answer) => (answer.ok ? [answer.value.id] : []));
    expect(winners).toHaveLength(1);
    expect(answers.flatMap((answer) => (answer.ok ? [] : [answer.error]))).toEqual(
      Array(9).fill(expect.objectContaining({ type: "conflict", conflictingId: winners[0] })),
    );
    expect(
      (await meters.list("race", { order: { by: "key", direction: "asc" }, includeDeleted: true })).map(({ id }) => id),
    ).toEqual(winners);
  });
});

describe("list", () => {
  test("orders by each column in both directions, by code point, equal ones by id", async () => {
    const { meters } = postgres().store;
    const a = (
      await create({ namespace: "order", key: "b", name: "b", aggregation: "sum", createdAt: at(3), updatedAt: at(10) })
    ).meter;
    const b = (
      await create({
        namespace: "order",
        key: "a_z",
        name: "B",
        aggregation: "avg",
        createdAt: at(1),
        updatedAt: at(30),
      })
    ).meter;
    const c = (
      await create({
        namespace: "order",
        key: "a0",
        name: "é",
        aggregation: "max",
        createdAt: at(1),
        updatedAt: at(20),
      })
    ).meter;
    const expected = {
      key: [c, b, a],
      name: [b, a, c],
      aggregation: [b, c, a],
      createdAt: [b, c, a],
      updatedAt: [a, c, b],
    } as const;
    for (const by of ["key", "name", "aggregation", "createdAt", "updatedAt"] as const) {
      expect(await meters.list("order", { order: { by, direction: "asc" }, includeDeleted: false }), by).toEqual(
        expected[by],
      );
      expect(await meters.list("order", { order: { by, direction: "desc" }, includeDeleted: false }), by).toEqual(
        expected[by].toReversed(),
      );
    }
  });

  test("deleted ones only on demand", async () => {
    const { meters } = postgres().store;
    const { meter: gone } = await create({ namespace: "gone", key: "a" });
    const { meter: live } = await create({ namespace: "gone", key: "b" });
    await meters.delete("gone", gone.id, { deletedAt: at(5), buildsEndedAt: at(5) });
    const order = { by: "key", direction: "asc" } as const;
    expect(await meters.list("gone", { order, includeDeleted: false })).toEqual([live]);
    expect(await meters.list("gone", { order, includeDeleted: true })).toEqual([{ ...gone, deletedAt: at(5) }, live]);
  });

  test("live meters of event types, of this namespace", async () => {
    const { meters } = postgres().store;
    const { meter: one } = await create({ namespace: "types", key: "b", eventType: "one" });
    const { meter: alsoOne } = await create({ namespace: "types", key: "a", eventType: "one" });
    const { meter: gone } = await create({ namespace: "types", key: "c", eventType: "one" });
    const { meter: two } = await create({ namespace: "types", key: "d", eventType: "two" });
    await create({ namespace: "types", key: "e", eventType: "three" });
    await create({ namespace: "other_types", key: "a", eventType: "one" });
    await meters.delete("types", gone.id, { deletedAt: at(1), buildsEndedAt: at(1) });
    expect(await meters.listByEventTypes("types", ["two", "one", "one", "fo\0ur", '{"five"}'])).toEqual([
      alsoOne,
      one,
      two,
    ]);
    expect(await meters.listByEventTypes("types", [])).toEqual([]);
  });
});

describe("update", () => {
  const labels = { name: "Renamed", description: "new", metadata: { a: "b" } };

  test("labels alone leave the builds as they are", async () => {
    const { meters } = postgres().store;
    const { meter, build } = await create({ namespace: "labels" });
    const updated = await meters.update("labels", meter.id, {
      labels,
      groupBy: meter.groupBy,
      updatedAt: at(9),
      build: toBuild(meter),
      endedAt: at(9),
    });
    const relabelled = { ...meter, ...labels, updatedAt: at(9) };
    expect(updated).toEqual(ok(relabelled));
    expect(await meters.find("labels", meter.id)).toEqual({ meter: relabelled, current: null, pending: build });
  });

  test("labels can be cleared", async () => {
    const { meters } = postgres().store;
    const { meter } = await create({ namespace: "cleared", ...labels });
    const cleared = { name: meter.key, description: null, metadata: null };
    expect(
      await meters.update("cleared", meter.id, {
        labels: cleared,
        groupBy: {},
        updatedAt: at(9),
        build: toBuild({ ...meter, groupBy: {} }),
        endedAt: at(9),
      }),
    ).toEqual(ok({ ...meter, ...cleared, groupBy: {}, updatedAt: at(9) }));
  });

  test("of changes at once the last one leaves its group-by and the build for it", async () => {
    const { meters } = postgres().store;
    const { meter } = await create({ namespace: "update_race", groupBy: {} });
    const groupBys = [{ a: "$.a" }, {}, { b: "$.b" }, {}, { a: "$.a" }];
    await Promise.all(
      groupBys.map((groupBy) =>
        meters.update("update_race", meter.id, {
          labels,
          groupBy,
          updatedAt: at(9),
          build: toBuild({ ...meter, groupBy }),
          endedAt: at(9),
        }),
      ),
    );
    const found = await meters.find("update_race", meter.id);
    expect(found?.pending?.dimensions.map(({ key }) => key)).toEqual(Object.keys(found?.meter.groupBy ?? {}));
  });

  test("a deleted, an unknown and another namespace's meter are not there", async () => {
    const { meters } = postgres().store;
    const { meter } = await create({ namespace: "absent" });
    const change = { labels, groupBy: {}, updatedAt: at(9), build: toBuild({ ...meter, groupBy: {} }), endedAt: at(9) };
    const elsewhere = { ...change, build: toBuild({ ...meter, namespace: "elsewhere", groupBy: {} }) };
    expect(await meters.update("elsewhere", meter.id, elsewhere)).toBeNull();
    expect(await meters.update("absent", nextMeterId(), change)).toBeNull();
    await meters.delete("absent", meter.id, { deletedAt: at(5), buildsEndedAt: at(5) });
    expect(await meters.update("absent", meter.id, change)).toBeNull();
    expect((await meters.find("absent", meter.id))?.meter).toEqual({ ...meter, deletedAt: at(5) });
  });
});

describe("delete", () => {
  test("is soft, once, in its namespace; the key is free again", async () => {
    const { meters } = postgres().store;
    const { meter } = await create({ namespace: "deleted", key: "reused" });
    expect(await meters.delete("elsewhere", meter.id, { deletedAt: at(5), buildsEndedAt: at(5) })).toBeNull();
    expect(await meters.delete("deleted", meter.id, { deletedAt: at(5), buildsEndedAt: at(5) })).toEqual(ok(null));
    expect(await meters.delete("deleted", meter.id, { deletedAt: at(6), buildsEndedAt: at(6) })).toBeNull();
    expect(await meters.find("deleted", meter.id)).toEqual({
      meter: { ...meter, deletedAt: at(5) },
      current: null,
      pending: null,
    });
    expect(await meters.find("deleted", "reused")).toBeNull();
    const { meter: next, build } = await create({ namespace: "deleted", key: "reused" });
    expect(await meters.find("deleted", "reused")).toEqual({ meter: next, current: null, pending: build });
  });

  test("of two deletions at once one was first", async () => {
    const { meters } = postgres().store;
    const { meter } = await create({ namespace: "delete_race" });
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        meters.delete("delete_race", meter.id, { deletedAt: at(5), buildsEndedAt: at(5) }),
      ),
    );
    expect(answers.filter((answer) => answer !== null)).toEqual([ok(null)]);
  });
});
