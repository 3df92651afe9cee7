import process from "node:process";
import fc from "fast-check";
import { test } from "vitest";
import { doubts, expectNoCost, expectOneBook, stories } from "./book.ts";
import { openMemoryBilling } from "./memory.test-support.ts";

/** More of it: METER_BOOK_RUNS=2000 METER_BOOK_SEED=1. */
const numRuns = Number(process.env["METER_BOOK_RUNS"] ?? 60);
const seed = Number(process.env["METER_BOOK_SEED"] ?? 20_270_131);

test(
  "the same commands at the same instants make the same book, whenever billing runs",
  { timeout: 60_000 + numRuns * 2_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(stories, (story) => expectOneBook(openMemoryBilling, story)),
      { seed, numRuns },
    );
  },
);

test("canceled and continued costs exactly what one that was never canceled costs", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(doubts, (told) => expectNoCost(openMemoryBilling, told)),
    { seed, numRuns: Math.ceil(numRuns / 3) },
  );
});
