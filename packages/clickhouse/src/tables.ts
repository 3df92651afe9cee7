import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { EventExtent, InsertAnswer, LogPartition, OffsetRange, UsageTables } from "@meter/core";
import type { BuildId } from "@meter/metering";
import type { Connection, Row } from "./connection.ts";
import { encodeRows } from "./encode-rows.ts";
import { toInsertAnswer, toInsertFailure } from "./insert-answer.ts";
import {
  eventColumns,
  eventSelection,
  fromEventRow,
  toEventRow,
  toInteger,
  toList,
  toLogId,
  toText,
  toUsageRow,
  usageColumns,
} from "./rows.ts";
import { eventsTable, usageTable } from "./schema.ts";
import { insertSettings } from "./settings.ts";
import { createParameters, type Parameters, type Statement } from "./statement.ts";

/** After this long an insert counts as unanswered. Whoever waits must settle it, which is far dearer than waiting. */
const insertTimeoutMs = 120_000;

/** The worker's side of the tables. */
export const createTables = (connection: Connection): UsageTables => ({
  ...createRows(connection),
  ...createCleanup(connection),
});

const createRows = (connection: Connection): Omit<UsageTables, "pauseCleanup" | "resumeCleanup"> => ({
  insertEvents: async (rows) =>
    await insert(connection, { table: eventsTable, columns: eventColumns, toRow: toEventRow }, rows),
  insertUsage: async (rows) =>
    await insert(connection, { table: usageTable, columns: usageColumns, toRow: toUsageRow }, rows),

  storedEvents: async (range) => {
    const parameters = createParameters();
    const sql = `SELECT offset FROM ${eventsTable} WHERE ${withinRange(range, parameters)}`;
    const rows = await connection.read({ name: "stored events", sql, parameters: parameters.values() });
    return new Set(rows.map(([offset]) => toInteger(offset)));
  },

  storedUsage: async (range, build) => {
    const parameters = createParameters();
    const ofBuild = build === undefined ? "" : ` AND build = ${parameters.text("build", build)}`;
    const sql = `SELECT build, groupUniqArray(offset) FROM ${usageTable} WHERE ${withinRange(range, parameters)}${ofBuild} GROUP BY build`;
    const rows = await connection.read({ name: "stored usage", sql, parameters: parameters.values() });
    return new Map(rows.map(([id, offsets]) => [toBuildId(id), new Set(toList(offsets).map(toInteger))]));
  },

  eventExtents: async ({ namespace, eventType, partition, below }) => {
    const parameters = createParameters();
    const own = ofPartition(partition, parameters);
    const sql = [
      `SELECT log, partition, min(offset), max(offset), count(), sum(length(data)), max(length(data)) FROM ${eventsTable}`,
      `WHERE namespace = ${parameters.text("namespace", namespace)} AND type = ${parameters.text("type", eventType)}`,
      `AND NOT (${own} AND offset >= ${parameters.integer("below", below)})`,
      "GROUP BY log, partition ORDER BY log, partition",
    ].join("\n");
    return (await connection.read({ name: "event extents", sql, parameters: parameters.values() })).map(fromExtentRow);
  },

  readEvents: async ({ namespace, eventType, range, limit, bytesMax }) => {
    const select = (columns: string, rowsMax: number): Statement => {
      const parameters = createParameters();
      const sql = [
        `SELECT ${columns} FROM ${eventsTable}`,
        `WHERE namespace = ${parameters.text("namespace", namespace)} AND type = ${parameters.text("type", eventType)}`,
        `AND ${withinRange(range, parameters)} ORDER BY offset LIMIT ${parameters.integer("limit", rowsMax)}`,
      ].join("\n");
      return { name: "read events", sql, parameters: parameters.values() };
    };
    const sizes = bytesMax === undefined ? [] : await connection.read(select("length(data)", limit));
    const rowsMax =
      bytesMax === undefined
        ? limit
        : countWithin(
            sizes.map(([size]) => toInteger(size)),
            bytesMax,
          );
    return rowsMax === 0 ? [] : (await connection.read(select(eventSelection, rowsMax))).map(fromEventRow);
  },

  // A mutation, not DELETE FROM: a lightweight delete is refused on a table with projections. The roll-ups of the parts it
  // rewrites are made anew with them. It goes on after a restart of the engine, and may be repeated.
  deleteBuilds: async (builds) => {
    if (builds.length === 0) return;
    const parameters = createParameters();
    const sql = `ALTER TABLE ${usageTable} DELETE WHERE build IN ${parameters.texts("builds", builds)}`;
    await connection.command({ name: "delete builds", sql, parameters: parameters.values() });
  },
});

