import type { ClockSetting } from "@meter/core";
import type { Db } from "../database.ts";

export type ClockMode = ClockSetting["mode"];

/** Keeps the mode that the first start came with, and answers it to every later one. */
export const createKeepClockMode =
  (db: Db) =>
  async (mode: ClockMode): Promise<ClockMode> => {
    await db
      .insertInto("clock_mode")
      .values({ only_row: true, mode })
      .onConflict((conflict) => conflict.column("only_row").doNothing())
      .execute();
    return (await db.selectFrom("clock_mode").select("mode").executeTakeFirstOrThrow()).mode;
  };
