import type { EventRow, LogId, LogPosition, UsageTableRow, UsageTables } from "@meter/core";
import type { AcceptedEvent } from "@meter/events";
import type { BuildId, UsageEntry } from "@meter/metering";
import { createUlid, instant, type Ulid } from "@meter/primitives";
import { beforeEach, describe, expect, test } from "vitest";

const stored = { type: "stored" };

/** What every implementation of `UsageTables` does. Tests use names of their own, so the tables need not be empty. */
export const describeUsageTables = (name: string, tablesOf: () => UsageTables): void => {
  describe(`usage tables: ${name}`, () => {
    let names = Date.now();
    const nextId = (): Ulid => createUlid(instant(++names), crypto.getRandomValues(new Uint8Array(10)));
    let [log, otherLog, buildA, buildB, namespace] = ["", "", "", "", ""] as [LogId, LogId, BuildId, BuildId, string];
    let tables: UsageTables;
    beforeEach(() => {
      tables = tablesOf();
      [log, otherLog] = [nextId() as LogId, nextId() as LogId];
      [buildA, buildB] = [nextId() as BuildId, nextId() as BuildId];
      namespace = nextId().toLowerCase();
    });

    const row = (offset: number, event: Partial<AcceptedEvent> = {}, place: Partial<LogPosition> = {}): EventRow => ({
      position: { log, partition: 0, offset, ...place },
      event: {
        id: String(offset),
        source: "test",
        type: "call",
        subject: "s",
        time: instant(1_764_000_000_123),
        data: '{"value": 1}',
        namespace,
        ingestedAt: instant(1_764_000_000_456),
        ...event,
      },
      storedAt: instant(1_764_000_000_789),
    });
    const usageRow = (
      offset: number,
      entry: Partial<UsageEntry> = {},
      place: Partial<LogPosition> = {},
    ): UsageTableRow => ({
      position: { log, partition: 0, offset, ...place },
      entry: {
        build: buildA,
        namespace,
        subject: "s",
        time: instant(1_764_000_000_123),
        value: "1.5",
        text: null,
        dimensions: ["a"],
        ...entry,
      },
    });

    test("an insert of nothing is stored", async () => {
      expect(await tables.insertEvents([])).toEqual(stored);
      expect(await tables.insertUsage([])).toEqual(stored);
    });

    test("events of a range are read back, its start included, its end excluded", async () => {
      const places = [{ partition: 1 }, { log: otherLog }];
      const rows = [...[0, 2, 3].map((offset) => row(offset)), ...places.map((place) => row(2, {}, place))];
      expect(await tables.insertEvents(rows)).toEqual(stored);
      expect(await tables.storedEvents({ log, partition: 0, from: 0, to: 3 })).toEqual(new Set([0, 2]));
      expect(await tables.storedEvents({ log, partition: 1, from: 0, to: 9 })).toEqual(new Set([2]));
      expect(await tables.storedEvents({ log, partition: 0, from: 3, to: 3 })).toEqual(new Set());
    });

    test("usage of a range is read back by build, or of one build", async () => {
      const rows = [
        usageRow(5),
        usageRow(6),
        usageRow(6, { build: buildB }),
        usageRow(7, { build: buildB }, { partition: 1 }),
      ];
      expect(await tables.insertUsage(rows)).toEqual(stored);
      const range = { log, partition: 0, from: 0, to: 10 };
      expect(await tables.storedUsage(range)).toEqual(
        new Map([
          [buildA, new Set([5, 6])],
          [buildB, new Set([6])],
        ]),
      );
      expect(await tables.storedUsage(range, buildB)).toEqual(new Map([[buildB, new Set([6])]]));
      expect(await tables.storedUsage({ ...range, to: 5 })).toEqual(new Map());
    });

    test("extents say where events of a type lie: of the own partition only below the cut", async () => {
      await tables.insertEvents([
        ...[3, 4, 9].map((offset) => row(offset)),
        row(5, { type: "other" }),
        row(6, { namespace: `${namespace}-other` }),
        row(20, {}, { partition: 1 }),
        row(30, {}, { log: otherLog }),
      ]);
      const source = { namespace, eventType: "call", partition: { log, partition: 0 } };
      const extents = await tables.eventExtents({ ...source, below: 9 });
      const bytes = row(0).event.data?.length ?? 0;
      expect(extents.toSorted((a, b) => a.first - b.first)).toEqual([
        { log, partition: 0, first: 3, last: 4, count: 2, bytes: 2 * bytes, largest: bytes },
        { log, partition: 1, first: 20, last: 20, count: 1, bytes, largest: bytes },
        { log: otherLog, partition: 0, first: 30, last: 30, count: 1, bytes, largest: bytes },
      ]);
      expect(await tables.eventExtents({ ...source, eventType: "nothing", below: 9 })).toEqual([]);
    });

    test("events are read as they were written, ascending by offset", async () => {
      const rows = [9, 4, 5].map((offset) =>
        row(offset, { data: offset === 4 ? null : "null", time: instant(99 - offset) }),
      );
      await tables.insertEvents([...rows, row(6, { type: "other" }), row(10)]);
      const range = { log, partition: 0, from: 4, to: 10 };
      expect(await tables.readEvents({ namespace, eventType: "call", range, limit: 100 })).toEqual(
        rows.toSorted((a, b) => a.position.offset - b.position.offset),
      );
      const first = await tables.readEvents({ namespace, eventType: "call", range, limit: 1 });
      expect(first.map(({ position }) => position.offset)).toEqual([4]);
      for (const [bytesMax, count] of [
        [0, 1],
        [4, 2],
        [1_000_000, rows.length],
      ] as const)
        expect(await tables.readEvents({ namespace, eventType: "call", range, limit: 100, bytesMax })).toHaveLength(
          count,
        );
    });

    test("deleting builds takes all their usage and leaves the rest", async () => {
      await tables.insertUsage([usageRow(1), usageRow(1, { build: buildB })]);
      await tables.insertUsage([usageRow(2), usageRow(2, { build: buildB })]);
      await tables.deleteBuilds([]);
      await tables.deleteBuilds([buildA, nextId() as BuildId]);
      expect(await tables.storedUsage({ log, partition: 0, from: 0, to: 10 })).toEqual(
        new Map([[buildB, new Set([1, 2])]]),
      );
    });

    test("cleaning up can be paused and resumed, each more than once", async () => {
      await tables.pauseCleanup();
      await tables.pauseCleanup();
      await tables.resumeCleanup();
      await tables.resumeCleanup();
    });
  });
};
