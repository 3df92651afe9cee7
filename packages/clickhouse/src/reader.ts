import type { AnswerBound, UsageReader } from "@meter/core";
import { assert } from "@meter/primitives";
import type { Instant } from "@meter/primitives";
import type { Connection } from "./connection.ts";
import { listStoredEvents } from "./list-events.ts";
import { queryTables } from "./query-usage.ts";
import { toText } from "./rows.ts";
import { eventsTable, usageTable } from "./schema.ts";
import { readWithin } from "./read-within.ts";
import { createParameters, type Parameters, type Statement } from "./statement.ts";
import { mapInTurns } from "./turns.ts";

/** The readers' side of the tables. */
export const createReader = (connection: Connection): UsageReader => ({
  query: async (build, query, at = [], { timeoutMs, bound } = {}) =>
    await queryTables(
      timeoutMs === undefined ? connection : withinTime(connection, timeoutMs),
      build,
      query,
      at,
      bound,
    ),

  listEvents: async (namespace, filter, page) => await listStoredEvents(connection, namespace, filter, page),

  subjects: async (namespace, eventType, period, bound) => {
    const parameters = createParameters();
    const sql = [
      `SELECT DISTINCT subject FROM ${eventsTable}`,
      `WHERE namespace = ${parameters.text("namespace", namespace)} AND type = ${parameters.text("type", eventType)}`,
      ...within(period, parameters),
      "ORDER BY subject",
    ].join("\n");
    return readTexts(connection, { name: "subjects", sql, parameters: parameters.values() }, bound);
  },

  dimensionValues: async (build, dimension, period, bound) => {
    const place = build.dimensions.findIndex(({ key }) => key === dimension);
    assert(place >= 0, `the meter has no dimension ${dimension}`);
    const parameters = createParameters();
    const sql = [
      `SELECT DISTINCT dims[${parameters.integer("dimension", place + 1)}] AS value_text FROM ${usageTable}`,
      `WHERE namespace = ${parameters.text("namespace", build.namespace)} AND build = ${parameters.text("build", build.id)}`,
      ...within(period, parameters),
      "ORDER BY value_text",
    ].join("\n");
    return readTexts(connection, { name: "dimension values", sql, parameters: parameters.values() }, bound);
  },
});

/** All reads together may take so long. */
const withinTime = (connection: Pick<Connection, "read">, timeoutMs: number): Pick<Connection, "read"> => {
  const endsAt = performance.now() + timeoutMs;
  return {
    read: async (statement, options = {}) =>
      await connection.read(statement, { ...options, timeoutMs: Math.max(1, Math.ceil(endsAt - performance.now())) }),
  };
};

/** The one column of a statement. */
const readTexts = async (
  connection: Pick<Connection, "read">,
  statement: Statement,
  bound: AnswerBound | undefined,
): Promise<readonly string[]> =>
  await mapInTurns(await readWithin(connection, statement, bound), ([text]) => toText(text));

const within = (
  { from, to }: Readonly<{ from: Instant | null; to: Instant | null }>,
  parameters: Parameters,
): readonly string[] => [
  ...(from === null ? [] : [`AND toUnixTimestamp64Milli(time) >= ${parameters.integer("from", from)}`]),
  ...(to === null ? [] : [`AND toUnixTimestamp64Milli(time) < ${parameters.integer("to", to)}`]),
];
