import type { AcceptedEvent } from "@meter/events";
import { eventLimits, parseEvents } from "@meter/events";
import { type EventRow, type LogId, oldPartsLifetimeMs, type UsageTableRow } from "@meter/core";
import type { BuildId, UsageEntry } from "@meter/metering";
import { assert, createUlid, formatDecimal, instant } from "@meter/primitives";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startTestClickHouse, type TestClickHouse } from "./testing.ts";

let clickhouse: TestClickHouse;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
});
afterAll(async () => await clickhouse.stop());

const run = async (sql: string): Promise<void> =>
  await clickhouse.connection.command({ name: "test", sql, parameters: {} });
const ask = async (sql: string): Promise<readonly (readonly unknown[])[]> =>
  await clickhouse.connection.read({ name: "test", sql, parameters: {} });

beforeEach(async () => {
  await run("TRUNCATE TABLE meter.events");
  await run("TRUNCATE TABLE meter.usage");
});

const log = createUlid(instant(0), new Uint8Array(10)) as LogId;
const buildA = createUlid(instant(1), new Uint8Array(10)) as BuildId;
const buildB = createUlid(instant(2), new Uint8Array(10)) as BuildId;
const stored = { type: "stored" };

const event = (changes: Partial<AcceptedEvent> = {}): AcceptedEvent => ({
  id: "1",
  source: "test",
  type: "call",
  subject: "s",
  time: instant(1_764_000_000_123),
  data: '{"value": 1}',
  namespace: "default",
  ingestedAt: instant(1_764_000_000_456),
  ...changes,
});
const row = (
  offset: number,
  changes: Partial<AcceptedEvent> = {},
  place: Partial<EventRow["position"]> = {},
): EventRow => ({
  position: { log, partition: 0, offset, ...place },
  event: event({ id: String(offset), ...changes }),
  storedAt: instant(1_764_000_000_789),
});
const usageRow = (
  offset: number,
  changes: Partial<UsageEntry> = {},
  place: Partial<EventRow["position"]> = {},
): UsageTableRow => ({
  position: { log, partition: 0, offset, ...place },
  entry: {
    build: buildA,
    namespace: "default",
    subject: "s",
    time: instant(1_764_000_000_123),
    value: "1.5",
    text: null,
    dimensions: ["a"],
    ...changes,
  },
});

describe("inserts", () => {
  test("10,000 rows are one part in each table", async () => {
    const offsets = Array.from({ length: 10_000 }, (_, offset) => offset);
    const { insertEvents, insertUsage } = clickhouse.usage.tables;
    await run("SYSTEM STOP MERGES meter.events");
    await run("SYSTEM STOP MERGES meter.usage");
    expect(
      await insertEvents(
        offsets.map((offset) =>
          row(offset, { time: instant(offset * 400_000_000), data: `{"value":"${"x".repeat(1_000)}"}` }),
        ),
      ),
    ).toEqual(stored);
    expect(
      await insertUsage(
        offsets.map((offset) =>
          usageRow(offset, { time: instant(offset * 400_000_000), dimensions: [String(offset)] }),
        ),
      ),
    ).toEqual(stored);
    expect(
      await ask(
        "SELECT table, count(), sum(rows) FROM system.parts WHERE active AND database = 'meter' AND table IN ('events', 'usage') GROUP BY table ORDER BY table",
      ),
    ).toEqual([
      ["events", "1", "10000"],
      ["usage", "1", "10000"],
    ]);
    await run("SYSTEM START MERGES meter.events");
    await run("SYSTEM START MERGES meter.usage");
  });

  test("a row that can never fit is refused for good, with everything that came along", async () => {
    const answer = await clickhouse.usage.tables.insertUsage([usageRow(1), usageRow(2, { value: "1".repeat(50) })]);
    expect(answer).toMatchObject({ type: "refused", permanent: true });
    expect(await ask("SELECT count() FROM meter.usage")).toEqual([["0"]]);
  });

  test("a refusal is heard however much is sent after the row that it is about", async () => {
    const { usage } = clickhouse;
    const long = Array.from({ length: 64 }, (_, index) => `${index}`.padEnd(1_024, "x"));
    const rows = Array.from({ length: 500 }, (_, index) =>
      usageRow(index, { dimensions: long, ...(index === 1 ? { value: "1".repeat(50) } : {}) }),
    );
    expect(await usage.tables.insertUsage(rows)).toMatchObject({ type: "refused", permanent: true });
    expect(await ask("SELECT count() FROM meter.usage")).toEqual([["0"]]);
  });

  test("a row that cannot be put into words is not sent", async () => {
    const text = { toJSON: () => "x".repeat(2 ** 30) } as unknown as string; // no string is so long: RangeError
    const answer = await clickhouse.usage.tables.insertUsage([usageRow(1), usageRow(2, { text })]);
    expect(answer).toEqual({ type: "unsent", reason: expect.stringContaining("Invalid string length") });
    expect(await ask("SELECT count() FROM meter.usage")).toEqual([["0"]]);
  });

  test("an error in the text of a row does not decide what kind of refusal it is", async () => {
    await run("RENAME TABLE meter.usage TO meter.usage_away");
    const answer = await clickhouse.usage.tables.insertUsage([
      usageRow(1, { subject: "Code: 27. DB::Exception: x (CANNOT_PARSE_TEXT)" }),
    ]);
    await run("RENAME TABLE meter.usage_away TO meter.usage");
    expect(answer).toMatchObject({ type: "refused", permanent: false });
  });
});

