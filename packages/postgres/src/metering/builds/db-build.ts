import type { BuildId, MeterBuild } from "@meter/metering";
import { assert, type JsonPath, parseJsonPath } from "@meter/primitives";
import type { Selectable } from "kysely";
import { toDbJsonb } from "../../columns.ts";
import type { DbColumns, MeterBuildsTable } from "../../database.ts";

/** The columns of which a MeterBuild is made. */
export const buildColumns = ["id", "namespace", "event_type", "aggregation", "value_property", "dimensions"] as const;

/** Paths are stored as text; they were valid when they were written, and are parsed again. */
export const fromDbBuild = (row: Pick<Selectable<MeterBuildsTable>, (typeof buildColumns)[number]>): MeterBuild => ({
  id: row.id as BuildId, // what toDbBuild wrote
  namespace: row.namespace,
  eventType: row.event_type,
  aggregation: row.aggregation,
  value: row.value_property === null ? null : fromDbPath(row.value_property),
  dimensions: (row.dimensions as readonly DbDimension[]).map(({ key, path }) => ({ key, path: fromDbPath(path) })),
});

export const toDbBuild = (build: MeterBuild): DbColumns<"meter_builds", (typeof buildColumns)[number]> => ({
  id: build.id,
  namespace: build.namespace,
  event_type: build.eventType,
  aggregation: build.aggregation,
  value_property: build.value?.text ?? null,
  dimensions: toDbJsonb(build.dimensions.map(({ key, path }): DbDimension => ({ key, path: path.text }))),
});

/** What toDbBuild writes into `dimensions`. */
type DbDimension = Readonly<{ key: string; path: string }>;

const fromDbPath = (text: string): JsonPath => {
  const path = parseJsonPath(text);
  assert(path.ok, `a stored build has an invalid JSONPath: ${text}`);
  return path.value;
};
