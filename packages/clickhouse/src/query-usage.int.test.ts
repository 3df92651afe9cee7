import { type Aggregation, aggregations } from "@meter/catalog";
import { eventLimits } from "@meter/events";
import { type AnswerBound, AnswerTooLarge, type LogId, type LogPosition, type UsageTableRow } from "@meter/core";
import type { BuildId, MeterBuild, TextFilter, UsageEntry, UsageQuery, UsageRow } from "@meter/metering";
import { boundText, queryUsage, windowSizes } from "@meter/metering";
import { createUlid, formatDecimal, instant, parseJsonPath, parseTimeZone, assert } from "@meter/primitives";
import type { Instant } from "@meter/primitives";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startTestClickHouse, type TestClickHouse } from "./testing.ts";
import { planSources, toScope, type UsageSource } from "./usage-plan.ts";
import { toHoursAboveStatement, toTotalsStatement } from "./usage-sql.ts";

/** Every answer is compared with `queryUsage`, the definition in memory. */

let clickhouse: TestClickHouse;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
});
afterAll(async () => await clickhouse.stop());

const log = createUlid(instant(0), new Uint8Array(10)) as LogId;
let builds = 0;
const nextBuildId = (): BuildId => createUlid(instant(++builds), new Uint8Array(10)) as BuildId;

const path = (text: string): MeterBuild["dimensions"][number]["path"] => {
  const parsed = parseJsonPath(text);
  assert(parsed.ok, `not a path: ${text}`);
  return parsed.value;
};
const zone = (name: string): NonNullable<UsageQuery["window"]>["zone"] => {
  const parsed = parseTimeZone(name);
  assert(parsed.ok, `not a zone: ${name}`);
  return parsed.value;
};

const buildOf = (id: BuildId, aggregation: Aggregation): MeterBuild => ({
  id,
  namespace: "default",
  eventType: "call",
  aggregation,
  value: aggregation === "count" ? null : path("$.value"),
  dimensions: [
    { key: "model", path: path("$.model") },
    { key: "region", path: path("$.region") },
  ],
});

const everything: UsageQuery = {
  from: null,
  to: null,
  notBefore: null,
  window: null,
  subjects: null,
  customers: null,
  dimensions: [],
  groupBy: [],
};

const readable = (rows: readonly UsageRow[]): readonly unknown[] =>
  rows.map((row) => ({ ...row, value: formatDecimal(row.value) }));

const hour = 3_600_000;
const clockChanges = [
  "2025-11-02T09:00:00Z",
  "2025-03-09T10:00:00Z",
  "2025-04-05T15:00:00Z",
  "2025-10-26T01:00:00Z",
  "1972-01-07T00:44:30Z",
].map((text) => Date.parse(text));
const around = (center: number, width: number): fc.Arbitrary<Instant> =>
  fc
    .integer({ min: -width, max: width })
    .map((delta) => instant(Math.min(Math.max(center + delta, 0), eventLimits.timeEnd - 1)));
const whole = (at: Instant): Instant => instant(Math.floor(at / hour) * hour);
/** Midnights, of a month's first day, that lie inside a UTC hour: Asia/Kathmandu and Australia/Lord_Howe. */
const cutHours = ["2025-10-31T18:15:00Z", "2025-06-30T13:30:00Z"].map((text) => Date.parse(text));
const nearTimes = fc.oneof(
  ...cutHours.map((at) => around(at, hour / 2)),
  ...clockChanges.map((at) => around(at, 5 * hour)),
  ...clockChanges.map((at) => around(at, 5 * hour).map(whole)),
  around(clockChanges[0] ?? 0, 100 * 24 * hour),
);
const times = fc.oneof(
  { weight: 30, arbitrary: nearTimes },
  { weight: 1, arbitrary: around(0, 12 * hour) },
  { weight: 1, arbitrary: around(eventLimits.timeEnd - 1, 12 * hour) },
);
const values = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -50, max: 50 }).map(String) },
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.bigInt(-(10n ** 68n) + 1n, 10n ** 68n - 1n), fc.constantFrom(30, 30, 60))
      .map(([coefficient, scale]) => {
        const cut = scale === 60 ? coefficient / 10n ** 38n : coefficient;
        return formatDecimal({ coefficient: cut, scale: 30 });
      }),
  },
);
const subjects = ["s1", "s2", "s-ü", "s'\\\t\u0000"];
const long = "a".repeat(1_200);
/** As events and filters have them; entries have them bounded. */
const texts = ["", "a", "b", "null", "A%_\\", "😀", long, `${long}b`, "😀".repeat(300)];
const someTexts = fc.constantFrom(...texts);
const storedTexts = someTexts.map(boundText);

