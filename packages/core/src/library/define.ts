import {
  type Aggregation,
  aggregations,
  certain,
  type FieldFault,
  findMeterWarnings,
  type Meter,
  type MeterLabels,
  readDefinition,
  type TooManyDimensions,
  type TooManyMeters,
} from "@meter/catalog";
import { ok, type Result } from "@meter/primitives";
import type { Conflict } from "../shared/conflict.ts";
import { defineMeter, type MeterToDefine } from "../metering/define-meter.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { LibraryDeps } from "./parts.ts";
import { membersOf, readTextMap, readTime, type Time } from "./reading.ts";

/** A meter as scripts write it: see `MeterDefinition`. */
export type MeterInput = Readonly<{
  /** Small letters, digits and single underscores between them. */
  key: string;
  /** The `type` of the events that count. */
  eventType: string;
  aggregation: Aggregation;
  /** JSONPath of the value in an event's data; every aggregation but `count` needs one. */
  valueProperty?: string;
  /** Dimension → JSONPath. */
  groupBy?: Readonly<Record<string, string>>;
  /** Events before this instant do not count. */
  eventFrom?: Time;
  /** Default: the key. */
  name?: string;
  description?: string;
  metadata?: NonNullable<MeterLabels["metadata"]>;
}>;

/** `warnings`: what the definition does that may surprise. */
export type DefinedMeter = Meter & Readonly<{ warnings: readonly FieldFault[] }>;

const members = [
  "key",
  "eventType",
  "aggregation",
  "valueProperty",
  "groupBy",
  "eventFrom",
  "name",
  "description",
  "metadata",
] as const;

export const define =
  ({ store, clock, ids, namespace }: LibraryDeps) =>
  async (
    input: MeterInput,
  ): Promise<Result<DefinedMeter, InvalidInput | Conflict | TooManyMeters | TooManyDimensions>> => {
    const definition = readMeter(input);
    if (!definition.ok) return invalidInput(...definition.error);
    const meter = await defineMeter({ meters: store.meters, clock, ids })(namespace, definition.value);
    return meter.ok ? ok({ ...meter.value, warnings: findMeterWarnings(meter.value) }) : meter;
  };

const readMeter = (input: MeterInput): Result<MeterToDefine, readonly FieldFault[]> => {
  const reader = readDefinition(input, members);
  const given = membersOf(input);
  const key = reader.text("key");
  const eventType = reader.text("eventType");
  const aggregation = reader.choice("aggregation", aggregations);
  const read = {
    valueProperty: reader.optionalText("valueProperty"),
    groupBy: readTextMap(reader, "groupBy", given["groupBy"]),
    eventFrom: readTime(reader, "eventFrom", given["eventFrom"]),
    name: reader.optionalText("name"),
    description: reader.optionalText("description"),
    metadata: readTextMap(reader, "metadata", given["metadata"]),
  };
  return reader.finish(() => ({
    ...read,
    key: certain(key),
    eventType: certain(eventType),
    aggregation: certain(aggregation),
    name: read.name ?? certain(key),
    metadata: given["metadata"] === undefined ? null : read.metadata,
  }));
};
