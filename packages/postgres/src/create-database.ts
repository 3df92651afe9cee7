import pg from "pg";
import { connectionConfig } from "./pool.ts";

/** Creates a database, empty or as a copy of `template`, through a connection to another one (`url`). Rejects when it exists. */
export const createDatabase = async (
  url: string,
  { name, template }: Readonly<{ name: string; template?: string }>,
): Promise<void> =>
  runOn(
    url,
    `create database ${pg.escapeIdentifier(name)}${template === undefined ? "" : ` template ${pg.escapeIdentifier(template)}`}`,
  );

/** Drops a database, ending its connections; nothing when there is none. */
export const dropDatabase = async (url: string, name: string): Promise<void> =>
  runOn(url, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);

/** Runs one statement on a connection of its own. */
export const runOn = async (url: string, statement: string, values: readonly unknown[] = []): Promise<void> => {
  const client = new pg.Client(connectionConfig(url));
  await client.connect();
  try {
    await client.query(statement, [...values]);
  } finally {
    await client.end();
  }
};