const entries: fc.Arbitrary<readonly Omit<UsageEntry, "build">[]> = fc.array(
  fc.record({
    namespace: fc.constant("default"),
    subject: fc.constantFrom(...subjects),
    time: times,
    value: values,
    text: fc.option(storedTexts),
    dimensions: fc.tuple(storedTexts, fc.constantFrom("eu", "us")),
  }),
  { maxLength: 60 },
);

const { filter } = fc.letrec<{ filter: TextFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 2 },
    fc.record({
      op: fc.constantFrom("eq", "ne", "like", "nlike", "ilike", "nilike", "gt", "gte", "lt", "lte"),
      value: fc.constantFrom(...texts, "%", "_", "a%", "\\%"),
    }),
    fc.record({ op: fc.constantFrom("in", "nin"), values: fc.array(someTexts, { maxLength: 3 }) }),
    fc.record({ op: fc.constantFrom("and", "or"), filters: fc.array(tie("filter"), { maxLength: 2 }) }),
  ),
}));

/** Null for most: conditions that are all there at once leave nothing to compare. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const queries: fc.Arbitrary<UsageQuery> = fc
  .record({
    from: rarely(nearTimes),
    to: rarely(nearTimes),
    notBefore: rarely(nearTimes),
    window: fc.option(
      fc.record({
        size: fc.constantFrom(...windowSizes),
        zone: fc
          .constantFrom(
            "UTC",
            "America/Los_Angeles",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "Europe/Budapest",
            "Africa/Monrovia",
          )
          .map(zone),
      }),
      { freq: 2 },
    ),
    subjects: rarely(fc.subarray([...subjects, "nobody"])),
    customers: rarely(
      fc.constantFrom(
        [
          { id: "c1", subjects: ["s1", "s-ü"] },
          { id: "c2", subjects: ["s2", "s1"] },
        ],
        [{ id: "c3", subjects: [] }],
        [
          { id: "c4", subjects: ["s2"] },
          { id: "c5", subjects: [] },
        ],
      ),
    ),
    dimensions: rarely(fc.array(fc.record({ key: fc.constantFrom("model", "region"), filter }), { maxLength: 2 })).map(
      (list) => list ?? [],
    ),
    groupBy: fc.oneof<fc.Arbitrary<readonly string[]>[]>(
      fc.constant([]),
      fc.subarray(["subject", "customer_id"]),
      fc.subarray(["model", "region"]),
      fc.subarray(["region", "subject", "model"]),
    ),
  })
  .map((query) => ({
    ...query,
    groupBy: query.groupBy.filter((key) => key !== "customer_id" || query.customers !== null),
  }));

const insertInBlocks = async (rows: readonly UsageTableRow[], sizes: readonly number[]): Promise<void> => {
  let from = 0;
  for (const size of [...sizes, rows.length]) {
    expect(await clickhouse.usage.tables.insertUsage(rows.slice(from, from + size))).toEqual({ type: "stored" });
    from += size;
  }
};

const toRows = (list: readonly UsageEntry[]): readonly UsageTableRow[] =>
  list.map((entry, index) => ({ entry, position: { log, partition: index % 2, offset: index } }));

describe("the tables answer what the definition in memory answers", () => {
  test("for random entries and queries", async () => {
    const seen = { answers: 0, fromHours: 0, fromBoth: 0 };
    await fc.assert(
      fc.asyncProperty(
        entries,
        fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
        fc.array(fc.tuple(fc.constantFrom(...aggregations), queries), { minLength: 8, maxLength: 8 }),
        async (generated, sizes, asked) => {
          const id = nextBuildId();
          const list = generated.map((entry) => ({ ...entry, build: id }));
          await insertInBlocks(toRows(list), sizes);
          for (const [aggregation, query] of asked) {
            const build = buildOf(id, aggregation);
            const context = JSON.stringify({ aggregation, query });
            const expected = queryUsage(build, list, query);
            expect(readable(await clickhouse.usage.reader.query(build, query)), context).toEqual(readable(expected));
            const scope = toScope(build, query);
            const sources = scope === null || query.window !== null ? [] : planSources(scope, null);
            seen.answers += expected.some(({ value }) => value.coefficient !== 0n) ? 1 : 0;
            seen.fromHours += expected.length > 0 && sources.some(({ from }) => from === "hours") ? 1 : 0;
            seen.fromBoth += expected.length > 0 && sources.length === 2 ? 1 : 0;
          }
        },
      ),
      { seed: 20_251_124, numRuns: 80 },
    );
    // The generators reach what they are for.
    expect(seen.answers).toBeGreaterThan(200);
    expect(seen.fromHours).toBeGreaterThan(50);
    expect(seen.fromBoth).toBeGreaterThan(20);
  });

  test("as of any position", async () => {
    await fc.assert(
      fc.asyncProperty(
        entries,
        fc.array(fc.tuple(fc.constantFrom(...aggregations), queries, fc.nat(60), fc.option(fc.nat(60))), {
          minLength: 8,
          maxLength: 8,
        }),
        async (generated, asked) => {
          const id = nextBuildId();
          const rows = toRows(generated.map((entry) => ({ ...entry, build: id })));
          await insertInBlocks(rows, [20]);
          for (const [aggregation, query, first, second] of asked) {
            const at: readonly LogPosition[] = [
              { log, partition: 0, offset: first },
              ...(second === null ? [] : [{ log, partition: 1, offset: second }]),
            ];
            const seen = rows
              .filter(({ position }) => position.offset < (position.partition === 0 ? first : (second ?? Infinity)))
              .map(({ entry }) => entry);
            const build = buildOf(id, aggregation);
            const context = JSON.stringify({ aggregation, query, at });
            expect(readable(await clickhouse.usage.reader.query(build, query, at)), context).toEqual(
              readable(queryUsage(build, seen, query)),
            );
          }
        },
      ),
      { seed: 20_251_124, numRuns: 80 },
    );
  });

  test("while late entries keep coming, a read at a position stays what it was", async () => {
    const id = nextBuildId();
    const build = buildOf(id, "sum");
    const start = Date.parse("2026-01-01T00:00:00Z");
    const at: readonly LogPosition[] = [{ log, partition: 0, offset: 100 }];
    const rows = (from: number): readonly UsageTableRow[] =>
      Array.from({ length: 100 }, (_, index) => ({
        position: { log, partition: 0, offset: from + index },
        entry: {
          build: id,
          namespace: "default",
          subject: "s1",
          time: instant(start + index * hour),
          value: "1",
          text: null,
          dimensions: ["", ""],
        },
      }));
    await insertInBlocks(rows(0), []);
    const before = readable(await clickhouse.usage.reader.query(build, everything, at));
    expect(before).toMatchObject([{ value: "100" }]);
    let late = 100;
    for (let round = 0; round < 30; round++) {
      const [answer] = await Promise.all([
        clickhouse.usage.reader.query(build, everything, at),
        insertInBlocks(rows(late), []),
      ]);
      expect(readable(answer)).toEqual(before);
      late += 100;
    }
  });
});

describe("roll-ups", () => {
  const id = nextBuildId();
  const start = instant(Date.parse("2026-01-01T00:00:00Z"));
  const list = Array.from({ length: 5_000 }, (_, index): UsageEntry => ({
    build: id,
    namespace: "default",
    subject: subjects[index % 3] ?? "",
    time: instant(start + index * 61_000),
    value: index % 7 === 0 ? null : formatDecimal({ coefficient: BigInt(index), scale: index % 3 }),
    text: null,
    dimensions: [texts[index % 5] ?? "", "eu"],
  }));
  beforeAll(async () => await insertInBlocks(toRows(list), [2_000, 2_000]));

  const planned = (
    build: MeterBuild,
    query: UsageQuery,
  ): Readonly<{ sources: readonly UsageSource[]; explain: () => Promise<string> }> => {
    const scope = toScope(build, query);
    assert(scope !== null, "the query can match");
    const sources = planSources(scope, null);
    const { statement } = toTotalsStatement(scope, null, sources, []);
    const explain = async (): Promise<string> =>
      (await clickhouse.connection.read({ ...statement, name: "explain", sql: `EXPLAIN ${statement.sql}` }))
        .flat()
        .join("\n");
    return { sources, explain };
  };

  test.each([
    { name: "by_subject_hour", query: { ...everything, subjects: ["s1"] }, why: "a subject's total" },
    {
      name: "by_subject_hour",
      query: { ...everything, from: start, to: instant(start + 40 * hour), groupBy: ["subject"] },
      why: "whole hours by subject",
    },
    {
      name: "by_dims_hour",
      query: { ...everything, from: start, groupBy: ["model"] },
      why: "a dimension of all subjects",
    },
    {
      name: "by_dims_hour",
      query: {
        ...everything,
        from: start,
        dimensions: [{ key: "region", filter: { op: "like", value: "e%" } }],
      } satisfies UsageQuery,
      why: "a condition on a dimension",
    },
  ])("$why comes from $name alone", async ({ name, query }) => {
    for (const aggregation of ["sum", "count", "avg", "min", "max"] as const) {
      const explained = await planned(buildOf(id, aggregation), query).explain();
      expect(explained).toContain(`ReadFromMergeTree (${name})`);
      expect(explained).not.toContain("ReadFromMergeTree (meter.usage)");
    }
  });

  /** What the engine itself says the last reading of usage was answered from: roll-ups by name, and how many rows it read. */
  const pathTaken = async (
    read: () => Promise<unknown>,
  ): Promise<Readonly<{ rollUps: string[]; rowsRead: number }>> => {
    const { connection } = clickhouse;
    const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> =>
      await connection.read({ name: "query log", sql, parameters: {} });
    const before = String((await ask("SELECT now64(6)"))[0]?.[0]);
    await read();
    // An answer is whole before the engine has written down that it is: its log may have it a moment later.
    const rows = await vi.waitFor(
      async () => {
        await connection.command({ name: "flush logs", sql: "SYSTEM FLUSH LOGS", parameters: {} });
        const found = await ask(
          `SELECT projections, read_rows FROM system.query_log WHERE type = 'QueryFinish' AND log_comment = 'usage totals' AND event_time_microseconds >= '${before}'`,
        );
        assert(found.length > 0, "the log has it");
        return found;
      },
      { timeout: 10_000 },
    );
    return {
      rollUps: rows.flatMap(([names]) => (names as string[]).map((name) => name.split(".").at(-1) ?? "")).toSorted(), // as the engine has it
      rowsRead: rows.reduce((sum, [, count]) => sum + Number(count), 0),
    };
  };

  test("the engine's own log names the roll-up that answered", async () => {
    const { reader } = clickhouse.usage;
    for (const aggregation of ["sum", "count", "avg", "min", "max"] as const) {
      const build = buildOf(id, aggregation);
      const ofSubject = await pathTaken(() => reader.query(build, { ...everything, subjects: ["s1"] }));
      expect([aggregation, ofSubject.rollUps]).toEqual([aggregation, ["by_subject_hour"]]);
      const byModel = await pathTaken(() => reader.query(build, { ...everything, from: start, groupBy: ["model"] }));
      expect([aggregation, byModel.rollUps]).toEqual([aggregation, ["by_dims_hour"]]);
    }
    for (const aggregation of ["unique_count", "latest"] as const) {
      const fromRows = await pathTaken(() => reader.query(buildOf(id, aggregation), everything));
      expect([aggregation, fromRows.rollUps]).toEqual([aggregation, []]);
      expect(fromRows.rowsRead).toBeGreaterThan(0);
    }
  });

  test("as of a position, the hours below it still come from the roll-up", async () => {
    const scope = toScope(buildOf(id, "sum"), { ...everything, subjects: ["s1"] });
    assert(scope !== null, "the query can match");
    const at = [{ log, partition: 0, offset: 3_000 }];
    const { statement, fromRow } = toTotalsStatement(scope, null, planSources(scope, null, [start]), at);
    const plan = (await clickhouse.connection.read({ ...statement, name: "explain", sql: `EXPLAIN ${statement.sql}` }))
      .flat()
      .join("\n");
    expect(plan).toContain("ReadFromMergeTree (by_subject_hour)");
    // Only one of the hours above was left to the rows, so the answer owns up to the others.
    expect((await clickhouse.connection.read(statement)).map((row) => fromRow(row).above)).toEqual([true]);
    const hours = toHoursAboveStatement(scope, at, 1_000);
    const explained = (await clickhouse.connection.read({ ...hours, name: "explain", sql: `EXPLAIN ${hours.sql}` }))
      .flat()
      .join("\n");
    expect(explained).toContain("ReadFromMergeTree (by_subject_hour)");
    expect(explained).not.toContain("ReadFromMergeTree (meter.usage)");
    const expected = list
      .filter(({ subject }, offset) => offset >= 3_000 && offset % 2 === 0 && subject === "s1")
      .map(({ time }) => Math.floor(time / hour) * hour);
    const found = (await clickhouse.connection.read(hours)).map(([at]) => Number(at));
    expect(found.toSorted((a, b) => a - b)).toEqual([...new Set(expected)]);
  });

  test("ragged edges come from rows, the hours between from the roll-up", async () => {
    const query = { ...everything, from: instant(start + 1), to: instant(start + 30 * hour + 1), groupBy: ["model"] };
    const { sources, explain } = planned(buildOf(id, "sum"), query);
    expect(sources.map(({ from }) => from)).toEqual(["hours", "rows"]);
    const explained = await explain();
    expect(explained).toContain("ReadFromMergeTree (by_dims_hour)");
    expect(explained).toContain("ReadFromMergeTree (meter.usage)");
  });

  test.each([
    { name: "by_subject_hour", key: "subject" },
    { name: "by_dims_hour", key: "dims" },
  ])("$name holds exactly what the rows hold", async ({ name, key }) => {
    const keys = `namespace, build, ${key}, toStartOfHour(time), log, partition`;
    const rolledUp = await clickhouse.connection.read({
      name: "roll-up",
      sql: `SELECT ${keys.replace("toStartOfHour(time)", "`toStartOfHour(time)`")}, countMerge(\`count()\`), countMerge(\`count(value)\`), sumMerge(\`sum(value)\`), minMerge(\`min(value)\`), maxMerge(\`max(value)\`), minMerge(\`min(time)\`), maxMerge(\`max(time)\`), maxMerge(\`max(offset)\`) FROM mergeTreeProjection(meter, usage, ${name}) GROUP BY ALL ORDER BY 1, 2, 3, 4, 5, 6`,
      parameters: {},
    });
    const fromRows = await clickhouse.connection.read(
      {
        name: "rows",
        sql: `SELECT ${keys}, count(), count(value), sum(value), min(value), max(value), min(time), max(time), max(offset) FROM meter.usage GROUP BY ALL ORDER BY 1, 2, 3, 4, 5, 6`,
        parameters: {},
      },
      { settings: { optimize_use_projections: 0 } },
    );
    expect(rolledUp.length).toBeGreaterThan(100);
    expect(rolledUp).toEqual(fromRows);
  });
});

