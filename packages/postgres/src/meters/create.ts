import type { Meter } from "@meter/catalog";
import type { Conflict } from "@meter/core";
import type { MeterBuild } from "@meter/metering";
import { assert, err, ok, type Result } from "@meter/primitives";
import type { BuildChanges } from "../builds/build-changes.ts";
import { toDbBuild } from "../builds/db-build.ts";
import { toDbInstant } from "../columns.ts";
import type { Db } from "../database.ts";
import { isUniqueViolation, transact } from "../transaction.ts";
import { toDbMeter } from "./db-meter.ts";

/** Meter and its first, pending build. Of two creations of one key at once exactly one succeeds. */
export const createMeter = async (
  db: Db,
  changes: BuildChanges,
  meter: Meter,
  build: MeterBuild,
): Promise<Result<Meter, Conflict>> => {
  assert(build.namespace === meter.namespace, "a build belongs to its meter's namespace");
  try {
    await transact(db, async (tx) => {
      await tx.insertInto("meters").values(toDbMeter(meter)).execute();
      await tx
        .insertInto("meter_builds")
        .values({
          ...toDbBuild(build),
          meter_id: meter.id,
          status: "pending",
          created_at: toDbInstant(meter.createdAt),
        })
        .execute();
      await changes.notify(tx);
    });
  } catch (error) {
    if (!isUniqueViolation(error, "meters_live_key")) throw error;
    return err({
      type: "conflict",
      message: `a meter with slug "${meter.key}" exists already`,
      conflictingId: await findLiveId(db, meter),
    });
  }
  changes.announce();
  return ok(meter);
};

/** Null when the one that stood in the way has been deleted since. */
const findLiveId = async (db: Db, { namespace, key }: Pick<Meter, "namespace" | "key">): Promise<string | null> => {
  const row = await db
    .selectFrom("meters")
    .select("id")
    .where("namespace", "=", namespace)
    .where("key", "=", key)
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  return row?.id ?? null;
};
