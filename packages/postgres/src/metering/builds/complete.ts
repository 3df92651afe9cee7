import type { LogPartition } from "@meter/core";
import type { BuildId } from "@meter/metering";
import { assert, type Instant } from "@meter/primitives";
import { sql } from "kysely";
import { toDbInstant } from "../../columns.ts";
import type { Db, Tx } from "../../database.ts";
import { transact } from "../../transaction.ts";
import type { BuildChanges } from "./build-changes.ts";
import { lockMeter } from "./lock-meter.ts";

export type Complete = Readonly<{ partition: LogPartition; build: BuildId; at: Instant }>;

/**
 * Stores that a partition has nothing left to backfill; it must have a cut. The build is complete when every partition
 * that has a cut for it is complete, and at least one has: with the local log there is exactly one. Then, in the same
 * transaction, the meter's current build ends and this one takes its place. A build that has ended stays ended.
 */
export const completeBuild = async (db: Db, changes: BuildChanges, complete: Complete): Promise<void> => {
  const switched = await transact(db, async (tx) => {
    const meter = await tx
      .selectFrom("meter_builds")
      .select(["namespace", "meter_id"])
      .where("id", "=", complete.build)
      .executeTakeFirst();
    assert(meter, `there is no build ${complete.build}`);
    await lockMeter(tx, { namespace: meter.namespace, id: meter.meter_id });
    await completeCut(tx, complete);
    if (!(await isReady(tx, complete.build))) return false;
    await tx
      .updateTable("meter_builds")
      .set({ status: "ended", ended_at: toDbInstant(complete.at) })
      .where("namespace", "=", meter.namespace)
      .where("meter_id", "=", meter.meter_id)
      .where("status", "=", "current")
      .execute();
    await tx.updateTable("meter_builds").set({ status: "current" }).where("id", "=", complete.build).execute();
    await changes.notify(tx);
    return true;
  });
  if (switched) changes.announce();
};

const completeCut = async (tx: Tx, { partition, build, at }: Complete): Promise<void> => {
  const cut = await tx
    .updateTable("meter_build_cuts")
    .set({ completed_at: sql<Date>`coalesce(completed_at, ${toDbInstant(at)})` })
    .where("build_id", "=", build)
    .where("log_id", "=", partition.log)
    .where("partition", "=", partition.partition)
    .returning("build_id")
    .executeTakeFirst();
  assert(cut, `build ${build} is complete in a partition that has no cut`);
};

const isReady = async (tx: Tx, build: BuildId): Promise<boolean> => {
  const row = await tx
    .selectFrom("meter_builds")
    .select("status")
    .where("id", "=", build)
    .where("status", "=", "pending")
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom("meter_build_cuts")
            .select("build_id")
            .whereRef("meter_build_cuts.build_id", "=", "meter_builds.id")
            .where("completed_at", "is", null),
        ),
      ),
    )
    .executeTakeFirst();
  return row !== undefined;
};