test("windows by day over the whole of event time fit into one question", async () => {
  const id = nextBuildId();
  const base = { build: id, namespace: "default", subject: "s", value: "1", text: null, dimensions: ["", ""] };
  const list = [instant(0), instant(eventLimits.timeEnd - 1)].map((time): UsageEntry => ({ ...base, time }));
  await insertInBlocks(toRows(list), []);
  const build = buildOf(id, "sum");
  const query: UsageQuery = { ...everything, window: { size: "day", zone: zone("Asia/Kathmandu") } };
  expect(readable(await clickhouse.usage.reader.query(build, query))).toEqual(readable(queryUsage(build, list, query)));
});

test("a hundred subjects of the greatest length, in need of escapes, fit into one question", async () => {
  const id = nextBuildId();
  const long = Array.from({ length: 100 }, (_, index) => `${index}`.padEnd(1_024, "'\\"));
  const list = long.map((subject): UsageEntry => ({
    build: id,
    namespace: "default",
    subject,
    time: instant(1),
    value: "1",
    text: null,
    dimensions: ["", ""],
  }));
  await insertInBlocks(toRows(list), []);
  const build = buildOf(id, "sum");
  const query: UsageQuery = {
    ...everything,
    subjects: long,
    customers: long.map((subject, index) => ({ id: `c${index}`, subjects: [subject] })),
    groupBy: ["customer_id"],
  };
  expect(await clickhouse.usage.reader.query(build, query)).toHaveLength(100);
});

