import {
  checkDimensionCounts,
  type Meter,
  type MeterDefinition,
  type MeterId,
  type MeterLabels,
  sameGroupBy,
  type TooManyDimensions,
} from "@meter/catalog";
import type { MeterInUse } from "@meter/core";
import type { MeterBuild } from "@meter/metering";
import { assert, err, type Instant, ok, type Result } from "@meter/primitives";
import type { BuildChanges } from "../builds/build-changes.ts";
import { toDbBuild } from "../builds/db-build.ts";
import { lockMeter } from "../builds/lock-meter.ts";
import { toDbInstant } from "../../columns.ts";
import type { Db, Tx } from "../../database.ts";
import { transact } from "../../transaction.ts";
import { countDimensions, lockMetersOf } from "./count-dimensions.ts";
import { fromDbMeter, toDbGroupBy, toDbLabels } from "./db-meter.ts";
import { findMeterInUse } from "./find-in-use.ts";

export type MeterChange = Readonly<{
  labels: MeterLabels;
  groupBy: MeterDefinition["groupBy"];
  updatedAt: Instant;
  build: MeterBuild;
  endedAt: Instant;
}>;

/**
 * Where the group-by changes, the build becomes the pending one; a pending one before it ends; the current one stays until
 * the new one is complete. Null when no live one is there.
 */
export const updateMeter = async (
  db: Db,
  changes: BuildChanges,
  meter: Readonly<{ namespace: string; id: MeterId }>,
  change: MeterChange,
): Promise<Result<Meter, MeterInUse | TooManyDimensions> | null> => {
  assert(change.build.namespace === meter.namespace, "a build belongs to its meter's namespace");
  const { updated, rebuilt } = await transact(db, async (tx) => {
    await lockMetersOf(tx, meter.namespace);
    const stored = await lockMeter(tx, meter);
    if (stored === null || stored.deletedAt !== null) return { updated: null, rebuilt: false };
    const inUse = await findMeterInUse(tx, stored, { groupBy: change.groupBy, at: change.updatedAt });
    if (inUse !== null) return { updated: err(inUse), rebuilt: false };
    const tooWide = checkDimensionCounts(stored.eventType, {
      others: await countDimensions(tx, stored),
      held: Object.keys(stored.groupBy).length,
      wanted: Object.keys(change.groupBy).length,
    });
    if (tooWide !== null) return { updated: err(tooWide), rebuilt: false };
    const changesGroupBy = !sameGroupBy(stored.groupBy, change.groupBy);
    const row = await tx
      .updateTable("meters")
      .set({ ...toDbLabels(change.labels), ...toDbGroupBy(change.groupBy), updated_at: toDbInstant(change.updatedAt) })
      .where("namespace", "=", meter.namespace)
      .where("id", "=", meter.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (changesGroupBy) {
      await replacePending(tx, meter, change);
      await changes.notify(tx);
    }
    return { updated: ok(fromDbMeter(row)), rebuilt: changesGroupBy };
  });
  if (rebuilt) changes.announce();
  return updated;
};

const replacePending = async (
  tx: Tx,
  meter: Readonly<{ namespace: string; id: MeterId }>,
  { build, updatedAt, endedAt }: MeterChange,
): Promise<void> => {
  await tx
    .updateTable("meter_builds")
    .set({ status: "ended", ended_at: toDbInstant(endedAt) })
    .where("namespace", "=", meter.namespace)
    .where("meter_id", "=", meter.id)
    .where("status", "=", "pending")
    .execute();
  await tx
    .insertInto("meter_builds")
    .values({ ...toDbBuild(build), meter_id: meter.id, status: "pending", created_at: toDbInstant(updatedAt) })
    .execute();
};
