import { describe, expect, test } from "vitest";
import { encodeRows } from "./encode-rows.ts";

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString();

describe("encodeRows: one line a row, in order, however many pieces", () => {
  test.each([
    { rows: 0, length: 1, why: "none" },
    { rows: 3, length: 1, why: "one piece" },
    { rows: 100, length: 10_000, why: "several pieces" },
    { rows: 2, length: 2_000_000, why: "a row is longer than a piece" },
  ])("$why", async ({ rows, length }) => {
    const list = Array.from({ length: rows }, (_, index) => `${index}é`.padEnd(length, "\n"));
    const lines = textOf(await encodeRows(list, (text) => [text, 1])).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines).toEqual(list.map((text) => JSON.stringify([text, 1])));
  });

  test("the event loop goes round meanwhile", async () => {
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    await encodeRows(Array.from({ length: 2_000 }), () => ["x".repeat(50_000)]);
    clearInterval(counting);
    expect(turns).toBeGreaterThan(3);
  });

  test("a row that cannot be written down rejects", async () => {
    await expect(
      encodeRows([1], () => {
        throw new RangeError("Invalid string length");
      }),
    ).rejects.toThrow("Invalid string length");
  });
});
