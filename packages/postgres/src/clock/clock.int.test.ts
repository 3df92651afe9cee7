import { describe, expect, test } from "vitest";
import { at } from "../fixtures.test-support.ts";
import { inspectDatabase } from "../inspect-database.ts";
import { openPostgres } from "../open-postgres.ts";
import { freshDatabase } from "../testing.ts";

const onFreshDatabase = async (work: (url: string) => Promise<void>): Promise<void> => {
  const database = await freshDatabase();
  try {
    await work(database.url);
  } finally {
    await database.drop();
  }
};

const open = (url: string) => openPostgres({ url });

describe("the manual clock", () => {
  test("is empty, takes any instant first, and from then on the same or a later one", () =>
    onFreshDatabase(async (url) => {
      const postgres = open(url);
      const { clockStore } = postgres;
      expect(await clockStore.read()).toBeNull();
      expect(await clockStore.set(at(1_001))).toBe(at(1_001));
      expect(await clockStore.set(at(1_001))).toBe(at(1_001));
      expect(await clockStore.set(at(1_002))).toBe(at(1_002));
      expect(await clockStore.set(at(1_001)), "one millisecond back: it stands where it stood").toBe(at(1_002));
      expect(await clockStore.read()).toBe(at(1_002));
      await postgres.close();

      const later = open(url);
      expect(await later.clockStore.read()).toBe(at(1_002));
      await later.close();
    }));

  test("set by two processes at once, in whatever order: each answer is at or after its wish, and the latest stays", () =>
    onFreshDatabase(async (url) => {
      const processes = [open(url), open(url)];
      const wishes = Array.from({ length: 60 }, (_, index) => at((index * 37) % 60));
      const answers = await Promise.all(
        wishes.map(async (wish, index) => {
          const store = processes[index % processes.length]?.clockStore;
          return store?.set(wish);
        }),
      );
      answers.forEach((answer, index) => expect(answer).toBeGreaterThanOrEqual(wishes[index] ?? NaN));
      expect(answers.filter((answer) => answer === at(59)).length).toBeGreaterThan(0);
      for (const { clockStore } of processes) expect(await clockStore.read()).toBe(at(59));
      for (const { close } of processes) await close();
    }));
});

test("the clock of a database is that of its first start; an empty database knows none", () =>
  onFreshDatabase(async (url) => {
    expect(await inspectDatabase(url)).toEqual({ logs: [], clockMode: null });
    const postgres = open(url);
    expect(await postgres.keepClockMode("manual")).toBe("manual");
    expect(await postgres.keepClockMode("system")).toBe("manual");
    await postgres.close();
    expect(await inspectDatabase(url)).toEqual({ logs: [], clockMode: "manual" });
  }));
