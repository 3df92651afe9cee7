import { affectedFeatures, type Meter, type MeterDefinition } from "@meter/catalog";
import type { MeterInUse } from "@meter/core";
import type { Instant } from "@meter/primitives";
import type { Tx } from "../../database.ts";
import { fromDbFeature } from "../../catalog/features/db-feature.ts";
import { findFeatureUses } from "../../catalog/features/find-uses.ts";

/**
 * What keeps a meter at that instant from another group-by, or (null) from its end. In a transaction that has locked the
 * meter it is decided in one step with the beginning of uses: whoever begins one holds the meter by `lockFeatures`.
 */
export const findMeterInUse = async (
  tx: Tx,
  meter: Meter,
  { groupBy, at }: Readonly<{ groupBy: MeterDefinition["groupBy"] | null; at: Instant }>,
): Promise<MeterInUse | null> => {
  const rows = await tx
    .selectFrom("features")
    .selectAll()
    .where("namespace", "=", meter.namespace)
    .where("meter_key", "=", meter.key)
    .where("archived_at", "is", null)
    .orderBy("key")
    .execute();
  for (const { feature, dimension } of affectedFeatures(meter, groupBy, rows.map(fromDbFeature))) {
    const uses = await findFeatureUses(tx, feature, at);
    if (uses.length > 0) return { type: "meter_in_use", meter: meter.key, feature: feature.key, dimension, uses };
  }
  return null;
};
