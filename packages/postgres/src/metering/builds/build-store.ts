import type { BuildState, BuildStore, LogPartition } from "@meter/core";
import type { MeterId } from "@meter/catalog";
import type { BuildId } from "@meter/metering";
import { sql } from "kysely";
import { textArray, toDbInstant } from "../../columns.ts";
import type { Db } from "../../database.ts";
import type { BuildChanges } from "./build-changes.ts";
import { completeBuild } from "./complete.ts";
import { buildColumns, fromDbBuild } from "./db-build.ts";

/** Builds are listed by id, which is the order in which they were made. */
export const createBuildStore = (db: Db, changes: BuildChanges): BuildStore => ({
  listLive: (partition) => listLive(db, partition),
  cut: async (partition, builds, fromOffset) => {
    await sql`
      insert into meter_build_cuts (build_id, log_id, partition, from_offset)
      select build_id, ${partition.log}, ${partition.partition}::integer, ${fromOffset}::bigint
      from unnest(${textArray(builds)}) as build_id
      on conflict (build_id, log_id, partition) do nothing`.execute(db);
  },
  complete: (partition, build, at) => completeBuild(db, changes, { partition, build, at }),
  listEnded: async (before) => {
    const rows = await db
      .selectFrom("meter_builds")
      .select("id")
      .where("status", "=", "ended")
      .where("usage_deleted_at", "is", null)
      .where("ended_at", "<", toDbInstant(before))
      .orderBy("id")
      .execute();
    return rows.map(({ id }) => id as BuildId); // what toDbBuild wrote
  },
  markDeleted: async (builds) => {
    // the database's time: nothing is decided by it
    await db
      .updateTable("meter_builds")
      .set({ usage_deleted_at: sql<Date>`now()` })
      .where((is) => is("id", "=", is.fn.any(textArray(builds))))
      .where("status", "=", "ended")
      .where("usage_deleted_at", "is", null)
      .execute();
  },
  onChange: changes.onChange,
});

const listLive = async (db: Db, partition: LogPartition): Promise<readonly BuildState[]> => {
  const rows = await db
    .selectFrom("meter_builds")
    .leftJoin("meter_build_cuts as cut", (join) =>
      join
        .onRef("cut.build_id", "=", "meter_builds.id")
        .on("cut.log_id", "=", partition.log)
        .on("cut.partition", "=", partition.partition),
    )
    .select(buildColumns)
    .select(["meter_id", "from_offset", "completed_at"])
    .where("status", "<>", "ended")
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    build: fromDbBuild(row),
    meterId: row.meter_id as MeterId, // what toDbMeter wrote
    fromOffset: row.from_offset,
    backfilled: row.completed_at !== null,
  }));
};
