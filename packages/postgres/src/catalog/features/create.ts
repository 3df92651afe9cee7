import type { Feature } from "@meter/catalog";
import type { Conflict } from "@meter/core";
import { err, ok, type Result } from "@meter/primitives";
import type { Db } from "../../database.ts";
import { isUniqueViolation } from "../../transaction.ts";
import { toDbFeature } from "./db-feature.ts";

/** Of two creations of one key at once exactly one succeeds. */
export const createFeature = async (db: Db, feature: Feature): Promise<Result<Feature, Conflict>> => {
  try {
    await db.insertInto("features").values(toDbFeature(feature)).execute();
  } catch (error) {
    if (!isUniqueViolation(error, "features_live_key")) throw error;
    return err({
      type: "conflict",
      message: `a feature with key "${feature.key}" exists already`,
      conflictingId: await findLiveId(db, feature),
    });
  }
  return ok(feature);
};

/** Null when the one that stood in the way has been archived since. */
const findLiveId = async (db: Db, { namespace, key }: Pick<Feature, "namespace" | "key">): Promise<string | null> => {
  const row = await db
    .selectFrom("features")
    .select("id")
    .where("namespace", "=", namespace)
    .where("key", "=", key)
    .where("archived_at", "is", null)
    .executeTakeFirst();
  return row?.id ?? null;
};
