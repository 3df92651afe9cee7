import type { Meter, MeterDefinition, MeterId, MeterLabels } from "@meter/catalog";
import type { Selectable } from "kysely";
import {
  fromDbInstant,
  fromDbInstantOrNull,
  toDbInstant,
  toDbInstantOrNull,
  toDbJson,
  toDbJsonb,
} from "../../columns.ts";
import type { DbColumns, MetersTable } from "../../database.ts";

export const toDbMeter = (meter: Meter): DbColumns<"meters", keyof MetersTable> => ({
  namespace: meter.namespace,
  id: meter.id,
  key: meter.key,
  event_type: meter.eventType,
  aggregation: meter.aggregation,
  value_property: meter.valueProperty,
  event_from: toDbInstantOrNull(meter.eventFrom),
  created_at: toDbInstant(meter.createdAt),
  updated_at: toDbInstant(meter.updatedAt),
  deleted_at: toDbInstantOrNull(meter.deletedAt),
  ...toDbLabels(meter),
  ...toDbGroupBy(meter.groupBy),
});

export const toDbLabels = (labels: MeterLabels): DbColumns<"meters", "name" | "description" | "metadata"> => ({
  name: labels.name,
  description: labels.description,
  metadata: toDbJson(labels.metadata),
});

export const toDbGroupBy = (groupBy: MeterDefinition["groupBy"]): DbColumns<"meters", "group_by"> => ({
  group_by: toDbJsonb(groupBy),
});

export const fromDbMeter = (row: Selectable<MetersTable>): Meter => ({
  id: row.id as MeterId, // what toDbMeter wrote
  namespace: row.namespace,
  key: row.key,
  name: row.name,
  description: row.description,
  metadata: row.metadata as Meter["metadata"], // an object of texts, as it was written
  eventType: row.event_type,
  aggregation: row.aggregation,
  valueProperty: row.value_property,
  groupBy: fromDbGroupBy(row.group_by as MeterDefinition["groupBy"]), // as toDbGroupBy wrote it
  eventFrom: fromDbInstantOrNull(row.event_from),
  createdAt: fromDbInstant(row.created_at),
  updatedAt: fromDbInstant(row.updated_at),
  deletedAt: fromDbInstantOrNull(row.deleted_at),
});

/** In ascending order of key (`jsonb` sorts by length first). */
const fromDbGroupBy = (groupBy: MeterDefinition["groupBy"]): MeterDefinition["groupBy"] =>
  Object.fromEntries(Object.entries(groupBy).toSorted(([a], [b]) => (a < b ? -1 : 1)));
