import type { InsertAnswer, UsageTables } from "@meter/core";

type Inserts = Pick<UsageTables, "insertEvents" | "insertUsage">;

/**
 * Where the disk of the tables is nearly full, what the engine calls stored counts only if its part is whole there: it
 * commits an insert whose files stayed empty. So it is settled, which sets such a part aside, and what is missing is
 * written again.
 */
export const makeSure = <T extends Inserts>(
  tables: T,
  {
    isNearlyFull,
    findShort,
  }: Readonly<{ isNearlyFull: () => Promise<boolean>; findShort: () => Promise<readonly string[]> }>,
): T => {
  const sure = async (answer: InsertAnswer): Promise<InsertAnswer> => {
    if (answer.type !== "stored" || !(await isNearlyFull())) return answer;
    try {
      const short = await findShort();
      return short.length === 0 ? answer : { type: "unknown", reason: `not whole on disk: ${short.join(", ")}` };
    } catch (error) {
      return { type: "unknown", reason: `whether it is whole on disk is not known: ${String(error)}` };
    }
  };
  return {
    ...tables,
    insertEvents: async (rows) => sure(await tables.insertEvents(rows)),
    insertUsage: async (rows) => sure(await tables.insertUsage(rows)),
  };
};
