import type { Instant, Ulid } from "@meter/primitives";

export const aggregations = ["sum", "count", "unique_count", "avg", "min", "max", "latest"] as const;
export type Aggregation = (typeof aggregations)[number];

/**
 * The aggregations of which a part of a service period may be billed before its end: later usage never makes them less. Of the
 * others a line is always the whole.
 */
export const cutAggregations: readonly Aggregation[] = ["sum", "count", "unique_count", "max"];

export type MeterId = Ulid & { readonly __meter: "MeterId" };

/** The rule that turns events into a number. Paths are kept as their producer wrote them; they were parsed once and are valid. */
export type MeterDefinition = Readonly<{
  eventType: string;
  aggregation: Aggregation;
  /** JSONPath of the value; null exactly when the aggregation is `count`. */
  valueProperty: string | null;
  /** Dimension key → JSONPath. */
  groupBy: Readonly<Record<string, string>>;
  /** Events before this instant do not count. */
  eventFrom: Instant | null;
}>;

export type MeterLabels = Readonly<{
  name: string;
  description: string | null;
  metadata: Readonly<Record<string, string>> | null;
}>;

export type Meter = MeterDefinition &
  MeterLabels &
  Readonly<{
    id: MeterId;
    namespace: string;
    /** The v1 wire says `slug`. Unique among the live meters of a namespace. */
    key: string;
    createdAt: Instant;
    updatedAt: Instant;
    deletedAt: Instant | null;
  }>;
