import type { LogId } from "@meter/core";
import pg from "pg";
import type { ClockMode } from "./clock/clock-mode.ts";
import { checkApplied } from "./migrate.ts";
import { readMigrations } from "./migrations.ts";
import { connectionConfig } from "./pool.ts";

/** What a database is known by, before anything is done with it. An empty one knows no log, and no clock. */
export type DatabaseFacts = Readonly<{ logs: readonly LogId[]; clockMode: ClockMode | null }>;

/** Reads only. Rejects when the database does not answer, or has a schema that this version does not know. */
export const inspectDatabase = async (url: string): Promise<DatabaseFacts> => {
  const client = new pg.Client(connectionConfig(url));
  await client.connect();
  try {
    const rowsOf = async <T extends pg.QueryResultRow>(table: string, columns: string): Promise<readonly T[]> => {
      const known = await client.query<{ there: boolean }>("select to_regclass($1) is not null as there", [table]);
      return known.rows[0]?.there === true ? (await client.query<T>(`select ${columns} from ${table}`)).rows : [];
    };
    checkApplied(await readMigrations(), await rowsOf("schema_migrations", "name, checksum"));
    const logs = await rowsOf<{ id: LogId }>("event_logs", "id");
    const [clock] = await rowsOf<{ mode: ClockMode }>("clock_mode", "mode");
    return { logs: logs.map(({ id }) => id), clockMode: clock?.mode ?? null };
  } finally {
    await client.end();
  }
};
