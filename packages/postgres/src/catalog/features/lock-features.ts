import { type Feature, type Meter, pickFeatureByKey } from "@meter/catalog";
import { textArray } from "../../columns.ts";
import type { Tx } from "../../database.ts";
import { fromDbMeter } from "../../metering/meters/db-meter.ts";
import { fromDbFeature } from "./db-feature.ts";

export type LockedFeatures = Readonly<{
  /** By key, what `pickFeatureByKey` picks. */
  features: ReadonlyMap<string, Feature>;
  /** By key, the live meters that these name. */
  meters: ReadonlyMap<string, Meter>;
}>;

/** Features by key, none of which can be archived until the transaction ends; nor can their meters be changed or deleted. */
export const lockFeatures = async (tx: Tx, namespace: string, keys: readonly string[]): Promise<LockedFeatures> => {
  if (keys.length === 0) return { features: new Map(), meters: new Map() };
  const rows = await tx
    .selectFrom("features")
    .selectAll()
    .where("namespace", "=", namespace)
    .where((is) => is("key", "=", is.fn.any(textArray(keys))))
    .orderBy("id") // the same order everywhere
    .forShare()
    .execute();
  const byKey = Map.groupBy(rows.map(fromDbFeature), ({ key }) => key);
  const features = new Map<string, Feature>();
  for (const [key, all] of byKey) {
    const feature = pickFeatureByKey(all);
    if (feature !== null) features.set(key, feature);
  }
  return { features, meters: await findMeters(tx, namespace, [...features.values()]) };
};

const findMeters = async (
  tx: Tx,
  namespace: string,
  features: readonly Feature[],
): Promise<ReadonlyMap<string, Meter>> => {
  const keys = features.flatMap(({ meterKey }) => (meterKey === null ? [] : [meterKey]));
  const rows = await tx
    .selectFrom("meters")
    .selectAll()
    .where("namespace", "=", namespace)
    .where("deleted_at", "is", null)
    .where((is) => is("key", "=", is.fn.any(textArray(keys))))
    .orderBy("id") // after the features, and among themselves the same order everywhere
    .forShare()
    .execute();
  return new Map(rows.map((row) => [row.key, fromDbMeter(row)]));
};
