import { describe, expect, test } from "vitest";
import { createSpaceGuard, freeBytesMin, type Space, spacesOf } from "./space.ts";

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

const space = (free: number, of = "log"): Space => ({ of, free, total: 100_000 });

const guardOf = (disk: { spaces: readonly Space[]; now: number }) => {
  let looks = 0;
  const guard = createSpaceGuard({
    look: async () => {
      looks += 1;
      return disk.spaces;
    },
    now: () => disk.now,
    freeBytesWanted: 1_000,
  });
  return { ...guard, looks: () => looks };
};

describe("room for events", () => {
  test("down to the last byte that is for them", async () => {
    const guard = guardOf({ spaces: [space(1_500)], now: 0 });
    expect(await guard.hasRoom(501)).toBe(false);
    expect(await guard.hasRoom(500)).toBe(true);
  });

  test("what is taken counts at once, before the file system is looked at again", async () => {
    const guard = guardOf({ spaces: [space(1_500)], now: 0 });
    expect(await guard.hasRoom(400)).toBe(true);
    expect(await guard.hasRoom(101)).toBe(false);
    expect(await guard.seen()).toEqual({ ...space(1_100), freeMin: 1_000 });
    expect(guard.looks()).toBe(1);
  });

  test("on every file system, whichever is the tightest; that one is shown", async () => {
    const disk = { spaces: [space(9_000), space(1_400, "clickhouse"), space(1_300, "postgres")], now: 0 };
    const guard = guardOf(disk);
    expect(await guard.hasRoom(301)).toBe(false);
    expect(await guard.seen()).toMatchObject({ of: "postgres", free: 1_300 });
    disk.spaces = [space(9_000), space(1_400, "clickhouse"), space(5_000, "postgres")];
    disk.now = 250;
    expect(await guard.hasRoom(301)).toBe(true);
    expect(await guard.hasRoom(100)).toBe(false);
    expect(await guard.seen()).toMatchObject({ of: "clickhouse", free: 1_099 });
    expect(guard.looks()).toBe(2);
  });

  test("room that is made is found", async () => {
    const disk = { spaces: [space(0)], now: 0 };
    const guard = guardOf(disk);
    expect(await guard.hasRoom(1)).toBe(false);
    disk.spaces = [space(5_000)];
    disk.now = 250;
    expect(await guard.hasRoom(1)).toBe(true);
  });

  test("calls at once share one look", async () => {
    const guard = guardOf({ spaces: [space(1_002)], now: 0 });
    expect(await Promise.all([1, 1, 1].map((bytes) => guard.hasRoom(bytes)))).toEqual([true, true, false]);
    expect(guard.looks()).toBe(1);
  });

  test("where no file system says there is room", async () => {
    const guard = guardOf({ spaces: [], now: 0 });
    expect(await guard.hasRoom(10 ** 15)).toBe(true);
    expect(await guard.seen()).toBeNull();
  });
});

test("real file systems say; a directory that is not there does not", async () => {
  const spaces = await spacesOf([import.meta.dirname, "/nowhere/at/all", import.meta.dirname]);
  expect(spaces.map(({ of }) => of)).toEqual(["src", "src"]);
  for (const { free, total } of spaces) {
    expect(free).toBeGreaterThan(0);
    expect(total).toBeGreaterThanOrEqual(free);
  }
});
