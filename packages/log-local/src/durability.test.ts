import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { recordKey } from "./layout.ts";
import { events, idsOf, readAll, storedRecords, withDirectory, withLog } from "./test-support.ts";

describe("a killed process", () => {
  test("5 × kill -9: everything that was acknowledged is there, once", async () => {
    await withDirectory(async (directory) => {
      const acknowledged = new Set<string>();
      for (let life = 0; life < 5; life += 1) {
        for (const id of await appendUntilKilled(directory, String(life), 120 + 70 * life)) acknowledged.add(id);
        await withLog(directory, async (log) => {
          const entries = await readAll(log, 0);
          const ids = idsOf(entries);
          const known = new Set(ids);
          expect([...acknowledged].filter((id) => !known.has(id))).toEqual([]);
          expect(known.size).toBe(ids.length);
          expect(entries.map(({ offset }) => offset)).toEqual(ids.map((_, index) => index));
          expect(log.partition.next()).toBe(ids.length);
        });
      }
      expect(acknowledged.size).toBeGreaterThan(1_000);
    });
  }, 60_000);
});

/** Ids of what was acknowledged. The time runs from the first acknowledgement. */
const appendUntilKilled = async (directory: string, life: string, ms: number): Promise<readonly string[]> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "append-child.test-support.ts"), directory, life], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (output === "") setTimeout(() => child.kill("SIGKILL"), ms);
    output += text;
  });
  const [, signal]: unknown[] = await once(child, "close");
  expect(signal).toBe("SIGKILL");
  const complete = output.slice(0, output.lastIndexOf("\n"));
  return complete.split(/\s/);
};

describe("a torn tail, as a power loss leaves it behind", () => {
  test.each([
    { kept: (size: number) => size - 1, why: "its last byte" },
    { kept: (size: number) => Math.floor(size / 2), why: "half of it" },
    { kept: () => 1, why: "all but its first byte" },
  ])("the last group loses $why: it goes as a whole, and can be sent again", async ({ kept }) => {
    await withDirectory(async (directory) => {
      let before = 0;
      await withLog(directory, async (log) => {
        await log.writer.append(events(100, "kept"));
        before = (await newestWriteAhead(directory)).size;
        await log.writer.append(events(300, "torn"));
      });
      const { path, size } = await newestWriteAhead(directory);
      await truncate(path, before + kept(size - before));
      await withLog(directory, async (log) => {
        expect(log.partition.next()).toBe(100);
        expect(idsOf(await readAll(log))).toEqual(events(100, "kept").map(({ id }) => id));
        const again = await log.writer.append([...events(100, "kept"), ...events(300, "torn")]);
        expect(again).toEqual({ ok: true, value: { appended: 300, duplicates: 100 } });
        expect(log.partition.next()).toBe(400);
      });
    });
  });

  test("the applied marker, which is not synced, goes alone", async () => {
    await withDirectory(async (directory) => {
      await withLog(directory, async (log) => {
        await log.writer.append(events(100));
        await log.partition.markApplied({ boot: "b", offset: 50 });
        await log.partition.markApplied({ boot: "b", offset: 100 });
      });
      await cutNewestLog(directory, 3);
      await withLog(directory, async (log) => {
        expect(log.partition.applied()).toEqual({ boot: "b", offset: 50 });
        expect(log.partition.next()).toBe(100);
      });
    });
  });

  test("deletions of a trim go alone: the bound stays, and the next trim deletes again", async () => {
    await withDirectory(async (directory) => {
      await withLog(
        directory,
        async (log) => {
          for (const group of ["a", "b", "c"]) await log.writer.append(events(10, group));
          await log.partition.trim(20);
        },
        { trimRecordsPerWrite: 1 },
      );
      await cutNewestLog(directory, 1);
      await withLog(directory, async (log) => {
        expect(log.partition.trimBound()).toBe(20);
        expect(idsOf(await readAll(log))).toEqual(events(10, "c").map(({ id }) => id));
        await log.partition.trim(20);
      });
      expect(await storedRecords(directory)).toEqual([recordKey(20)]);
    });
  });
});

/** LevelDB's write-ahead file with the highest number. */
const newestWriteAhead = async (directory: string): Promise<Readonly<{ path: string; size: number }>> => {
  const newest = (await readdir(directory))
    .filter((name) => name.endsWith(".log"))
    .toSorted()
    .at(-1);
  if (newest === undefined) throw new Error("LevelDB has no write-ahead file");
  const path = join(directory, newest);
  return { path, size: (await stat(path)).size };
};

const cutNewestLog = async (directory: string, bytes: number): Promise<void> => {
  const { path, size } = await newestWriteAhead(directory);
  await truncate(path, size - bytes);
};