const createCleanup = (connection: Connection): Pick<UsageTables, "pauseCleanup" | "resumeCleanup"> => {
  const turn = async (verb: "STOP" | "START"): Promise<void> => {
    for (const statement of cleanup(verb)) await connection.command(statement);
  };
  return { pauseCleanup: async () => await turn("STOP"), resumeCleanup: async () => await turn("START") };
};

const cleanup = (verb: "STOP" | "START"): readonly Statement[] =>
  [eventsTable, usageTable].map((table) => ({
    name: `${verb.toLowerCase()} cleanup`,
    sql: `SYSTEM ${verb} CLEANUP ${table}`,
    parameters: {},
  }));

type Insert<T> = Readonly<{ table: string; columns: readonly string[]; toRow: (row: T) => Row }>;

const insert = async <T>(
  connection: Connection,
  { table, columns, toRow }: Insert<T>,
  rows: readonly T[],
): Promise<InsertAnswer> => {
  if (rows.length === 0) return { type: "stored" };
  // Of this life before anything else: what takes long to write down must not be sent to the next one, which is settled.
  const client = await connection.client().catch(toInsertFailure);
  if ("type" in client) return client;
  let body: readonly Buffer[];
  try {
    body = await encodeRows(rows, toRow);
  } catch (error) {
    return { type: "unsent", reason: `writing it down failed: ${String(error)}` };
  }
  try {
    const timeout = AbortSignal.timeout(insertTimeoutMs);
    const { stream, ...done } = await client.exec({
      query: `INSERT INTO ${table} (${columns.join(", ")}) FORMAT JSONCompactEachRow`,
      values: Readable.from(body, { objectMode: false }),
      abort_signal: timeout,
      clickhouse_settings: insertSettings,
    });
    // The client stops listening to the signal as soon as the answer begins; one that breaks off rejects here.
    await pipeline(stream, new Writable({ write: (_chunk, _encoding, written) => written() }), { signal: timeout });
    return toInsertAnswer(done, rows.length);
  } catch (error) {
    return toInsertFailure(error);
  }
};

const ofPartition = ({ log, partition }: LogPartition, parameters: Parameters): string =>
  `log = ${parameters.text("log", log)} AND partition = ${parameters.integer("partition", partition)}`;

const withinRange = (range: OffsetRange, parameters: Parameters): string =>
  `${ofPartition(range, parameters)} AND offset >= ${parameters.integer("from", range.from)} AND offset < ${parameters.integer("to", range.to)}`;

/** How many of the sizes, from the first on, are within the bound together; one always, if there is one. */
const countWithin = (sizes: readonly number[], bytesMax: number): number => {
  let bytes = 0;
  const over = sizes.findIndex((size, index) => (bytes += size) > bytesMax && index > 0);
  return over < 0 ? sizes.length : over;
};

/** Written from a BuildId, so it is one. */
const toBuildId = (value: unknown): BuildId => toText(value) as BuildId;

const fromExtentRow = ([log, partition, first, last, count, bytes, largest]: Row): EventExtent => ({
  log: toLogId(log),
  partition: toInteger(partition),
  first: toInteger(first),
  last: toInteger(last),
  count: toInteger(count),
  bytes: toInteger(bytes),
  largest: toInteger(largest),
});
