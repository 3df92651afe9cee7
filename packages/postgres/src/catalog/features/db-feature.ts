import type { Feature, FeatureFilter, FeatureId } from "@meter/catalog";
import type { Selectable } from "kysely";
import {
  fromDbInstant,
  fromDbInstantOrNull,
  toDbInstant,
  toDbInstantOrNull,
  toDbJson,
  toDbJsonb,
} from "../../columns.ts";
import type { DbColumns, FeaturesTable } from "../../database.ts";

export const toDbFeature = (feature: Feature): DbColumns<"features", keyof FeaturesTable> => ({
  namespace: feature.namespace,
  id: feature.id,
  key: feature.key,
  name: feature.name,
  description: feature.description,
  metadata: toDbJson(feature.metadata),
  meter_key: feature.meterKey,
  meter_filters: toDbJsonb(feature.meterGroupByFilters),
  created_at: toDbInstant(feature.createdAt),
  updated_at: toDbInstant(feature.updatedAt),
  archived_at: toDbInstantOrNull(feature.archivedAt),
});

export const fromDbFeature = (row: Selectable<FeaturesTable>): Feature => ({
  id: row.id as FeatureId, // what toDbFeature wrote
  namespace: row.namespace,
  key: row.key,
  name: row.name,
  description: row.description,
  metadata: row.metadata as Feature["metadata"], // an object of texts, as it was written
  meterKey: row.meter_key,
  meterGroupByFilters: fromDbFilters(row.meter_filters as Feature["meterGroupByFilters"]), // as toDbFeature wrote it
  createdAt: fromDbInstant(row.created_at),
  updatedAt: fromDbInstant(row.updated_at),
  archivedAt: fromDbInstantOrNull(row.archived_at),
});

/** In ascending order of dimension (`jsonb` sorts by length first). */
const fromDbFilters = (filters: Feature["meterGroupByFilters"]): Readonly<Record<string, FeatureFilter>> =>
  Object.fromEntries(Object.entries(filters).toSorted(([a], [b]) => (a < b ? -1 : 1)));
