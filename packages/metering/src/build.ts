import type { Aggregation } from "@meter/catalog";
import type { JsonPath, Ulid } from "@meter/primitives";

export type BuildId = Ulid & { readonly __build: "BuildId" };

/** A meter's definition, frozen: what usage entries were folded with. A changed definition is another build. */
export type MeterBuild = Readonly<{
  id: BuildId;
  namespace: string;
  eventType: string;
  aggregation: Aggregation;
  /** Null exactly when the aggregation is `count`. */
  value: JsonPath | null;
  /** In ascending order of key: the order of `dimensions` in every entry of this build. */
  dimensions: readonly Readonly<{ key: string; path: JsonPath }>[];
}>;
