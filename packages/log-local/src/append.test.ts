import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  event,
  eventKey,
  events,
  idsOf,
  openOrThrow,
  readAll,
  testLogId,
  withDirectory,
  withLog,
} from "./test-support.ts";
import { openLocalLog } from "./local-log.ts";

describe("groups", () => {
  test("a call is never split, also when it is larger than a group or a record may be", async () => {
    await withDirectory(async (directory) => {
      await withLog(
        directory,
        async (log) => {
          const calls = ["a", "b", "c"].map((prefix) => log.writer.append(events(7, prefix)));
          expect((await Promise.all(calls)).map((result) => result.ok && result.value.appended)).toEqual([7, 7, 7]);
          // In whatever order the calls came to their turn, each lies in one piece.
          const ids = idsOf(await readAll(log));
          const pieces = [0, 7, 14].map((at) => ids.slice(at, at + 7));
          expect(new Set(pieces)).toEqual(
            new Set(["a", "b", "c"].map((prefix) => events(7, prefix).map(({ id }) => id))),
          );
        },
        { groupEventsMax: 5, recordBytesMax: 100 },
      );
    });
  });

  test("after a large call small ones go first, and no large one waits for more than one group of them", async () => {
    await withDirectory(async (directory) => {
      await withLog(
        directory,
        async (log) => {
          const answered: string[] = [];
          const send = (prefix: string, count: number): Promise<void> =>
            log.writer.append(events(count, prefix)).then(() => void answered.push(prefix));
          const large = ["A", "B", "C", "D"].map((prefix) => send(prefix, 20));
          await large[0]; // B, C and D wait, and one of them is being written
          await Promise.all([...large, send("small", 1)]);
          expect(answered.indexOf("small")).toBeLessThan(answered.length - 1);
          expect(idsOf(await readAll(log))).toHaveLength(81);
        },
        { groupEventsMax: 20, smallCallEventsMax: 5 },
      );
    });
  });

  test("an event larger than a record is stored and read", async () => {
    await withDirectory(async (directory) => {
      const large = event("large", JSON.stringify({ text: "ő".repeat(2_000_000) }));
      await withLog(directory, async (log) => {
        await log.writer.append([event("before"), large, event("behind")]);
        const entries = await readAll(log);
        expect(idsOf(entries)).toEqual(["before", "large", "behind"]);
        expect(entries[1]?.event).toEqual(large);
      });
    });
  });

  test("a duplicate needs no write", async () => {
    await withDirectory(async (directory) => {
      await withLog(directory, async (log) => {
        await log.writer.append(events(10));
        expect(await log.writer.append(events(10))).toEqual({ ok: true, value: { appended: 0, duplicates: 10 } });
        expect(log.partition.next()).toBe(10);
      });
    });
  });

  test("a call that throws in preparation rejects alone, and holds nothing back", async () => {
    await withDirectory(async (directory) => {
      const opened = await openLocalLog({
        directory,
        newLogId: () => testLogId,
        eventKey: (one) => (one.id === "bad" ? new Uint8Array(3) : eventKey(one)),
      });
      if (!opened.ok) throw new Error(opened.error.type);
      const log = opened.value;
      await expect(log.writer.append([event("bad")])).rejects.toThrow("16 bytes");
      expect(log.stats()).toMatchObject({ queuedEvents: 0, queuedBytes: 0 });
      expect(await log.writer.append([event("good")])).toMatchObject({ ok: true });
      await log.close();
    });
  });
});

describe("more than the bounds allow is refused, and nothing of it is taken", () => {
  test("queued events", async () => {
    await withDirectory(async (directory) => {
      await withLog(
        directory,
        async (log) => {
          const first = log.writer.append(events(8, "a"));
          const fits = log.writer.append(events(2, "b"));
          const refused = await log.writer.append(events(1, "c"));
          expect(refused).toMatchObject({ ok: false, error: { type: "log_overloaded" } });
          expect(!refused.ok && refused.error.type === "log_overloaded" && refused.error.retryAfterMs).toBeGreaterThan(
            0,
          );
          expect(log.stats().queuedEvents).toBe(10);
          expect((await Promise.all([first, fits])).every((result) => result.ok)).toBe(true);
          expect(log.stats()).toMatchObject({ next: 10, queuedEvents: 0, queuedBytes: 0 });
          expect(await log.writer.append(events(1, "c"))).toMatchObject({ ok: true });
        },
        { queuedEventsMax: 10 },
      );
    });
  });

  test("queued bytes, but one call is always taken", async () => {
    await withDirectory(async (directory) => {
      await withLog(
        directory,
        async (log) => {
          const large = log.writer.append([event("large", JSON.stringify("x".repeat(5_000)))]);
          expect(log.stats().queuedBytes).toBeGreaterThan(5_000);
          expect(await log.writer.append([event("small")])).toMatchObject({
            ok: false,
            error: { type: "log_overloaded" },
          });
          expect(await large).toMatchObject({ ok: true });
        },
        { queuedBytesMax: 1_000 },
      );
    });
  });

  test("the backlog, until more has been applied", async () => {
    await withDirectory(async (directory) => {
      const limits = { backlogEventsMax: 10 };
      await withLog(
        directory,
        async (log) => {
          await log.writer.append(events(8, "a"));
          const refused = { ok: false, error: { type: "log_overloaded" } };
          expect(await log.writer.append(events(3, "b"))).toMatchObject(refused);
          expect(await log.writer.append(events(2, "b"))).toMatchObject({ ok: true });
          expect(await log.writer.append(events(1, "c"))).toMatchObject(refused);
          await log.partition.markApplied({ boot: "b", offset: 4 });
          expect(await log.writer.append(events(5, "d"))).toMatchObject(refused);
          expect(await log.writer.append(events(4, "d"))).toMatchObject({ ok: true });
        },
        limits,
      );
      await withLog(
        directory,
        async (log) => {
          expect(await log.writer.append([event("e")])).toMatchObject({ ok: false, error: { type: "log_overloaded" } });
        },
        limits,
      );
    });
  });
});

