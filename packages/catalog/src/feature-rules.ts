import type { Feature, FeatureDefinition } from "./feature.ts";
import type { FieldFault } from "./field-fault.ts";
import { findLabelFaults } from "./label-rules.ts";
import type { Aggregation, MeterDefinition } from "./meter.ts";
import { findKeyFault } from "./resource-key.ts";
import { findTextFault } from "./text-fault.ts";

/** Upper bounds, inclusive. */
export const featureLimits: Readonly<{ filterValueBytesMax: number; filterValuesMax: number }> = {
  filterValueBytesMax: 1_024,
  filterValuesMax: 100,
};

/** The aggregations whose usage may be sold: a sum of parts of a period is the period's, or the last part counts. */
export const featureAggregations: readonly Aggregation[] = ["sum", "count", "unique_count", "latest"];

/**
 * All faults of a definition by itself, none when it is legal. Fields: key, name, description, metadata,
 * metadata.KEY, meterGroupByFilters, meterGroupByFilters.DIMENSION. A filter needs a meter; whether the meter has that
 * dimension says `checkFeatureMeter`.
 */
export const checkFeatureDefinition = (definition: FeatureDefinition): readonly FieldFault[] => [
  ...present(findKeyFault(definition.key, { field: "key", label: "feature key" })),
  ...findLabelFaults(definition, { noun: "feature", prefix: "" }),
  ...checkFilters(definition),
];

/**
 * All faults of the reference to a meter that exists: its aggregation is one that features accept, and every filter is on
 * one of its dimensions. Fields: meterKey, meterGroupByFilters.DIMENSION.
 */
export const checkFeatureMeter = (
  definition: FeatureDefinition,
  meter: Pick<MeterDefinition, "aggregation" | "groupBy">,
): readonly FieldFault[] => {
  const unknown = Object.keys(definition.meterGroupByFilters).filter(
    (dimension) => !Object.hasOwn(meter.groupBy, dimension),
  );
  return [
    ...(featureAggregations.includes(meter.aggregation)
      ? []
      : [
          {
            field: "meterKey",
            code: "meter_aggregation_not_supported",
            message: `a feature needs a meter whose aggregation is one of ${featureAggregations.join(", ")}, not ${meter.aggregation}`,
          },
        ]),
    ...unknown.map((dimension) => ({
      field: `meterGroupByFilters.${dimension}`,
      code: "unknown_dimension",
      message: `the meter has no dimension ${dimension}`,
    })),
  ];
};

/**
 * Of the features with one key, the one a reference by that key means: the one that is not archived, otherwise the one
 * archived last (the later created at a tie); null when there is none.
 */
export const pickFeatureByKey = <F extends Pick<Feature, "archivedAt" | "createdAt">>(
  features: readonly F[],
): F | null => {
  const rank = ({ archivedAt }: F): number => archivedAt ?? Number.POSITIVE_INFINITY;
  return features.reduce<F | null>((best, feature) => {
    if (best === null || rank(feature) > rank(best)) return feature;
    return rank(feature) === rank(best) && feature.createdAt > best.createdAt ? feature : best;
  }, null);
};

const checkFilters = ({ meterKey, meterGroupByFilters }: FeatureDefinition): readonly FieldFault[] => {
  const entries = Object.entries(meterGroupByFilters);
  if (entries.length > 0 && meterKey === null) {
    const message = "feature filters need a meter";
    return [{ field: "meterGroupByFilters", code: "meter_required", message }];
  }
  return entries.flatMap(([dimension, filter]) => {
    const field = `meterGroupByFilters.${dimension}`;
    const label = `filter of ${dimension}`;
    const values = "values" in filter ? filter.values : [filter.value];
    if (values.length > featureLimits.filterValuesMax) {
      const message = `${label} must not have more than ${featureLimits.filterValuesMax} values`;
      return [{ field, code: "too_many", message }];
    }
    const bounds = { min: 0, max: featureLimits.filterValueBytesMax, unit: "bytes" } as const;
    return values.flatMap((value) => present(findTextFault(value, { field, label, bounds })));
  });
};

const present = (fault: FieldFault | null): readonly FieldFault[] => (fault === null ? [] : [fault]);
