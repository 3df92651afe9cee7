import type { MeterId } from "@meter/catalog";
import type { MeterInUse } from "@meter/core";
import { err, type Instant, ok, type Result } from "@meter/primitives";
import type { BuildChanges } from "../builds/build-changes.ts";
import { lockMeter } from "../builds/lock-meter.ts";
import { toDbInstant } from "../../columns.ts";
import type { Db } from "../../database.ts";
import { transact } from "../../transaction.ts";
import { findMeterInUse } from "./find-in-use.ts";

export type MeterDeletion = Readonly<{ namespace: string; id: MeterId; deletedAt: Instant; buildsEndedAt: Instant }>;

/** The meter stays, marked; its current and its pending build end. Null when no live one is there. */
export const deleteMeter = async (
  db: Db,
  changes: BuildChanges,
  { namespace, id, deletedAt, buildsEndedAt }: MeterDeletion,
): Promise<Result<null, MeterInUse> | null> => {
  const deleted = await transact(db, async (tx) => {
    const meter = await lockMeter(tx, { namespace, id });
    if (meter === null || meter.deletedAt !== null) return null;
    const inUse = await findMeterInUse(tx, meter, { groupBy: null, at: deletedAt });
    if (inUse !== null) return err(inUse);
    await tx
      .updateTable("meters")
      .set({ deleted_at: toDbInstant(deletedAt) })
      .where("namespace", "=", namespace)
      .where("id", "=", id)
      .execute();
    await tx
      .updateTable("meter_builds")
      .set({ status: "ended", ended_at: toDbInstant(buildsEndedAt) })
      .where("namespace", "=", namespace)
      .where("meter_id", "=", id)
      .where("status", "<>", "ended")
      .execute();
    await changes.notify(tx);
    return ok(null);
  });
  if (deleted?.ok) changes.announce();
  return deleted;
};
