import { describe, expect, test } from "vitest";
import { recordKey } from "./layout.ts";
import { events, idsOf, openOrThrow, readAll, storedRecords, withDirectory, withLog } from "./test-support.ts";

describe("trimming deletes whole records, and none that holds an event from the bound on", () => {
  test.each([
    { bound: 0, left: [0, 10, 20], why: "nothing is below" },
    { bound: 9, left: [0, 10, 20], why: "the first record holds the bound" },
    { bound: 10, left: [10, 20], why: "the bound is the first event of the second record" },
    { bound: 11, left: [10, 20], why: "the second record holds the bound" },
    { bound: 29, left: [20], why: "the last record holds the bound" },
    { bound: 30, left: [], why: "everything is below" },
  ])("bound $bound: $why", async ({ bound, left }) => {
    await withDirectory(async (directory) => {
      await withLog(
        directory,
        async (log) => {
          for (const group of ["a", "b", "c"]) await log.writer.append(events(10, group));
          await log.partition.trim(bound);
          expect(idsOf(await readAll(log))).toHaveLength(30 - bound);
        },
        { trimRecordsPerWrite: 1 },
      );
      expect(await storedRecords(directory)).toEqual(left.map(recordKey));
    });
  });

  test("step by step, and many records to a step", async () => {
    await withDirectory(async (directory) => {
      await withLog(
        directory,
        async (log) => {
          for (let group = 0; group < 40; group += 1) await log.writer.append(events(5, `g${group}-`));
          for (const bound of [7, 7, 52, 100, 199]) {
            await log.partition.trim(bound);
            expect(idsOf(await readAll(log))).toHaveLength(200 - bound);
          }
        },
        { trimRecordsPerWrite: 3 },
      );
      expect(await storedRecords(directory)).toEqual([recordKey(195)]);
    });
  });

  test("beside appends and reads", async () => {
    await withDirectory(async (directory) => {
      await withLog(directory, async (log) => {
        const appending = Promise.all(
          Array.from({ length: 30 }, (_, group) => log.writer.append(events(20, `g${group}-`))),
        );
        let at = 0;
        while (at < 600) {
          await log.partition.waitFor(at, AbortSignal.timeout(10_000));
          at += (await log.partition.read(at, { rowsMax: 70, bytesMax: 1_000_000 })).length;
          await Promise.all([log.partition.trim(at), log.partition.markApplied({ boot: "b", offset: at })]);
        }
        await appending;
        expect(log.stats()).toMatchObject({ next: 600, trimBound: 600 });
      });
      expect(await storedRecords(directory)).toEqual([]);
    });
  });
});

test("the next offset stays when everything has been trimmed, over several lives", async () => {
  await withDirectory(async (directory) => {
    for (let life = 0; life < 3; life += 1) {
      const log = await openOrThrow(directory);
      expect(log.partition.next()).toBe(10 * life);
      await log.writer.append(events(10, `life${life}-`));
      await log.partition.trim(log.partition.next());
      expect(await readAll(log)).toEqual([]);
      await log.close();
    }
  });
});
