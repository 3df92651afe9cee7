import type { ClockStore } from "@meter/core";
import { sql } from "kysely";
import { fromDbInstant, toDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";

/** One row, whose instant only rises: the statement locks it, so that of calls at once each sees the one before it. */
export const createClockStore = (db: Db): ClockStore => ({
  read: async () => {
    const row = await db.selectFrom("manual_clock").select("now_at").executeTakeFirst();
    return row === undefined ? null : fromDbInstant(row.now_at);
  },
  set: async (to) => {
    const row = await db
      .insertInto("manual_clock")
      .values({ only_row: true, now_at: toDbInstant(to) })
      .onConflict((conflict) =>
        conflict.column("only_row").doUpdateSet({ now_at: sql<Date>`greatest(manual_clock.now_at, excluded.now_at)` }),
      )
      .returning("now_at")
      .executeTakeFirstOrThrow();
    return fromDbInstant(row.now_at);
  },
});
