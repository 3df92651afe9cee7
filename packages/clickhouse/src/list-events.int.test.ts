import type { EventCursor, EventFilter, EventRow, LogId, StoredEvent, TimeFilter } from "@meter/core";
import { matchesText } from "@meter/metering";
import { createUlid, instant } from "@meter/primitives";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestClickHouse, type TestClickHouse } from "./testing.ts";

let clickhouse: TestClickHouse;
const logs = [1, 2].map((seed) => createUlid(instant(seed), new Uint8Array(10)) as LogId);
const start = Date.parse("2026-01-01T00:00:00Z");

/** Many events of one millisecond, in two logs with two partitions: the tie-breaks matter. */
const events = Array.from({ length: 300 }, (_, index): EventRow => ({
  position: { log: logs[index % 2] ?? (logs[0] as LogId), partition: index % 3 === 0 ? 10 : 9, offset: index * 7 },
  event: {
    id: `id-${index % 50}`,
    source: index % 4 === 0 ? "Gateway" : "batch",
    type: index % 5 === 0 ? "call" : "token",
    subject: `s${index % 6}`,
    time: instant(start + (index % 20) * 500),
    data: index % 2 === 0 ? null : "null",
    namespace: "default",
    ingestedAt: instant(start + index),
  },
  storedAt: instant(start + 10_000 - index),
}));

beforeAll(async () => {
  clickhouse = await startTestClickHouse();
  await clickhouse.usage.tables.insertEvents(events);
  await clickhouse.usage.tables.insertEvents([
    { ...(events[0] as EventRow), event: { ...(events[0] as EventRow).event, namespace: "other", subject: "s" } },
  ]);
});
afterAll(async () => await clickhouse.stop());

const list = async (
  filter: EventFilter,
  limit = 1_000,
  after: EventCursor | null = null,
): Promise<readonly StoredEvent[]> => await clickhouse.usage.reader.listEvents("default", filter, { limit, after });

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const newestFirst = (a: EventRow, b: EventRow): number =>
  b.event.time - a.event.time ||
  byText(b.position.log, a.position.log) ||
  b.position.partition - a.position.partition ||
  b.position.offset - a.position.offset;

describe("a listing", () => {
  test("is newest time first, then newest position, with everything as it was stored", async () => {
    expect(await list({})).toEqual(events.toSorted(newestFirst));
  });

  test("goes on behind a cursor without missing or repeating an event", async () => {
    const seen: StoredEvent[] = [];
    let after: EventCursor | null = null;
    for (;;) {
      const page: readonly StoredEvent[] = await list({}, 7, after);
      seen.push(...page);
      const last = page.at(-1);
      if (last === undefined) break;
      after = { time: last.event.time, position: last.position };
    }
    expect(seen).toEqual(events.toSorted(newestFirst));
  });

  test("of no subjects, or of no length, is empty without asking", async () => {
    expect(await list({ subjects: [] })).toEqual([]);
    expect(await list({}, 0)).toEqual([]);
  });

  test("obeys every condition at once", async () => {
    const text = fc.constantFrom("id-1", "id-2", "batch", "Gateway", "call", "s3", "");
    const texts = fc.array(
      fc.oneof(
        fc.record({ op: fc.constantFrom("eq", "ne", "gte", "lt"), value: text }),
        fc.record({ op: fc.constantFrom("like", "ilike"), value: fc.constantFrom("%1%", "BATCH", "gate%", "s_", "%") }),
        fc.record({ op: fc.constantFrom("in", "nin"), values: fc.array(text) }),
      ),
      { maxLength: 1 },
    );
    const bound = fc
      .oneof(fc.integer({ min: start, max: start + 10_000 }), fc.constantFrom(-1, 8_640_000_000_000_000))
      .map(instant);
    const bounds = { gt: bound, gte: bound, lt: bound, lte: bound };
    const all = fc.array(fc.record(bounds, { requiredKeys: [] }), { maxLength: 2 });
    const anyOf = fc.array(all, { maxLength: 3 });
    const times = fc.array(fc.record({ ...bounds, anyOf }, { requiredKeys: [] }), { maxLength: 1 });
    const filters: fc.Arbitrary<EventFilter> = fc.record(
      {
        id: texts,
        source: texts,
        subject: texts,
        type: texts,
        time: times,
        ingestedAt: times,
        storedAt: times,
        subjects: fc.subarray(["s1", "s2", "nobody"]),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const lies = (times: readonly TimeFilter[], at: number): boolean =>
          times.every(
            ({ gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity, anyOf: lists = [[]] }) =>
              at > gt && at >= gte && at < lt && at <= lte && lists.some((list) => lies(list, at)),
          );
        const within = (name: "time" | "ingestedAt" | "storedAt", at: number): boolean => lies(filter[name] ?? [], at);
        const expected = events
          .filter(({ event, storedAt }) => {
            const matches = (name: "id" | "source" | "subject" | "type"): boolean =>
              (filter[name] ?? []).every((each) => matchesText(each, event[name]));
            return (
              (["id", "source", "subject", "type"] as const).every(matches) &&
              within("time", event.time) &&
              within("ingestedAt", event.ingestedAt) &&
              within("storedAt", storedAt) &&
              (filter.subjects?.includes(event.subject) ?? true)
            );
          })
          .toSorted(newestFirst);
        expect(await list(filter)).toEqual(expected);
      }),
      { seed: 20_251_124, numRuns: 300 },
    );
  });
});

describe("distinct values", () => {
  test("subjects of a type and period, ascending, of one namespace", async () => {
    const { subjects } = clickhouse.usage.reader;
    expect(await subjects("default", "token", { from: null, to: null })).toEqual(["s0", "s1", "s2", "s3", "s4", "s5"]);
    expect(await subjects("other", "call", { from: null, to: null })).toEqual(["s"]);
    expect(await subjects("default", "call", { from: instant(start), to: instant(start + 1) })).toEqual(
      [
        ...new Set(
          events.filter(({ event }) => event.type === "call" && event.time === start).map(({ event }) => event.subject),
        ),
      ].toSorted(),
    );
    expect(await subjects("default", "call", { from: instant(start + 1), to: instant(start + 1) })).toEqual([]);
  });
});
