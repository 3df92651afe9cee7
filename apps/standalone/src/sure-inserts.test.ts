import type { InsertAnswer } from "@meter/core";
import { expect, test } from "vitest";
import { makeSure } from "./sure-inserts.ts";

const insertInto = async (
  parts: Readonly<{ nearlyFull: boolean; short?: readonly string[] | Error; answer?: InsertAnswer }>,
): Promise<readonly string[]> => {
  const { nearlyFull, short = [], answer = { type: "stored" } } = parts;
  const insert = async (_rows: readonly unknown[]): Promise<InsertAnswer> => answer;
  const { insertEvents, insertUsage } = makeSure(
    { insertEvents: insert, insertUsage: insert },
    {
      isNearlyFull: async () => nearlyFull,
      findShort: async () => {
        if (short instanceof Error) throw short;
        return short;
      },
    },
  );
  return [(await insertEvents([])).type, (await insertUsage([])).type];
};

test("on a disk that is nearly full an insert is stored only if its part is whole there", async () => {
  const torn = ["usage/all_7_7_0"];
  expect(await insertInto({ nearlyFull: true, short: torn })).toEqual(["unknown", "unknown"]);
  expect(await insertInto({ nearlyFull: true, short: new Error("no answer") })).toEqual(["unknown", "unknown"]);
  expect(await insertInto({ nearlyFull: true })).toEqual(["stored", "stored"]);
  expect(await insertInto({ nearlyFull: false, short: torn })).toEqual(["stored", "stored"]);
  const refused: InsertAnswer = { type: "refused", permanent: true, reason: "" };
  expect(await insertInto({ nearlyFull: true, answer: refused })).toEqual(["refused", "refused"]);
});
