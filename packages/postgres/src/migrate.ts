import pg from "pg";
import { connectionConfig } from "./pool.ts";
import { type Migration, readMigrations } from "./migrations.ts";

/** Any number that nobody else uses for an advisory lock in this database. */
const lockKey = 5_284_117;

/**
 * Brings the database to this version's schema and answers the names of the steps it took; none when it was there
 * already. Each step is a transaction with the record of it. Processes that start at once wait for each other. Throws
 * when a step that was taken has been changed since, or when the database has a step that this version does not know.
 */
export const migrate = async (url: string): Promise<readonly string[]> => applyMigrations(url, await readMigrations());

export const applyMigrations = async (url: string, migrations: readonly Migration[]): Promise<readonly string[]> => {
  const client = new pg.Client(connectionConfig(url));
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [lockKey]); // released with the connection
    const applied = await readApplied(client);
    const missing = findMissing(migrations, applied);
    for (const migration of missing) await apply(client, migration);
    return missing.map(({ name }) => name);
  } finally {
    await client.end();
  }
};

type Applied = Readonly<{ name: string; checksum: string }>;

const readApplied = async (client: pg.Client): Promise<readonly Applied[]> => {
  await client.query(`create table if not exists schema_migrations (
    name text collate "C" not null,
    checksum text not null,
    applied_at timestamptz(3) not null default now(),
    constraint schema_migrations_pkey primary key (name)
  )`);
  return (await client.query<Applied>("select name, checksum from schema_migrations order by name")).rows;
};

const findMissing = (migrations: readonly Migration[], applied: readonly Applied[]): readonly Migration[] => {
  checkApplied(migrations, applied);
  return migrations.slice(applied.length);
};

/** Throws when what was applied to a database is not how this version begins. `applied`: in any order. */
export const checkApplied = (migrations: readonly Migration[], applied: readonly Applied[]): void => {
  const inOrder = applied.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const [index, { name, checksum }] of inOrder.entries()) {
    const migration = migrations[index];
    if (migration?.name !== name) {
      throw new Error(
        `the database has migration ${name}, which this version does not know: run the version that made it, or a newer one`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new Error(
        `migration ${name} has changed since it was applied to the database: put its text back, and add a new migration`,
      );
    }
  }
};

const apply = async (client: pg.Client, { name, sql, checksum }: Migration): Promise<void> => {
  try {
    await client.query("begin");
    await client.query(sql);
    await client.query("insert into schema_migrations (name, checksum) values ($1, $2)", [name, checksum]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined); // the connection may be gone, and the transaction with it
    throw new Error(`migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
};
