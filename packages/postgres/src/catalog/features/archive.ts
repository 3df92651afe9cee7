import type { Feature, FeatureId } from "@meter/catalog";
import type { FeatureInUse } from "@meter/core";
import { err, type Instant, ok, type Result } from "@meter/primitives";
import { isStorable, toDbInstant } from "../../columns.ts";
import type { Db } from "../../database.ts";
import { transact } from "../../transaction.ts";
import { fromDbFeature } from "./db-feature.ts";
import { findFeatureUses } from "./find-uses.ts";

/** Locks the feature before it looks for uses: whoever begins to use it holds it by `lockFeatures` until that is committed. */
export const archiveFeature = async (
  db: Db,
  { namespace, id, at }: Readonly<{ namespace: string; id: FeatureId; at: Instant }>,
): Promise<Result<Feature, FeatureInUse> | null> => {
  if (!isStorable(namespace) || !isStorable(id)) return null;
  return transact(db, async (tx) => {
    const row = await tx
      .selectFrom("features")
      .selectAll()
      .where("namespace", "=", namespace)
      .where("id", "=", id)
      .forUpdate()
      .executeTakeFirst();
    if (!row) return null;
    const feature = fromDbFeature(row);
    if (feature.archivedAt !== null) return ok(feature);
    const uses = await findFeatureUses(tx, feature, at);
    if (uses.length > 0) return err({ type: "feature_in_use", feature: feature.key, uses });
    await tx
      .updateTable("features")
      .set({ archived_at: toDbInstant(at), updated_at: toDbInstant(at) })
      .where("namespace", "=", namespace)
      .where("id", "=", id)
      .execute();
    return ok({ ...feature, archivedAt: at, updatedAt: at });
  });
};
