import type { EventRow, LogId, LogPosition, UsageTableRow } from "@meter/core";
import type { Decimal, Instant } from "@meter/primitives";
import { assert, instant, parseDecimal } from "@meter/primitives";
import type { Row } from "./connection.ts";

/** The one place where domain values become columns and columns become domain values. Instants travel as milliseconds. */

export const eventColumns = [
  "namespace",
  "type",
  "subject",
  "time",
  "id",
  "source",
  "data",
  "ingested_at",
  "stored_at",
  "log",
  "partition",
  "offset",
] as const;

export const usageColumns = [
  "namespace",
  "build",
  "subject",
  "time",
  "value",
  "text",
  "dims",
  "log",
  "partition",
  "offset",
] as const;

/** In the order of `eventColumns`. JSON text is never empty, so an empty `data` can say that there is none. */
export const toEventRow = ({ position, event, storedAt }: EventRow): Row => [
  event.namespace,
  event.type,
  event.subject,
  event.time,
  event.id,
  event.source,
  event.data ?? "",
  event.ingestedAt,
  storedAt,
  position.log,
  position.partition,
  position.offset,
];

/** In the order of `usageColumns`. */
export const toUsageRow = ({ position, entry }: UsageTableRow): Row => [
  entry.namespace,
  entry.build,
  entry.subject,
  entry.time,
  entry.value,
  entry.text,
  entry.dimensions,
  position.log,
  position.partition,
  position.offset,
];

/** What `fromEventRow` reads, in its order. */
export const eventSelection: string = eventColumns
  .map((column) => (column === "time" || column.endsWith("_at") ? `toUnixTimestamp64Milli(${column})` : column))
  .join(", ");

export const fromEventRow = ([
  namespace,
  type,
  subject,
  time,
  id,
  source,
  data,
  ingestedAt,
  storedAt,
  ...position
]: Row): EventRow => ({
  position: toPosition(position),
  event: {
    id: toText(id),
    source: toText(source),
    type: toText(type),
    subject: toText(subject),
    time: toInstant(time),
    data: data === "" ? null : toText(data),
    namespace: toText(namespace),
    ingestedAt: toInstant(ingestedAt),
  },
  storedAt: toInstant(storedAt),
});

export const toPosition = ([log, partition, offset]: Row): LogPosition => ({
  log: toLogId(log),
  partition: toInteger(partition),
  offset: toInteger(offset),
});

export const toText = (value: unknown): string => {
  assert(typeof value === "string", "a text column holds a text");
  return value;
};

/** Written from a LogId, so it is one. */
export const toLogId = (value: unknown): LogId => toText(value) as LogId;

/** 64-bit integers come as text, smaller ones as numbers. Throws beyond 2^53. */
export const toInteger = (value: unknown): number => {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  assert(typeof number === "number" && Number.isSafeInteger(number), "an integer column holds a safe integer");
  return number;
};

export const toInstant = (value: unknown): Instant => instant(toInteger(value));

/** What `Decimal(76, 30)` can hold: a sum may have more digits than a single quantity. */
const columnLimits = { integerDigitsMax: 46, fractionDigitsMax: 30 } as const;

export const toDecimal = (value: unknown): Decimal | null => {
  if (value === null) return null;
  const parsed = parseDecimal(toText(value), columnLimits);
  assert(parsed.ok, "a decimal column holds a decimal");
  return parsed.value;
};

export const toList = (value: unknown): readonly unknown[] => {
  assert(Array.isArray(value), "an array column holds an array");
  return value;
};
