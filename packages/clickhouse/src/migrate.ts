import { assert } from "@meter/primitives";
import type { Connection } from "./connection.ts";
import { database, migrations } from "./schema.ts";
import { createParameters, type Statement } from "./statement.ts";

/**
 * Brings the tables to this version of the code; running it again changes nothing. Rejects with UsageUnavailable when the
 * engine does not answer. Throws when the tables were made by a later version: there is no way back.
 */
export const migrate = async (connection: Connection): Promise<void> => {
  for (const statement of prepare) await connection.command(statement);
  const stored = await findVersion(connection);
  const known = migrations.at(-1)?.version ?? 0;
  assert(stored <= known, `the usage tables have version ${stored}, this program knows up to ${known}`);
  for (const { version, name, statements } of migrations.filter((migration) => migration.version > stored)) {
    for (const sql of statements) await connection.command({ name: `migration ${version}`, sql, parameters: {} });
    await connection.command(record(version, name));
  }
};

const prepare: readonly Statement[] = [
  { name: "create database", sql: `CREATE DATABASE IF NOT EXISTS ${database}`, parameters: {} },
  {
    name: "create migrations",
    sql: `CREATE TABLE IF NOT EXISTS ${database}.migrations (version UInt32, name String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = MergeTree ORDER BY version`,
    parameters: {},
  },
];

const findVersion = async (connection: Connection): Promise<number> => {
  const rows = await connection.read({
    name: "find version",
    sql: `SELECT max(version) FROM ${database}.migrations`,
    parameters: {},
  });
  return Number(rows[0]?.[0]);
};

const record = (version: number, name: string): Statement => {
  const parameters = createParameters();
  const values = [parameters.integer("version", version), parameters.text("name", name)];
  return {
    name: "record migration",
    sql: `INSERT INTO ${database}.migrations (version, name) SELECT ${values.join(", ")} SETTINGS async_insert = 0`,
    parameters: parameters.values(),
  };
};
