import type { EventLogHead, EventLogPartition, EventLogWriter, LogEntry } from "@meter/core";
import type { AcceptedEvent } from "@meter/events";
import { instant } from "@meter/primitives";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** A log with one partition, in a storage of its own. */
export type EventLogUnderTest = Readonly<{
  writer: EventLogWriter;
  head: EventLogHead;
  partition: EventLogPartition;
  /** Ends this life in good order and begins the next one on the same storage. */
  reopen: () => Promise<EventLogUnderTest>;
  /** Ends this life and removes the storage. */
  dispose: () => Promise<void>;
}>;

const page = { rowsMax: 1_000, bytesMax: 1_000_000 };

/** The contract of the ports in `@meter/core` `ports/event-log.ts`: every adapter passes it. `open` begins a new log. */
export const describeEventLog = (name: string, open: () => Promise<EventLogUnderTest>): void => {
  describe(`event log: ${name}`, () => {
    let log: EventLogUnderTest;

    beforeEach(async () => {
      log = await open();
    });

    afterEach(async () => {
      await log.dispose();
    });

    const start = async (): Promise<number> => log.partition.next();

    const append = async (...ids: readonly string[]): Promise<Readonly<{ appended: number; duplicates: number }>> => {
      const result = await log.writer.append(ids.map((id) => event(id)));
      if (!result.ok) throw new Error(JSON.stringify(result.error));
      return result.value;
    };

    describe("append", () => {
      test("an event is read as it was accepted, once its append has resolved", async () => {
        const first = await start();
        const events = [
          event("a"),
          event("b", { data: null }),
          event("c", { data: '{"text":"ő 💡 \\u0000"}', subject: "β", source: "", type: "t" }),
          event("d", { time: instant(0), ingestedAt: instant(4_294_967_295_999) }),
        ];
        expect(await log.writer.append(events)).toEqual({ ok: true, value: { appended: 4, duplicates: 0 } });
        expect(await log.partition.read(first, page)).toEqual(
          events.map((one, index) => ({ offset: first + index, event: one })),
        );
      });

      test("no events: nothing happens", async () => {
        const first = await start();
        expect(await append()).toEqual({ appended: 0, duplicates: 0 });
        expect(log.partition.next()).toBe(first);
      });

      test.each([
        { calls: [["a", "b", "a", "a"]], appended: 2, duplicates: 2, why: "within one call" },
        { calls: [["a"], ["a"], ["b", "a"]], appended: 2, duplicates: 2, why: "of an earlier call" },
      ])("a duplicate $why is counted and not appended", async ({ calls, appended, duplicates }) => {
        const first = await start();
        const total = { appended: 0, duplicates: 0 };
        for (const ids of calls) {
          const result = await append(...ids);
          total.appended += result.appended;
          total.duplicates += result.duplicates;
        }
        expect(total).toEqual({ appended, duplicates });
        expect(idsOf(await log.partition.read(first, page))).toEqual(["a", "b"]);
      });

      test("of concurrent calls with the same event one appends it, and all answer when it is in the log", async () => {
        const first = await start();
        const answers = await Promise.all(
          Array.from({ length: 20 }, async () => {
            const answer = await append("same");
            return { ...answer, next: log.partition.next() };
          }),
        );
        expect(answers.filter(({ appended }) => appended === 1)).toHaveLength(1);
        expect(answers.every(({ next }) => next === first + 1)).toBe(true);
      });

      test("the same id of another namespace or source is another event", async () => {
        const events = [event("a"), event("a", { namespace: "other" }), event("a", { source: "other" })];
        expect(await log.writer.append(events)).toEqual({ ok: true, value: { appended: 3, duplicates: 0 } });
      });

      test("a key decides, not the content: a changed event of a known key is a duplicate", async () => {
        const first = await start();
        await append("a");
        const changed = await log.writer.append([event("a", { data: '{"tokens":9}' })]);
        expect(changed).toEqual({ ok: true, value: { appended: 0, duplicates: 1 } });
        expect((await log.partition.read(first, page)).map((entry) => entry.event.data)).toEqual([event("a").data]);
      });
    });

    describe("head", () => {
      test("every acknowledged event lies below the head", async () => {
        const first = await start();
        await append("a", "b");
        const { log: id, partition } = log.partition;
        expect(await log.head.head()).toEqual([{ log: id, partition, offset: first + 2 }]);
      });
    });

    describe("read", () => {
      test("nothing at the end of the log, and nothing beyond", async () => {
        await append("a");
        const next = log.partition.next();
        expect(await log.partition.read(next, page)).toEqual([]);
        expect(await log.partition.read(next + 10, page)).toEqual([]);
      });

      test("pages of any size, from any offset, join without a gap", async () => {
        const first = await start();
        const ids = Array.from({ length: 300 }, (_, index) => `e${index}`);
        for (let at = 0; at < ids.length; at += 60) await append(...ids.slice(at, at + 60));
        for (const rowsMax of [1, 7, 60, 61, 300, 1_000])
          expect(idsOf(await readAll(log.partition, first, { ...page, rowsMax }))).toEqual(ids);
        for (const skipped of [1, 59, 60, 61, 299])
          expect(idsOf(await log.partition.read(first + skipped, page))).toEqual(ids.slice(skipped));
      });

      test("rowsMax and bytesMax bound a page, but one entry always comes", async () => {
        const first = await start();
        const data = JSON.stringify({ text: "x".repeat(10_000) });
        await log.writer.append(["a", "b", "c", "d"].map((id) => event(id, { data })));
        expect(await log.partition.read(first, { rowsMax: 3, bytesMax: 1_000_000 })).toHaveLength(3);
        expect(await log.partition.read(first, { rowsMax: 100, bytesMax: 25_000 })).toHaveLength(2);
        expect(await log.partition.read(first, { rowsMax: 100, bytesMax: 1 })).toHaveLength(1);
      });
    });

    describe("waitFor", () => {
      test("resolves at once when the offset is there", async () => {
        const first = await start();
        await append("a");
        await log.partition.waitFor(first, new AbortController().signal);
      });

      test("resolves when the offset comes, and not before", async () => {
        const first = await start();
        let arrived = false;
        const waiting = log.partition.waitFor(first + 1, new AbortController().signal).then(() => (arrived = true));
        await append("a");
        expect(arrived).toBe(false);
        await append("b");
        await waiting;
        expect(log.partition.next()).toBe(first + 2);
      });

      test("resolves when its signal aborts, also when that was before", async () => {
        const controller = new AbortController();
        const waiting = log.partition.waitFor(log.partition.next() + 5, controller.signal);
        controller.abort();
        await waiting;
        await log.partition.waitFor(log.partition.next() + 5, controller.signal);
      });
    });

    describe("applied marker", () => {
      test("absent, then what was last marked, also after a restart, and lower with another boot", async () => {
        const first = await start();
        expect(log.partition.applied()).toBeNull();
        await append("a", "b");
        await log.partition.markApplied({ boot: "boot-1", offset: first + 2 });
        expect(log.partition.applied()).toEqual({ boot: "boot-1", offset: first + 2 });
        log = await log.reopen();
        expect(log.partition.applied()).toEqual({ boot: "boot-1", offset: first + 2 });
        await log.partition.markApplied({ boot: "boot-2", offset: first + 1 });
        log = await log.reopen();
        expect(log.partition.applied()).toEqual({ boot: "boot-2", offset: first + 1 });
      });
    });

    describe("trim", () => {
      const ids = Array.from({ length: 50 }, (_, index) => `e${index}`);

      test("reads go on from the bound, also inside what was appended at once, and below it they fail", async () => {
        const first = await start();
        await append(...ids);
        await log.partition.trim(first + 20);
        expect(log.partition.trimBound()).toBe(first + 20);
        expect(idsOf(await log.partition.read(first + 20, page))).toEqual(ids.slice(20));
        await expect(log.partition.read(first + 19, page)).rejects.toThrow(String(first + 19));
        log = await log.reopen();
        expect(log.partition.trimBound()).toBe(first + 20);
        expect(idsOf(await log.partition.read(first + 20, page))).toEqual(ids.slice(20));
      });

      test("never lowers the bound, and refuses one beyond the log", async () => {
        const first = await start();
        await append(...ids);
        await log.partition.trim(first + 20);
        await log.partition.trim(first + 10);
        expect(log.partition.trimBound()).toBe(first + 20);
        await expect(log.partition.trim(first + 51)).rejects.toThrow();
        expect(log.partition.trimBound()).toBe(first + 20);
      });

      test("keys stay: what was trimmed is still a duplicate, also after a restart", async () => {
        await append(...ids);
        await log.partition.trim(log.partition.next());
        expect(await append("e0", "e49")).toEqual({ appended: 0, duplicates: 2 });
        log = await log.reopen();
        expect(await append("e0", "e49")).toEqual({ appended: 0, duplicates: 2 });
      });

      test("offsets are not reused when everything has been trimmed and the log restarted", async () => {
        const first = await start();
        await append(...ids);
        await log.partition.trim(first + 50);
        log = await log.reopen();
        expect(log.partition.next()).toBe(first + 50);
        await append("new");
        expect(await log.partition.read(first + 50, page)).toEqual([{ offset: first + 50, event: event("new") }]);
      });
    });

    describe("sync failure", () => {
      test("absent, then the boot it was recorded for, also after a restart", async () => {
        expect(log.partition.syncFailure()).toBeNull();
        await log.partition.recordSyncFailure("boot-1");
        expect(log.partition.syncFailure()).toBe("boot-1");
        log = await log.reopen();
        expect(log.partition.syncFailure()).toBe("boot-1");
      });
    });

    test("however calls interleave, every key is in the log once, offsets are dense, and a restart changes nothing", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          await log.dispose();
          log = await open();
          await checkInterleaving(log, steps, (reopened) => (log = reopened));
        }),
        { numRuns: 30, seed: 20_261_124 },
      );
    });
  });
};

