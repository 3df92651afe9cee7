import type { Feature } from "./feature.ts";
import type { Meter, MeterDefinition } from "./meter.ts";

/** A feature whose quantities would not be the same any more. `dimension`: because of which; null: because the meter goes. */
export type AffectedFeature = Readonly<{ feature: Feature; dimension: string | null }>;

/**
 * What of the features of a meter another group-by would change: those that filter on a dimension that gets another path,
 * as written, or none. A new dimension changes nothing, nor does one that no feature filters on. Null for the group-by is
 * the end of the meter, which affects all of them. In the order of `features`.
 */
export const affectedFeatures = (
  { groupBy: before }: Pick<Meter, "groupBy">,
  groupBy: MeterDefinition["groupBy"] | null,
  features: readonly Feature[],
): readonly AffectedFeature[] => {
  if (groupBy === null) return features.map((feature) => ({ feature, dimension: null }));
  const changes = (key: string): boolean =>
    Object.hasOwn(before, key) && !(Object.hasOwn(groupBy, key) && groupBy[key] === before[key]);
  return features.flatMap((feature) => {
    const dimension = Object.keys(feature.meterGroupByFilters).find(changes);
    return dimension === undefined ? [] : [{ feature, dimension }];
  });
};
