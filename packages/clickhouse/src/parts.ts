import type { Connection, Row } from "./connection.ts";
import { toInteger, toText } from "./rows.ts";
import { database, eventsTable, usageTable } from "./schema.ts";
import { createParameters } from "./statement.ts";

/** `part` is `<table>/<part>`: parts of both tables may have the same name. */
export type Part = Readonly<{ part: string; path: string }>;

/** `bytes`: what the engine takes its files for, together; there are a few small ones beside them. */
export type ActivePart = Part & Readonly<{ bytes: number }>;

/** A data directory in which nothing was ever made has nothing to check. */
export const listActive = async (connection: Connection): Promise<readonly ActivePart[]> => {
  const parameters = createParameters();
  const sql = [
    "SELECT table, name, path, bytes_on_disk FROM system.parts",
    `WHERE active AND concat(database, '.', table) IN ${parameters.texts("tables", [eventsTable, usageTable])}`,
    "ORDER BY table, min_block_number",
  ].join("\n");
  const rows = await connection.read({ name: "list parts", sql, parameters: parameters.values() });
  return rows.map((row) => ({ ...fromPartRow(row), bytes: toInteger(row[3]) }));
};

/** Broken ones that the engine set aside at its start. Those of the migrations' table, too: it goes on without them, and migrations can run twice. */
export const listSetAside = async (connection: Connection): Promise<readonly Part[]> => {
  const parameters = createParameters();
  const sql = [
    "SELECT table, name, path FROM system.detached_parts",
    `WHERE database = ${parameters.text("database", database)} AND startsWith(reason, 'broken')`,
    "ORDER BY table, name",
  ].join("\n");
  return (await connection.read({ name: "list parts set aside", sql, parameters: parameters.values() })).map(
    fromPartRow,
  );
};

const fromPartRow = ([table, name, path]: Row): Part => ({
  part: `${toText(table)}/${toText(name)}`,
  path: toText(path),
});