describe("an answer is whole, or refused by the engine", () => {
  const id = nextBuildId();
  const build = buildOf(id, "sum");
  const start = instant(Date.parse("2026-01-01T00:00:00Z"));
  /** 10 subjects × 10 hours, and 4 models. */
  const list = Array.from({ length: 100 }, (_, index): UsageEntry => ({
    build: id,
    namespace: "default",
    subject: `bound-${index % 10}`,
    time: instant(start + Math.floor(index / 10) * hour),
    value: "1",
    text: null,
    dimensions: [`m${index % 4}`, "eu"],
  }));
  beforeAll(async () => await insertInBlocks(toRows(list), [30, 30]));

  const windows = { size: "hour", zone: zone("UTC") } as const;
  const bytesMax = 1_000_000;
  test.each<{ query: UsageQuery; rows: number; why: string }>([
    { query: { ...everything, groupBy: ["subject"] }, rows: 10, why: "groups, out of a roll-up" },
    { query: { ...everything, groupBy: ["subject", "model"] }, rows: 20, why: "groups, out of rows" },
    { query: { ...everything, window: windows }, rows: 10, why: "windows" },
    { query: { ...everything, window: windows, groupBy: ["subject"] }, rows: 100, why: "windows and groups together" },
    {
      query: { ...everything, from: instant(start + hour / 2), window: windows, groupBy: ["subject"] },
      rows: 90,
      why: "out of both",
    },
  ])("$why", async ({ query, rows }) => {
    const ask = async (bound: AnswerBound): Promise<readonly UsageRow[]> =>
      await clickhouse.usage.reader.query(build, query, [], { bound });
    expect(readable(await ask({ rowsMax: rows, bytesMax }))).toEqual(readable(queryUsage(build, list, query)));
    await expect(ask({ rowsMax: rows - 1, bytesMax })).rejects.toThrow(AnswerTooLarge);
    await expect(ask({ rowsMax: rows, bytesMax: 100 })).rejects.toThrow(AnswerTooLarge);
  });

  test("lists of texts", async () => {
    const { reader } = clickhouse.usage;
    const period = { from: null, to: null };
    expect(await reader.dimensionValues(build, "model", period, { rowsMax: 4, bytesMax })).toHaveLength(4);
    await expect(reader.dimensionValues(build, "model", period, { rowsMax: 3, bytesMax })).rejects.toThrow(
      AnswerTooLarge,
    );
    await expect(reader.dimensionValues(build, "model", period, { rowsMax: 4, bytesMax: 10 })).rejects.toThrow(
      AnswerTooLarge,
    );
  });
});