describe("everything that the parser accepts fits", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 40 }),
    fc.constantFrom("\u0000", "😀", "\u2028\t\r\n\\'\"", "\\N", "NULL", "null", "ᏸ\uffff\u{10ffff}", "x".repeat(1_024)),
  );
  const attribute = text.filter((value) => !value.includes("\u0000"));
  const times = fc.oneof(
    fc.integer({ min: eventLimits.timeMin, max: eventLimits.timeEnd - 1 }),
    fc.constantFrom(0, 1, 999, 1_000, eventLimits.timeEnd - 1),
  );
  const data = fc.oneof(
    fc.constantFrom(undefined, null, {}, { value: "y".repeat(300_000) }),
    fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue(), { maxKeys: 4 }),
  );

  test("events", async () => {
    let offset = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ id: attribute, source: attribute, type: attribute, subject: attribute, time: times, data }),
          {
            minLength: 1,
            maxLength: 20,
          },
        ),
        async (generated) => {
          const body = JSON.stringify(
            generated.map((fields) => ({ ...fields, specversion: "1.0", time: new Date(fields.time).toISOString() })),
          );
          const parsed = parseEvents(body, { shape: "batch", now: instant(0) });
          assert(parsed.ok, `the parser refuses ${body.slice(0, 1_000)}`);
          const from = offset;
          const rows = parsed.value.map((each): EventRow => ({
            position: { log, partition: 7, offset: offset++ },
            event: { ...each, namespace: "default", ingestedAt: instant(1) },
            storedAt: instant(2),
          }));
          expect(await clickhouse.usage.tables.insertEvents(rows)).toEqual(stored);
          for (const eventType of new Set(rows.map((each) => each.event.type))) {
            const range = { log, partition: 7, from, to: offset };
            expect(
              await clickhouse.usage.tables.readEvents({ namespace: "default", eventType, range, limit: 10_000 }),
            ).toEqual(rows.filter((each) => each.event.type === eventType));
          }
        },
      ),
      { seed: 20_251_124, numRuns: 60 },
    );
  });

  test("usage entries, to the last digit", async () => {
    const value = fc.option(
      fc.oneof(
        fc.bigInt(-(10n ** 68n) + 1n, 10n ** 68n - 1n).map((coefficient) => formatDecimal({ coefficient, scale: 30 })),
        fc.constantFrom(
          "0",
          "-0.000000000000000000000000000001",
          `${"9".repeat(38)}.${"9".repeat(30)}`,
          `-${"9".repeat(38)}.${"9".repeat(30)}`,
        ),
      ),
    );
    const anyText = fc.oneof(text, fc.constant(""));
    const entry = fc.record({
      subject: text,
      time: times,
      value,
      text: fc.option(anyText),
      dimensions: fc.array(anyText, { maxLength: 6 }),
    });
    let offset = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 20 }), async (generated) => {
        const from = offset;
        const rows = generated.map((each) => usageRow(offset++, { ...each, time: instant(each.time) }));
        expect(await clickhouse.usage.tables.insertUsage(rows)).toEqual(stored);
        const back = await ask(
          `SELECT subject, toUnixTimestamp64Milli(time), value, text, dims FROM meter.usage WHERE offset >= ${from} ORDER BY offset`,
        );
        expect(back).toEqual(
          rows.map(({ entry: each }) => [each.subject, String(each.time), each.value, each.text, each.dimensions]),
        );
      }),
      { seed: 20_251_124, numRuns: 60 },
    );
  });
});

