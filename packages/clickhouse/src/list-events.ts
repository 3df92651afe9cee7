import type { EventCursor, EventFilter, StoredEvent, TimeFilter } from "@meter/core";
import type { TextFilter } from "@meter/metering";
import { type Connection } from "./connection.ts";
import { readWithin } from "./read-within.ts";
import { eventSelection, fromEventRow } from "./rows.ts";
import { eventsTable } from "./schema.ts";
import { createParameters, type Parameters, type Statement } from "./statement.ts";
import { toSqlCondition } from "./text-filter-sql.ts";

export type EventPage = Readonly<{ limit: number; after: EventCursor | null; bytesMax?: number }>;

/** Newest time first, then log, partition and offset descending: a total order, so that a cursor misses and repeats nothing. */
export const listStoredEvents = async (
  connection: Connection,
  namespace: string,
  filter: EventFilter,
  page: EventPage,
): Promise<readonly StoredEvent[]> => {
  if (page.limit <= 0 || filter.subjects?.length === 0) return [];
  const statement = toListStatement(namespace, filter, page);
  const { limit, bytesMax } = page;
  const bound = bytesMax === undefined ? undefined : { rowsMax: limit, bytesMax };
  const rows = await readWithin(connection, statement, bound);
  return rows.map(fromEventRow);
};

export const toListStatement = (namespace: string, filter: EventFilter, { limit, after }: EventPage): Statement => {
  const parameters = createParameters();
  const conditions = [
    `namespace = ${parameters.text("namespace", namespace)}`,
    ...textConditions("type", filter.type, parameters),
    ...textConditions("subject", filter.subject, parameters),
    ...(filter.subjects === undefined ? [] : [`subject IN ${parameters.texts("subjects", filter.subjects)}`]),
    ...textConditions("id", filter.id, parameters),
    ...textConditions("source", filter.source, parameters),
    ...timeConditions("time", filter.time, parameters),
    ...timeConditions("ingested_at", filter.ingestedAt, parameters),
    ...timeConditions("stored_at", filter.storedAt, parameters),
    ...(after === null ? [] : afterCursor(after, parameters)),
  ];
  const sql = [
    `SELECT ${eventSelection}`,
    `FROM ${eventsTable}`,
    `WHERE ${conditions.join("\n  AND ")}`,
    "ORDER BY time DESC, log DESC, partition DESC, offset DESC",
    `LIMIT ${parameters.integer("limit", limit)}`,
  ].join("\n");
  return { name: "list events", sql, parameters: parameters.values() };
};

const textConditions = (
  column: string,
  filters: readonly TextFilter[] = [],
  parameters: Parameters,
): readonly string[] => filters.map((filter) => toSqlCondition(filter, column, parameters));

const timeConditions = (
  column: string,
  filters: readonly TimeFilter[] = [],
  parameters: Parameters,
): readonly string[] =>
  filters.flatMap(({ gt, gte, lt, lte, anyOf }) => [
    ...(
      [
        [">", gt],
        [">=", gte],
        ["<", lt],
        ["<=", lte],
      ] as const
    ).flatMap(([operator, bound]) =>
      bound === undefined ? [] : [`${inMs(column)} ${operator} ${parameters.integer(column, bound)}`],
    ),
    ...(anyOf === undefined ? [] : [toAlternatives(column, anyOf, parameters)]),
  ]);

const toAlternatives = (column: string, anyOf: readonly (readonly TimeFilter[])[], parameters: Parameters): string =>
  anyOf.length === 0
    ? "false"
    : `(${anyOf.map((all) => ["true", ...timeConditions(column, all, parameters)].join(" AND ")).join(" OR ")})`;

/** Compared as numbers: a bound may lie far outside of what the column's type can hold. The engine sees through the monotonic function when it picks ranges of the key. */
const inMs = (column: string): string => `toUnixTimestamp64Milli(${column})`;

const afterCursor = ({ time, position }: EventCursor, parameters: Parameters): readonly string[] => {
  const at = parameters.integer("after_time", time);
  const place = [
    parameters.text("after_log", position.log),
    parameters.integer("after_partition", position.partition),
    parameters.integer("after_offset", position.offset),
  ].join(", ");
  return [`(${inMs("time")} < ${at} OR (${inMs("time")} = ${at} AND (log, partition, offset) < (${place})))`];
};
