import {
  checkDimensionCounts,
  checkMeterCounts,
  type Meter,
  type TooManyDimensions,
  type TooManyMeters,
} from "@meter/catalog";
import type { Conflict } from "@meter/core";
import type { MeterBuild } from "@meter/metering";
import { assert, err, ok, type Result } from "@meter/primitives";
import type { BuildChanges } from "../builds/build-changes.ts";
import { toDbBuild } from "../builds/db-build.ts";
import { toDbInstant } from "../../columns.ts";
import type { Db, Tx } from "../../database.ts";
import { isUniqueViolation, transact } from "../../transaction.ts";
import { countDimensions, lockMetersOf } from "./count-dimensions.ts";
import { toDbMeter } from "./db-meter.ts";

/**
 * Meter and its first, pending build. Of two creations of one key at once exactly one succeeds, and of creations at once no
 * more than there is room for.
 */
export const createMeter = async (
  db: Db,
  changes: BuildChanges,
  meter: Meter,
  build: MeterBuild,
): Promise<Result<Meter, Conflict | TooManyMeters | TooManyDimensions>> => {
  assert(build.namespace === meter.namespace, "a build belongs to its meter's namespace");
  try {
    const tooMany = await transact(db, async (tx) => {
      const { keyTaken, ...counts } = await countLive(tx, meter);
      const refused = keyTaken ? null : checkMeterCounts(meter.eventType, counts); // a taken key is the conflict below
      if (refused !== null) return refused;
      if (!keyTaken) {
        const others = await countDimensions(tx, meter);
        const wanted = Object.keys(meter.groupBy).length;
        const tooWide = checkDimensionCounts(meter.eventType, { others, held: 0, wanted });
        if (tooWide !== null) return tooWide;
      }
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
      return null;
    });
    if (tooMany !== null) return err(tooMany);
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

/** Creations in one namespace come one after the other from here to the end of the transaction. */
const countLive = async (
  tx: Tx,
  { namespace, eventType, key }: Meter,
): Promise<Readonly<{ ofType: number; inNamespace: number; keyTaken: boolean }>> => {
  await lockMetersOf(tx, namespace);
  const counts = await tx
    .selectFrom("meters")
    .select((of) => [
      of.fn.countAll<number>().as("inNamespace"),
      of.fn.countAll<number>().filterWhere("event_type", "=", eventType).as("ofType"),
      of.fn.countAll<number>().filterWhere("key", "=", key).as("withKey"),
    ])
    .where("namespace", "=", namespace)
    .where("deleted_at", "is", null)
    .executeTakeFirstOrThrow();
  return { ofType: counts.ofType, inNamespace: counts.inNamespace, keyTaken: counts.withKey > 0 };
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
