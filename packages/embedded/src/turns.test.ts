import { describe, expect, test } from "vitest";
import { backoffMs, createTurns } from "./turns.ts";

describe("turns: one piece of work at a time, in the order asked for", () => {
  test("none begins before the one before it has ended, also when that failed", async () => {
    const turns = createTurns();
    const seen: string[] = [];
    const piece = (name: string, fails: boolean) => async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const all = Promise.allSettled([
      turns.take(piece("a", false)),
      turns.take(piece("b", true)),
      turns.take(piece("c", false)),
    ]);
    expect(turns.pending()).toBe(3);
    expect((await all).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    expect(turns.pending()).toBe(0);
  });
});

describe("backoff: at once, then doubling from 100 ms up to 5 s", () => {
  test.each([
    { failures: -1, ms: 0, why: "no failure counted" },
    { failures: 0, ms: 0, why: "at once" },
    { failures: 1, ms: 100, why: "the first wait" },
    { failures: 2, ms: 200, why: "doubled" },
    { failures: 6, ms: 3_200, why: "the last below the bound" },
    { failures: 7, ms: 5_000, why: "bounded" },
    { failures: 10_000, ms: 5_000, why: "still bounded, no overflow" },
  ])("$failures failures: $ms ms ($why)", ({ failures, ms }) => {
    expect(backoffMs(failures)).toBe(ms);
  });
});
