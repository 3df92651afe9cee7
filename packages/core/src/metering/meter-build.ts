import type { MeterDefinition } from "@meter/catalog";
import type { BuildId, MeterBuild } from "@meter/metering";
import { assert, type JsonPath, parseJsonPath } from "@meter/primitives";
import type { IdSource } from "../shared/sources.ts";

/** Freezes a definition that passed its checks. Dimensions stand in ascending order of key (UTF-16 units; keys are ASCII). */
export const createMeterBuild = (
  ids: IdSource,
  namespace: string,
  definition: Pick<MeterDefinition, "eventType" | "aggregation" | "valueProperty" | "groupBy">,
): MeterBuild => ({
  id: ids.ulid() as BuildId, // a new ULID becomes a build's id here
  namespace,
  eventType: definition.eventType,
  aggregation: definition.aggregation,
  value: toJsonPath(definition.valueProperty),
  dimensions: Object.entries(definition.groupBy)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, path]) => ({ key, path: parseKnownPath(path) })),
});

/** The path of a meter's value, which was parsed when the meter was defined. */
export const toJsonPath = (text: string | null): JsonPath | null => (text === null ? null : parseKnownPath(text));

const parseKnownPath = (text: string): JsonPath => {
  const path = parseJsonPath(text);
  assert(path.ok, `a defined meter has a path that does not parse: ${text}`);
  return path.value;
};