type Step =
  | Readonly<{ type: "append"; keys: readonly number[] }>
  | Readonly<{ type: "settle" }>
  | Readonly<{ type: "trim"; share: number }>
  | Readonly<{ type: "reopen" }>;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("append" as const),
      keys: fc.array(fc.nat({ max: 40 }), { maxLength: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("settle" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("trim" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("reopen" as const) }) },
);

const checkInterleaving = async (
  opened: EventLogUnderTest,
  steps: readonly Step[],
  onReopen: (log: EventLogUnderTest) => void,
): Promise<void> => {
  let log = opened;
  const first = log.partition.next();
  const sent = new Set<string>();
  const seen: LogEntry[] = [];
  let appended = 0;
  let running: Promise<void>[] = [];

  const settle = async (): Promise<void> => {
    await Promise.all(running);
    running = [];
    // Everything acknowledged is there, in one dense sequence.
    seen.push(...(await readAll(log.partition, first + seen.length, page)));
    expect(seen.map((entry) => entry.offset)).toEqual(seen.map((_, index) => first + index));
    expect(new Set(idsOf(seen))).toEqual(sent);
    expect(seen).toHaveLength(sent.size);
    expect(appended).toBe(sent.size);
    expect(log.partition.next()).toBe(first + seen.length);
  };

  for (const one of [...steps, { type: "settle" } as const, { type: "reopen" } as const, { type: "settle" } as const]) {
    switch (one.type) {
      case "append": {
        const ids = one.keys.map((key) => `k${key}`);
        for (const id of ids) sent.add(id);
        running.push(
          log.writer.append(ids.map((id) => event(id))).then((result) => {
            if (!result.ok) throw new Error(JSON.stringify(result.error));
            expect(result.value.appended + result.value.duplicates).toBe(ids.length);
            appended += result.value.appended;
          }),
        );
        break;
      }
      case "settle":
        await settle();
        break;
      case "trim":
        // Only what has been read, as a worker does.
        await log.partition.trim(first + Math.floor(one.share * seen.length));
        break;
      case "reopen": {
        await settle();
        const bound = log.partition.trimBound();
        log = await log.reopen();
        onReopen(log);
        expect(log.partition.trimBound()).toBe(bound);
        expect(await readAll(log.partition, bound, page)).toEqual(seen.slice(bound - first));
        break;
      }
    }
  }
};

const event = (id: string, fields: Partial<AcceptedEvent> = {}): AcceptedEvent => ({
  id,
  source: "contract",
  type: "prompt",
  subject: "customer-1",
  time: instant(1_700_000_000_000),
  data: '{"tokens":1}',
  namespace: "default",
  ingestedAt: instant(1_700_000_000_001),
  ...fields,
});

const readAll = async (
  partition: EventLogPartition,
  from: number,
  limits: Readonly<{ rowsMax: number; bytesMax: number }>,
): Promise<readonly LogEntry[]> => {
  const entries: LogEntry[] = [];
  for (;;) {
    const read = await partition.read(from + entries.length, limits);
    if (read.length === 0) return entries;
    entries.push(...read);
  }
};

const idsOf = (entries: readonly LogEntry[]): readonly string[] => entries.map((entry) => entry.event.id);
