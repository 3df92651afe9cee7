import { mkdir, rename } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { assert } from "@meter/primitives";
import { createConnection, type Connect, type Connection } from "./connection.ts";
import { toText } from "./rows.ts";
import { database, eventsTable, usageTable } from "./schema.ts";
import { createParameters } from "./statement.ts";

/** Ends the engine, awaits its exit, runs the work on its data directory, starts it again. */
export type WhileStopped = <T>(work: (dataDir: string) => Promise<T>) => Promise<T>;

/** Each round moves at least one part; a merged part uncovers its sources, and theirs. More rounds than that is no repair any more. */
const roundsMax = 20;

type BrokenPart = Readonly<{ part: string; path: string }>;

/**
 * For the time after a loss of power. Reads every byte of both tables, moves the directories of broken parts (those that
 * the engine itself set aside at its start, too) to `<dataDir>/aside/<time>-<part>` while the engine is stopped, and
 * checks again, as the sources of a merged part that is gone come back with the next start. Never DETACH, never DROP: they
 * would take the sources along. Answers the names of what was moved, in the order of moving; throws when it does not
 * come to an end.
 */
export const repairTables = async ({
  connect,
  whileStopped,
}: Readonly<{ connect: Connect; whileStopped: WhileStopped }>): Promise<readonly string[]> => {
  const connection = createConnection(connect);
  const moved: string[] = [];
  try {
    for (let round = 1; round <= roundsMax; round++) {
      const broken = await findBroken(connection);
      if (broken.length === 0) return moved;
      await whileStopped(async (dataDir) => await moveAside(dataDir, broken));
      moved.push(...broken.map(({ part }) => part));
    }
  } finally {
    await connection.close();
  }
  throw new Error(
    `after ${roundsMax} rounds the usage tables still have broken parts: ${moved.join(", ")} were moved aside`,
  );
};

const findBroken = async (connection: Connection): Promise<readonly BrokenPart[]> => {
  const tables = await listTables(connection);
  const broken = await listSetAside(connection);
  for (const table of tables) broken.push(...(await checkTable(connection, table)));
  return broken;
};

/** A data directory in which nothing was ever made has nothing to check. */
const listTables = async (connection: Connection): Promise<readonly string[]> => {
  const parameters = createParameters();
  const sql = `SELECT concat(database, '.', name) FROM system.tables WHERE database = ${parameters.text("database", database)}`;
  const rows = await connection.read({ name: "list tables", sql, parameters: parameters.values() });
  const present = new Set(rows.map(([table]) => toText(table)));
  return [eventsTable, usageTable].filter((table) => present.has(table));
};

const listSetAside = async (connection: Connection): Promise<BrokenPart[]> => {
  const parameters = createParameters();
  const sql = [
    "SELECT name, path FROM system.detached_parts",
    `WHERE database = ${parameters.text("database", database)} AND startsWith(reason, 'broken') ORDER BY table, name`,
  ].join("\n");
  const rows = await connection.read({ name: "list parts set aside", sql, parameters: parameters.values() });
  return rows.map(([part, path]) => ({ part: toText(part), path: toText(path) }));
};

/** Part by part, projections included; takes as long as reading the table. */
const checkTable = async (connection: Connection, table: string): Promise<readonly BrokenPart[]> => {
  const checked = await connection.read(
    { name: `check ${table}`, sql: `CHECK TABLE ${table}`, parameters: {} },
    { check_query_single_value_result: 0, max_execution_time: 0 },
  );
  const names = checked.filter(([, passed]) => passed === 0 || passed === false).map(([name]) => toText(name));
  if (names.length === 0) return [];
  const parameters = createParameters();
  const sql = `SELECT name, path FROM system.parts WHERE active AND concat(database, '.', table) = ${parameters.text("table", table)} AND name IN ${parameters.texts("names", names)}`;
  const rows = await connection.read({ name: "find broken parts", sql, parameters: parameters.values() });
  return rows.map(([part, path]) => ({ part: toText(part), path: toText(path) }));
};

const moveAside = async (dataDir: string, broken: readonly BrokenPart[]): Promise<void> => {
  const aside = join(dataDir, "aside");
  await mkdir(aside, { recursive: true });
  for (const { part, path } of broken) {
    const inside = relative(resolve(dataDir), resolve(path));
    assert(inside !== "" && !inside.startsWith(".."), `the part ${part} lies outside of the data directory`);
    await rename(path, join(aside, `${Date.now()}-${basename(resolve(path))}`));
  }
};
