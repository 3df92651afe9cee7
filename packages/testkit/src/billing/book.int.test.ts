import fc from "fast-check";
import { test } from "vitest";
import { expectOneBook, stories } from "./book.ts";
import { openPostgresBilling } from "./postgres.test-support.ts";

test("on Postgres, too, the same commands at the same instants make the same book", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(stories, (story) => expectOneBook(openPostgresBilling, story)),
    { seed: 20_270_131, numRuns: 3 },
  );
});
