import { matchesSeveral, parseJsonPath } from "@meter/primitives";

import type { FieldFault } from "./field-fault.ts";
import { findLabelFaults, labelLimits } from "./label-rules.ts";
import type { MeterDefinition, MeterLabels } from "./meter.ts";
import { findTextFault } from "./text-fault.ts";
import type { TextBounds } from "./text-fault.ts";

/** A meter's key; its length is bounded apart, by `meterLimits.keyCharactersMax`. */
export const keyPattern: RegExp = /^[a-z0-9]+(?:_[a-z0-9]+)*$/;

export const dimensionKeyPattern: RegExp = /^[a-zA-Z_][0-9a-zA-Z_]*$/;

/**
 * Upper bounds, inclusive. Characters are code points, bytes are UTF-8. Each event becomes an entry for every live meter of
 * its namespace and type, with a text for each of its dimensions: `perEventTypeMax` and `dimensionsPerEventTypeMax` bound what
 * one event costs, `perNamespaceMax` what one namespace may keep.
 */
export const meterLimits: Readonly<{
  perEventTypeMax: number;
  dimensionsPerEventTypeMax: number;
  perNamespaceMax: number;
  keyCharactersMax: number;
  eventTypeBytesMax: number;
  pathBytesMax: number;
  dimensionsMax: number;
  dimensionKeyCharactersMax: number;
  nameCharactersMax: number;
  descriptionCharactersMax: number;
  metadataEntriesMax: number;
  metadataKeyCharactersMax: number;
  metadataValueCharactersMax: number;
}> = {
  perEventTypeMax: 100,
  dimensionsPerEventTypeMax: 500,
  perNamespaceMax: 1_000,
  keyCharactersMax: 64,
  eventTypeBytesMax: 1_024,
  pathBytesMax: 1_024,
  dimensionsMax: 64,
  dimensionKeyCharactersMax: 256,
  ...labelLimits,
};

/** The event type, or (null) the namespace, has as many live meters as it may have. */
export type TooManyMeters = Readonly<{ type: "too_many_meters"; eventType: string | null; max: number }>;

/** Whether a namespace with so many live meters, and so many of them of the event type, takes one more of that type. */
export const checkMeterCounts = (
  eventType: string,
  { ofType, inNamespace }: Readonly<{ ofType: number; inNamespace: number }>,
): TooManyMeters | null => {
  const { perEventTypeMax, perNamespaceMax } = meterLimits;
  if (ofType >= perEventTypeMax) return { type: "too_many_meters", eventType, max: perEventTypeMax };
  if (inNamespace >= perNamespaceMax) return { type: "too_many_meters", eventType: null, max: perNamespaceMax };
  return null;
};

/** The live meters of the event type would have more dimensions together than they may have. */
export type TooManyDimensions = Readonly<{ type: "too_many_dimensions"; eventType: string; max: number }>;

/** Whether the live meters of an event type take a meter of `wanted` dimensions beside `others`; `held`: what it had before. */
export const checkDimensionCounts = (
  eventType: string,
  { others, held, wanted }: Readonly<{ others: number; held: number; wanted: number }>,
): TooManyDimensions | null => {
  const max = meterLimits.dimensionsPerEventTypeMax;
  return wanted > held && others + wanted > max ? { type: "too_many_dimensions", eventType, max } : null;
};

/** 1–64 characters of `keyPattern`. Field "key". */
export const checkMeterKey = (key: string): readonly FieldFault[] => {
  const bounds = { min: 1, max: meterLimits.keyCharactersMax, unit: "characters" } as const;
  const fault = findTextFault(key, { field: "key", label: "meter key", bounds });
  if (fault !== null) return [fault];
  if (keyPattern.test(key)) return [];
  return [{ field: "key", code: "invalid_key", message: `meter key must match ${keyPattern.source}` }];
};

/**
 * All faults of one definition, none when it is legal. `count` has no value property, every other aggregation has one;
 * paths are JSONPaths of our dialect; no dimension has the value's own path, compared as written. Fields: eventType,
 * valueProperty, groupBy, groupBy.KEY.
 */
