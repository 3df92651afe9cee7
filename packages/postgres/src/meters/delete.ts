import type { MeterId } from "@meter/catalog";
import type { Instant } from "@meter/primitives";
import type { BuildChanges } from "../builds/build-changes.ts";
import { lockMeter } from "../builds/lock-meter.ts";
import { toDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";
import { transact } from "../transaction.ts";

export type MeterDeletion = Readonly<{ namespace: string; id: MeterId; deletedAt: Instant; buildsEndedAt: Instant }>;

/** The meter stays, marked; its current and its pending build end. */
export const deleteMeter = async (
  db: Db,
  changes: BuildChanges,
  { namespace, id, deletedAt, buildsEndedAt }: MeterDeletion,
): Promise<boolean> => {
  const deleted = await transact(db, async (tx) => {
    const locked = await lockMeter(tx, { namespace, id });
    if (!locked?.live) return false;
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
    return true;
  });
  if (deleted) changes.announce();
  return deleted;
};
