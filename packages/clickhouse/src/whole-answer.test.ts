import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerSettings, CutAnswer, isDone, readWhole } from "./whole-answer.ts";

const question = "0d7c";
const lastLine = (answerSettings(question).format_custom_result_after_delimiter ?? "").trimEnd();

const linesOf = async function* (...parts: (readonly string[])[]) {
  for (const lines of parts) yield lines.map((text) => ({ text }));
};

describe("a whole answer: every line is a row, the last one names the question", () => {
  test.each([
    { lines: [lastLine], rows: [], why: "no rows are an answer" },
    { lines: ["[1]", lastLine], rows: [[1]], why: "one row" },
    {
      lines: ['["a\\n",["b"],null]', "[]", lastLine],
      rows: [["a\n", ["b"], null], []],
      why: "rows of any values",
    },
    {
      lines: [JSON.stringify([lastLine]), lastLine],
      rows: [[lastLine]],
      why: "a row that holds the last line's text is a row",
    },
  ])("$why", async ({ lines, rows }) => {
    expect(await readWhole(linesOf(lines), question)).toEqual(rows);
  });

  test("it does not matter in which pieces the lines come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.jsonValue({ maxDepth: 1 }))),
        fc.integer({ min: 1, max: 5 }),
        async (rows, size) => {
          const lines = [...rows.map((row) => JSON.stringify(row)), lastLine];
          const parts = Array.from({ length: Math.ceil(lines.length / size) }, (_, part) =>
            lines.slice(part * size, (part + 1) * size),
          );
          expect(JSON.stringify(await readWhole(linesOf(...parts), question))).toBe(JSON.stringify(rows));
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe("anything else is no answer", () => {
  test.each([
    { lines: [], why: "nothing came" },
    { lines: ["[1]"], why: "rows without an end" },
    { lines: ["[1]", lastLine.slice(0, -1)], why: "the last line is cut" },
    { lines: ["[1", lastLine], why: "a row is cut" },
    { lines: ["", lastLine], why: "an empty line" },
    { lines: ['"1"', lastLine], why: "a line that is JSON, but no row" },
    { lines: ["[1]", "end of another"], why: "the answer to another question" },
    { lines: [lastLine, "[1]"], why: "it goes on after its end" },
    { lines: ["[1]", "Code: 241. DB::Exception: Memory limit exceeded"], why: "an exception in place of rows" },
  ])("$why", async ({ lines }) => {
    await expect(readWhole(linesOf(lines), question)).rejects.toThrow(CutAnswer);
  });

  test("the foreign line is shown", async () => {
    await expect(readWhole(linesOf(["<html>Bad Gateway</html>"]), question)).rejects.toThrow(
      "<html>Bad Gateway</html>",
    );
  });
});

test("a large answer gives other work its turn", async () => {
  const lines = Array.from({ length: 200_000 }, (_, index) => JSON.stringify([index, `subject-${index}`, "12.5"]));
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const rows = await readWhole(linesOf([...lines, lastLine]), question);
  clearInterval(timer);
  expect(rows).toHaveLength(200_000);
  expect(turns).toBeGreaterThan(3);
});

describe("a statement without rows is done when the engine says so", () => {
  const summary = { written_rows: "0" } as never;
  test.each([
    {
      done: { summary, response_headers: { "x-clickhouse-query-id": "q" } },
      is: true,
      why: "the engine's own headers",
    },
    { done: { response_headers: {} }, is: false, why: "a proxy's empty 200" },
    { done: { response_headers: { "x-clickhouse-query-id": "q" } }, is: false, why: "headers without an end" },
    { done: { summary, response_headers: { "x-clickhouse-query-id": "r" } }, is: false, why: "of another statement" },
  ])("$why: $is", ({ done, is }) => {
    expect(isDone({ query_id: "q", ...done })).toBe(is);
  });
});
