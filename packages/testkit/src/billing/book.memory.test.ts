import fc from "fast-check";
import { test } from "vitest";
import { expectOneBook, stories } from "./book.ts";
import { openMemoryBilling } from "./memory.test-support.ts";

test("the same commands at the same instants make the same book, whenever billing runs", async () => {
  await fc.assert(
    fc.asyncProperty(stories, (story) => expectOneBook(openMemoryBilling, story)),
    { seed: 20_270_131, numRuns: Number(process.env["METER_BOOK_RUNS"] ?? 60) },
  );
}, 120_000);
