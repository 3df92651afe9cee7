import { matchesText, type TextFilter } from "@meter/metering";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createParameters } from "./statement.ts";
import { startTestClickHouse, type TestClickHouse } from "./testing.ts";
import { toSqlCondition } from "./text-filter-sql.ts";

let clickhouse: TestClickHouse;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
});
afterAll(async () => await clickhouse.stop());

const filterTexts = async (filter: TextFilter, texts: readonly string[]): Promise<readonly unknown[]> => {
  const parameters = createParameters();
  const list = parameters.texts("list", texts);
  const sql = `SELECT text FROM (SELECT arrayJoin(${list}) AS text) WHERE ${toSqlCondition(filter, "text", parameters)}`;
  return (await clickhouse.connection.read({ name: "filter", sql, parameters: parameters.values() })).flat();
};

const piece = fc.constantFrom(
  "a",
  "A",
  "b",
  "%",
  "_",
  "\\",
  "\n",
  "\0",
  "é",
  "É",
  "😀",
  "Σ",
  "ς",
  "İ",
  "ß",
  "\uffff",
  " ",
  "'",
  ".",
  "*",
  "(",
  "[",
);
const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
const { filter } = fc.letrec<{ filter: TextFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      op: fc.constantFrom("eq", "ne", "like", "nlike", "ilike", "nilike", "gt", "gte", "lt", "lte"),
      value: text,
    }),
    fc.record({ op: fc.constantFrom("in", "nin"), values: fc.array(text, { maxLength: 3 }) }),
    fc.record({ op: fc.constantFrom("and", "or"), filters: fc.array(tie("filter"), { maxLength: 3 }) }),
  ),
}));

test("the engine passes exactly the texts that matchesText passes", async () => {
  await fc.assert(
    fc.asyncProperty(filter, fc.array(text, { minLength: 1, maxLength: 40 }), async (generated, texts) => {
      expect(await filterTexts(generated, texts)).toEqual(texts.filter((each) => matchesText(generated, each)));
    }),
    { seed: 20_251_124, numRuns: 800 },
  );
});

test("the engine lower-cases every letter as we do", async () => {
  const letters: string[] = [];
  for (let code = 0; code <= 0x10_ff_ff; code++) {
    const letter = String.fromCodePoint(code);
    if (letter.isWellFormed() && (letter.toLowerCase() !== letter || letter.toUpperCase() !== letter))
      letters.push(letter);
  }
  const parameters = createParameters();
  const sql = `SELECT lowerUTF8(arrayJoin(${parameters.texts("letters", letters)}))`;
  const lowered = (await clickhouse.connection.read({ name: "lower", sql, parameters: parameters.values() })).flat();
  expect(letters.filter((letter, index) => lowered[index] !== letter.toLowerCase())).toEqual([]);
  expect(letters.length).toBeGreaterThan(2_000);
});
