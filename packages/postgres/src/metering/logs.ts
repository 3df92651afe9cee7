import type { LogRegistry } from "@meter/core";
import { assert, isUlid } from "@meter/primitives";
import { toDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";

/** Listed by id, which is the order in which they were made. Registering twice keeps the first instant. */
export const createLogRegistry = (db: Db): LogRegistry => ({
  list: async () =>
    (await db.selectFrom("event_logs").select("id").orderBy("id").execute()).map(({ id }) => {
      assert(isUlid(id), `not the id of an event log: ${id}`);
      return id;
    }),
  register: async (id, at) => {
    await db
      .insertInto("event_logs")
      .values({ id, registered_at: toDbInstant(at) })
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  },
});
