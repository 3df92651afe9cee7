import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClassicLevel } from "classic-level";
import { describe, expect, test } from "vitest";
import { encodeOffset, metaKeys, recordKey } from "./layout.ts";
import { openLocalLog } from "./local-log.ts";
import {
  event,
  eventKey,
  events,
  idsOf,
  openOrThrow,
  readAll,
  testLogId,
  withDatabase,
  withDirectory,
  withLog,
} from "./test-support.ts";

const open = (directory: string): ReturnType<typeof openLocalLog> =>
  openLocalLog({ directory, eventKey, newLogId: () => testLogId });

describe("a directory that is missing or empty becomes a log", () => {
  test.each([
    { path: "missing/below/missing", why: "missing", prepare: async () => undefined },
    { path: "empty", why: "empty", prepare: (directory: string) => mkdir(directory) },
    {
      path: "cut",
      why: "left behind by a creation that was cut short",
      prepare: async (directory: string) => {
        await mkdir(directory);
        for (const name of ["LOCK", "LOG", "MANIFEST-000001"]) await writeFile(join(directory, name), "");
      },
    },
    {
      path: "no-write",
      why: "an empty database: cut short before the first write",
      prepare: (directory: string) => withDatabase(directory, async () => undefined),
    },
  ])("$why", async ({ path, prepare }) => {
    await withDirectory(async (parent) => {
      const directory = join(parent, path);
      await prepare(directory);
      await withLog(directory, async (log) => {
        expect(log.id).toBe(testLogId);
        expect(log.stats()).toEqual({ next: 0, trimBound: 0, queuedEvents: 0, queuedBytes: 0 });
        await log.writer.append(events(3));
      });
      await withLog(directory, async (log) => expect(idsOf(await readAll(log))).toEqual(["e0", "e1", "e2"]));
    });
  });

  test("it is for its owner only, and the id is made once", async () => {
    await withDirectory(async (parent) => {
      const directory = join(parent, "log");
      await withLog(directory, async () => undefined);
      expect((await stat(directory)).mode & 0o777).toBe(0o700);
      const again = await openLocalLog({
        directory,
        eventKey,
        newLogId: () => {
          throw new Error("a known log has an id");
        },
      });
      expect(again.ok && again.value.id).toBe(testLogId);
      if (again.ok) await again.value.close();
    });
  });
});

