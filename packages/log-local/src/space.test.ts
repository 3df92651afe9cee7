import { describe, expect, test } from "vitest";
import { createSpaceGuard, freeBytesMin, type Space, spaceOf } from "./space.ts";

const gib = 2 ** 30;

describe("what is not for events: so many bytes, or a tenth of a small disk", () => {
  test.each([
    { total: 100 * gib, min: gib },
    { total: 10 * gib, min: gib },
    { total: 5 * gib, min: gib / 2 },
    { total: 0, min: 0 },
  ])("$total", ({ total, min }) => {
    expect(freeBytesMin({ total }, gib)).toBe(min);
  });
});

const guardOf = (disk: { space: Space | null; now: number }) => {
  let looks = 0;
  const guard = createSpaceGuard({
    look: async () => {
      looks += 1;
      if (disk.space === null) throw new Error("unknown file system");
      return disk.space;
    },
    now: () => disk.now,
    freeBytesWanted: 1_000,
  });
  return { ...guard, looks: () => looks };
};

describe("room for events", () => {
  test("down to the last byte that is for them", async () => {
    const guard = guardOf({ space: { free: 1_500, total: 100_000 }, now: 0 });
    expect(await guard.hasRoom(501)).toBe(false);
    expect(await guard.hasRoom(500)).toBe(true);
  });

  test("what is taken counts at once, before the file system is looked at again", async () => {
    const guard = guardOf({ space: { free: 1_500, total: 100_000 }, now: 0 });
    expect(await guard.hasRoom(400)).toBe(true);
    expect(await guard.hasRoom(101)).toBe(false);
    expect(await guard.seen()).toEqual({ free: 1_100, total: 100_000, freeMin: 1_000 });
    expect(guard.looks()).toBe(1);
  });

  test("room that is made is found", async () => {
    const disk = { space: { free: 0, total: 100_000 }, now: 0 };
    const guard = guardOf(disk);
    expect(await guard.hasRoom(1)).toBe(false);
    disk.space = { free: 5_000, total: 100_000 };
    disk.now = 250;
    expect(await guard.hasRoom(1)).toBe(true);
  });

  test("calls at once share one look", async () => {
    const guard = guardOf({ space: { free: 1_002, total: 100_000 }, now: 0 });
    expect(await Promise.all([1, 1, 1].map((bytes) => guard.hasRoom(bytes)))).toEqual([true, true, false]);
    expect(guard.looks()).toBe(1);
  });

  test("a file system that does not say has room", async () => {
    const guard = guardOf({ space: null, now: 0 });
    expect(await guard.hasRoom(10 ** 15)).toBe(true);
    expect(await guard.seen()).toBeNull();
  });
});

test("a real file system says", async () => {
  const { free, total } = await spaceOf(import.meta.dirname);
  expect(free).toBeGreaterThan(0);
  expect(total).toBeGreaterThanOrEqual(free);
});
