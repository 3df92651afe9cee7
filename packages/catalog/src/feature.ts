import type { Instant, Ulid } from "@meter/primitives";

import type { Labels } from "./label-rules.ts";

export type FeatureId = Ulid & { readonly __feature: "FeatureId" };

/**
 * One condition on a dimension of the meter: a single operator, as the wire allows no more. What each operator means is
 * `TextFilter` of the meter engine, of which this is a part.
 */
export type FeatureFilter =
  | Readonly<{ op: "eq" | "ne" | "like" | "nlike" | "ilike" | "nilike" | "gt" | "gte" | "lt" | "lte"; value: string }>
  | Readonly<{ op: "in" | "nin"; values: readonly string[] }>;

/** What a customer can use, be limited in and pay for: the usage of a meter, or part of it, or a plain capability. */
export type FeatureDefinition = Labels &
  Readonly<{
    /** Unique among the features of a namespace that are not archived. */
    key: string;
    /** Key of the meter that measures the feature (the v1 wire says `meterSlug`); null: nothing is measured. */
    meterKey: string | null;
    /** Dimension → condition; an event counts when all hold. Empty: every event of the meter. */
    meterGroupByFilters: Readonly<Record<string, FeatureFilter>>;
  }>;

export type Feature = FeatureDefinition &
  Readonly<{
    id: FeatureId;
    namespace: string;
    createdAt: Instant;
    updatedAt: Instant;
    /** From then on nothing new may refer to it; final. */
    archivedAt: Instant | null;
  }>;

/** The filters as a map of plain values, as the older wire has them; null when a filter is anything but an equality. */
export const plainFiltersOf = (
  filters: FeatureDefinition["meterGroupByFilters"],
): Readonly<Record<string, string>> | null => {
  const plain: Record<string, string> = {};
  for (const [dimension, filter] of Object.entries(filters)) {
    if (filter.op !== "eq") return null;
    plain[dimension] = filter.value;
  }
  return plain;
};