describe("locked", () => {
  test("by another log of this process; free again once closed", async () => {
    await withDirectory(async (directory) => {
      await withLog(directory, async () =>
        expect(await open(directory)).toEqual({ ok: false, error: { type: "locked" } }),
      );
      await withLog(directory, async () => undefined);
    });
  });

  test("by another process; free again once that is gone", async () => {
    await withDirectory(async (directory) => {
      const child = spawn(process.execPath, [join(import.meta.dirname, "append-child.test-support.ts"), directory], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      await once(child.stdout, "data");
      expect(await open(directory)).toEqual({ ok: false, error: { type: "locked" } });
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
      await withLog(directory, async (log) => expect(log.partition.next()).toBeGreaterThan(0));
    });
  });
});

describe("what is not a log is refused and left alone", () => {
  test("other files", async () => {
    await withDirectory(async (directory) => {
      await writeFile(join(directory, "notes.txt"), "mine");
      expect(await open(directory)).toMatchObject({ ok: false, error: { type: "not_a_log" } });
      expect(await readdir(directory)).toEqual(["notes.txt"]);
    });
  });

  test("tables without a CURRENT file: a damaged database, not an empty one", async () => {
    await withDirectory(async (directory) => {
      for (const name of ["LOCK", "LOG", "MANIFEST-000004", "000005.ldb"]) await writeFile(join(directory, name), "x");
      expect(await open(directory)).toMatchObject({ ok: false, error: { type: "not_a_log" } });
      expect(await readFile(join(directory, "MANIFEST-000004"), "utf8")).toBe("x");
    });
  });

  test("a LevelDB database of somebody else", async () => {
    await withDirectory(async (directory) => {
      await withDatabase(directory, (db) => db.put(Buffer.from("theirs"), Buffer.from("1")));
      expect(await open(directory)).toMatchObject({ ok: false, error: { type: "not_a_log" } });
      await withDatabase(directory, async (db) =>
        expect(await db.iterator().all()).toEqual([[Buffer.from("theirs"), Buffer.from("1")]]),
      );
    });
  });

  test("a log of a later format", async () => {
    await withDirectory(async (directory) => {
      await withLog(directory, async () => undefined);
      const later = Buffer.from(JSON.stringify({ format: 2, log: testLogId }));
      await withDatabase(directory, (db) => db.put(metaKeys.identity, later));
      const opened = await open(directory);
      expect(opened).toMatchObject({
        ok: false,
        error: { type: "not_a_log", reason: expect.stringContaining("format 2") },
      });
    });
  });
});

describe("a log that contradicts itself is refused", () => {
  const damages: readonly Readonly<{ why: string; damage: (db: ClassicLevel<Buffer, Buffer>) => Promise<void> }>[] = [
    { why: "no next offset", damage: (db) => db.del(metaKeys.next) },
    { why: "a next offset of 3 bytes", damage: (db) => db.put(metaKeys.next, Buffer.alloc(3)) },
    { why: "a next offset above the last event", damage: (db) => db.put(metaKeys.next, encodeOffset(21)) },
    { why: "a next offset below the last event", damage: (db) => db.put(metaKeys.next, encodeOffset(19)) },
    { why: "a trim bound above the next offset", damage: (db) => db.put(metaKeys.trimBound, encodeOffset(21)) },
    { why: "the first record is gone", damage: (db) => db.del(recordKey(0)) },
    { why: "the last record is gone", damage: (db) => db.del(recordKey(10)) },
    {
      why: "the last record is torn",
      damage: async (db) => db.put(recordKey(10), ((await db.get(recordKey(10))) ?? Buffer.alloc(0)).subarray(0, 50)),
    },
    { why: "all records are gone", damage: async (db) => db.batch().del(recordKey(0)).del(recordKey(10)).write() },
    { why: "an unreadable id", damage: (db) => db.put(metaKeys.identity, Buffer.from("{")) },
    { why: "an id that is none", damage: (db) => db.put(metaKeys.identity, Buffer.from('{"format":1,"log":"x"}')) },
    { why: "an unreadable applied marker", damage: (db) => db.put(metaKeys.applied, Buffer.from('{"boot":1}')) },
    {
      why: "an applied marker beyond the log",
      damage: (db) => db.put(metaKeys.applied, Buffer.from('{"boot":"b","offset":21}')),
    },
  ];

  test.each(damages)("$why", async ({ damage }) => {
    await withDirectory(async (directory) => {
      await withLog(directory, async (log) => {
        await log.writer.append(events(10, "a"));
        await log.writer.append(events(10, "b"));
      });
      await withDatabase(directory, damage);
      const opened = await open(directory);
      expect(opened).toMatchObject({ ok: false, error: { type: "corrupt" } });
      expect(await open(directory)).toEqual(opened); // the directory is released
    });
  });

  test("a file of the database is missing", async () => {
    await withDirectory(async (directory) => {
      await withLog(directory, async () => undefined);
      await writeFile(join(directory, "CURRENT"), "MANIFEST-999999\n");
      expect(await open(directory)).toMatchObject({ ok: false, error: { type: "corrupt" } });
    });
  });
});

describe("the file system refuses", () => {
  test("a path through a file", async () => {
    await withDirectory(async (directory) => {
      await writeFile(join(directory, "file"), "");
      expect(await open(join(directory, "file", "log"))).toMatchObject({
        ok: false,
        error: { type: "disk", code: "ENOTDIR" },
      });
    });
  });
});

describe("close", () => {
  test("answers what waits, and refuses what comes later", async () => {
    await withDirectory(async (directory) => {
      const log = await openOrThrow(directory);
      const waiting = Promise.all([log.writer.append(events(5_000, "a")), log.writer.append(events(5_000, "b"))]);
      await log.close();
      expect((await waiting).map((result) => result.ok && result.value.appended)).toEqual([5_000, 5_000]);
      expect(await log.writer.append([event("late")])).toMatchObject({ ok: false, error: { type: "log_unavailable" } });
      await withLog(directory, async (again) => expect(again.partition.next()).toBe(10_000));
    });
  });
});