export const checkMeterDefinition = (definition: MeterDefinition): readonly FieldFault[] => [
  ...present(
    findTextFault(definition.eventType, {
      field: "eventType",
      label: "meter event type",
      bounds: { min: 1, max: meterLimits.eventTypeBytesMax, unit: "bytes" },
    }),
  ),
  ...checkValueProperty(definition),
  ...checkGroupBy(definition),
];

/** All faults of what a meter is called and described by. Fields: name, description, metadata, metadata.KEY. */
export const checkMeterLabels = (labels: MeterLabels): readonly FieldFault[] =>
  findLabelFaults(labels, { noun: "meter", prefix: "" });

/** Whether both have the same keys with the same paths, as written; the order of the keys does not matter. */
export const sameGroupBy = (a: MeterDefinition["groupBy"], b: MeterDefinition["groupBy"]): boolean => {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
};

/**
 * What a legal definition does that its author may not expect; none when nothing. A path that several values of an event
 * match takes the first one that is neither object nor array. Fields: valueProperty, groupBy.KEY.
 */
export const findMeterWarnings = ({ valueProperty, groupBy }: MeterDefinition): readonly FieldFault[] => {
  const groupBys = Object.entries(groupBy).map(([key, path]) => [`groupBy.${key}`, path] as const);
  const paths = valueProperty === null ? groupBys : [["valueProperty", valueProperty] as const, ...groupBys];
  return paths.flatMap(([field, path]) => {
    const parsed = parseJsonPath(path);
    const message = `${path} takes the first value it matches in an event, not all: send what is to count as events of its own`;
    return parsed.ok && matchesSeveral(parsed.value) ? [{ field, code: "first_match", message }] : [];
  });
};

const checkValueProperty = ({ aggregation, valueProperty }: MeterDefinition): readonly FieldFault[] => {
  const field = "valueProperty";
  if (aggregation === "count") {
    if (valueProperty === null) return [];
    const message = "meter value property is not allowed when the aggregation is count";
    return [{ field, code: "not_allowed", message }];
  }
  if (valueProperty === null) {
    return [{ field, code: "required", message: "meter value property is required unless the aggregation is count" }];
  }
  return present(findPathFault(valueProperty, { field, label: "meter value property" }));
};

const checkGroupBy = ({ groupBy, valueProperty }: MeterDefinition): readonly FieldFault[] => {
  const entries = Object.entries(groupBy);
  if (entries.length > meterLimits.dimensionsMax) {
    const message = `meter group by must not have more than ${meterLimits.dimensionsMax} keys`;
    return [{ field: "groupBy", code: "too_many", message }];
  }
  return entries.flatMap(([key, path]) => [
    ...checkDimensionKey(key),
    ...checkDimensionPath(key, { path, valueProperty }),
  ]);
};

const checkDimensionKey = (key: string): readonly FieldFault[] => {
  const field = `groupBy.${key}`;
  const bounds = characters(1, meterLimits.dimensionKeyCharactersMax);
  const fault = findTextFault(key, { field, label: "meter group by key", bounds });
  if (fault !== null) return [fault];
  if (dimensionKeyPattern.test(key)) return [];
  const message = `meter group by key must match ${dimensionKeyPattern.source}: ${key}`;
  return [{ field, code: "invalid_key", message }];
};

const checkDimensionPath = (
  key: string,
  { path, valueProperty }: Readonly<{ path: string; valueProperty: string | null }>,
): readonly FieldFault[] => {
  const field = `groupBy.${key}`;
  const fault = findPathFault(path, { field, label: `meter group by ${key}` });
  if (fault !== null) return [fault];
  if (path !== valueProperty) return [];
  return [{ field, code: "same_as_value", message: `meter group by ${key} cannot be the same as the value property` }];
};

const findPathFault = (
  path: string,
  { field, label }: Readonly<{ field: string; label: string }>,
): FieldFault | null => {
  const bounds = { min: 1, max: meterLimits.pathBytesMax, unit: "bytes" } as const;
  const fault = findTextFault(path, { field, label, bounds });
  if (fault !== null) return fault;
  const parsed = parseJsonPath(path);
  if (parsed.ok) return null;
  return { field, code: parsed.error.type, message: `${label} must be a valid JSONPath: ${parsed.error.reason}` };
};

const characters = (min: number, max: number): TextBounds => ({ min, max, unit: "characters" });

const present = (fault: FieldFault | null): readonly FieldFault[] => (fault === null ? [] : [fault]);