describe("a disk that is full", () => {
  test("nothing is taken once a tenth of it is left, and again when there is room", async ({ skip }) => {
    const disk = await mountTmpfs("40m");
    if (typeof disk === "string") return skip(`no file system of a fixed size can be mounted here: ${disk}`);
    onTestFinished(disk.unmount);
    const log = await openOrThrow(join(disk.path, "log"));
    const big = (name: string) => [event(name, JSON.stringify("x".repeat(5_000_000)))];
    expect(await log.writer.append(big("first"))).toMatchObject({ ok: true });
    await writeFile(join(disk.path, "something-else"), Buffer.alloc(24 * 2 ** 20));
    await expect.poll(async () => (await log.space())?.free).toBeLessThan(13 * 2 ** 20);
    const next = log.partition.next();
    for (let round = 0; round < 3; round += 1) await log.writer.append(big(`more-${round}`));
    expect(await log.writer.append(big("one too many"))).toEqual({
      ok: false,
      error: { type: "disk_full", retryAfterMs: 10_000 },
    });
    expect(log.partition.next()).toBeLessThan(next + 3);
    await rm(join(disk.path, "something-else"));
    await expect.poll(async () => (await log.writer.append(big("one too many"))).ok).toBe(true);
    await log.close();
  });

  test("every call is answered, the log ends, and what was acknowledged is there when there is room again", async ({
    skip,
  }) => {
    const disk = await mountTmpfs("12m");
    if (typeof disk === "string") return skip(`no file system of a fixed size can be mounted here: ${disk}`);
    onTestFinished(disk.unmount);
    const directory = join(disk.path, "log");
    const log = await openOrThrow(directory, { freeBytesMin: -Infinity }); // as when somebody else takes the last of it
    const acknowledged: string[] = [];
    let failures = 0;
    for (let round = 0; failures === 0 && round < 1_000; round += 1) {
      const calls = ["a", "b", "c"].map(async (caller) => {
        const sent = Array.from({ length: 20 }, (_, index) =>
          event(`${caller}-${round}-${index}`, JSON.stringify("x".repeat(1_000))),
        );
        const result = await log.writer.append(sent);
        if (result.ok) acknowledged.push(...sent.map(({ id }) => id));
        else {
          expect(result.error.type).toBe("log_unavailable");
          failures += 1;
        }
      });
      await Promise.all(calls);
    }
    expect(failures).toBeGreaterThan(0);
    expect((await log.failed).message).toContain("No space left on device");
    const durable = log.partition.next();
    expect(await log.writer.append([event("later")])).toMatchObject({
      ok: false,
      error: { type: "log_unavailable", reason: expect.stringContaining("No space left on device") },
    });
    await expect(log.partition.markApplied({ boot: "b", offset: 1 })).rejects.toThrow();
    await expect(log.partition.trim(1)).rejects.toThrow();
    expect(log.partition.next()).toBe(durable);
    await log.close();

    await writeFile(join(disk.path, "filler"), Buffer.alloc(12 * 1024 * 1024)).catch(() => undefined);
    expect(await openLocalLog({ directory, eventKey, newLogId: () => testLogId })).toMatchObject({
      ok: false,
      error: { type: "disk", code: "ENOSPC" },
    });
    await rm(join(disk.path, "filler"));
    disk.resize("64m");
    await withLog(directory, async (again) => {
      const ids = idsOf(await readAll(again));
      const known = new Set(ids);
      expect(known.size).toBe(ids.length);
      expect(acknowledged.filter((id) => !known.has(id))).toEqual([]);
      expect(again.partition.next()).toBeGreaterThanOrEqual(durable);
      expect(await again.writer.append([event("later")])).toMatchObject({ ok: true });
    });
  });

  test("a disk that is read-only refuses the start", async ({ skip }) => {
    const disk = await mountTmpfs("12m");
    if (typeof disk === "string") return skip(`no file system can be mounted here: ${disk}`);
    onTestFinished(disk.unmount);
    const directory = join(disk.path, "log");
    await withLog(directory, async (log) => void (await log.writer.append(events(3))));
    disk.resize("12m,ro");
    expect(await openLocalLog({ directory, eventKey, newLogId: () => testLogId })).toMatchObject({
      ok: false,
      error: { type: "disk", code: "EROFS" },
    });
  });
});

type Tmpfs = Readonly<{ path: string; resize: (options: string) => void; unmount: () => Promise<void> }>;

/** A file system in memory of a fixed size, or why there is none. */
const mountTmpfs = async (size: string): Promise<Tmpfs | string> => {
  const path = await mkdtemp(join(tmpdir(), "meter-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", path], { stdio: "pipe" });
  } catch (error) {
    await rm(path, { recursive: true });
    return String(error);
  }
  return {
    path,
    resize: (options) => void execFileSync("mount", ["-o", `remount,size=${options}`, path], { stdio: "pipe" }),
    unmount: async () => {
      execFileSync("umount", ["--lazy", path], { stdio: "pipe" });
      await rm(path, { recursive: true });
    },
  };
};