test("a tail is read back without reading the table", async () => {
  for (const block of [0, 1, 2, 3])
    await clickhouse.usage.tables.insertEvents(Array.from({ length: 100 }, (_, index) => row(block * 100 + index)));
  const explained = (
    await ask(
      `EXPLAIN indexes = 1 SELECT offset FROM meter.events WHERE log = '${log}' AND partition = 0 AND offset >= 350 AND offset < 400`,
    )
  )
    .flat()
    .join("\n");
  expect(explained).toMatch(/Name: offsets[^]*?Parts: 1\/4/);
});

test("deleting builds takes their rows and their hours, and leaves the others", async () => {
  const { tables } = clickhouse.usage;
  await tables.insertUsage([usageRow(1), usageRow(2), usageRow(1, { build: buildB, value: "7" })]);
  await tables.insertUsage([usageRow(3), usageRow(3, { build: buildB, value: "8" })]);
  await tables.deleteBuilds([buildA]);
  for (const setting of ["optimize_use_projections = 0", "force_optimize_projection = 1"]) {
    expect(await ask(`SELECT build, count(), sum(value) FROM meter.usage GROUP BY build SETTINGS ${setting}`)).toEqual([
      [buildB, "2", "15"],
    ]);
  }
  await tables.deleteBuilds([buildA, buildB]);
  expect(await ask("SELECT count() FROM meter.usage")).toEqual([["0"]]);
});

test("sources of merged parts stay as long as the worker relies on", async () => {
  const rows = await ask(
    "SELECT name, extract(engine_full, 'old_parts_lifetime = (\\\\d+)') FROM system.tables WHERE database = 'meter' AND name IN ('events', 'usage') ORDER BY name",
  );
  expect(rows).toEqual(["events", "usage"].map((name) => [name, String(oldPartsLifetimeMs / 1000)]));
});

/** Merges two new parts of events; answers how many of the two are still on disk. */
const mergeTwo = async (): Promise<() => Promise<number>> => {
  const { tables } = clickhouse.usage;
  await tables.insertEvents([row(1)]);
  await tables.insertEvents([row(2)]);
  const names = (await ask("SELECT name FROM system.parts WHERE table = 'events' AND database = 'meter' AND active"))
    .map(([name]) => `'${String(name)}'`)
    .join(", ");
  await run("OPTIMIZE TABLE meter.events FINAL");
  const sql = `SELECT count() FROM system.parts WHERE table = 'events' AND database = 'meter' AND NOT active AND name IN (${names})`;
  return async () => Number((await ask(sql))[0]?.[0]);
};

/** The engine looks for old sources once a second, and calls them old after so many. */
const cleanUpAfter = (seconds: number): Promise<void> =>
  run(
    `ALTER TABLE meter.events MODIFY SETTING old_parts_lifetime = ${seconds}, merge_tree_clear_old_parts_interval_seconds = 1`,
  );

describe("sources of merged parts", () => {
  afterEach(async () => {
    await run(
      "ALTER TABLE meter.events MODIFY SETTING old_parts_lifetime = 600, merge_tree_clear_old_parts_interval_seconds = 60",
    );
  });

  test("stay while cleaning up is paused", async () => {
    await cleanUpAfter(0);
    await clickhouse.usage.tables.pauseCleanup();
    const sources = await mergeTwo();
    expect(await sources()).toBe(2);
    await run("SELECT sleep(2.5)");
    expect(await sources()).toBe(2);
    await clickhouse.usage.tables.resumeCleanup();
    await expect.poll(sources, { timeout: 20_000 }).toBe(0);
  });
});
