import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { UsageTables } from "@meter/core";
import { type DataDirectory, writeWhole } from "@meter/embedded";
import type { LocalLog } from "@meter/log-local";
import type { Postgres } from "@meter/postgres";
import { FatalError } from "./fatal-error.ts";
import { clock } from "./platform.ts";

/**
 * Log, Postgres and tables belong together: usage is keyed by the log's id, and its offsets mean nothing to another control
 * plane; what was trimmed from a log is in its own tables only. Parts that were not made together would answer with wrong
 * numbers, and so are refused.
 */
const refuse = (what: string): never => {
  throw new FatalError(
    `METER_DATA_DIR: ${what}; the parts of the data directory were not made together, or one of them was replaced`,
  );
};

/** Before the engines start: a log that has events does not begin with new, empty stores beside it. */
export const checkStoresAreThere = async (
  log: LocalLog,
  directory: DataDirectory,
  embeddedPostgres: boolean,
): Promise<void> => {
  if (log.stats().next === 0) return;
  for (const path of [directory.clickhouse, ...(embeddedPostgres ? [directory.postgres] : [])]) {
    const names = await readdir(path).catch(() => []);
    if (names.length === 0) refuse(`${path} is missing or empty, and the event log in ${directory.log} is not`);
  }
  await checkTables(log, directory);
};

/**
 * Before anything is written: no event of the tables lies at an offset that the log is still to give. One that did would
 * be taken for the event that gets the offset next. So a log that was brought back from an older copy is refused.
 */
export const checkTablesAreBehind = async (
  log: LocalLog,
  tables: UsageTables,
  directory: DataDirectory,
): Promise<void> => {
  const ahead = await tables.storedEvents({
    log: log.id,
    partition: log.partition.partition,
    from: log.stats().next,
    to: Number.MAX_SAFE_INTEGER,
  });
  if (ahead.size > 0) refuse(`the event log in ${directory.log} is older than the tables in ${directory.clickhouse}`);
};

/** Beside the tables lies the id of the log whose events they hold. */
const tablesOf = (directory: DataDirectory): string => join(directory.clickhouse, "meter-log");

const checkTables = async (log: LocalLog, directory: DataDirectory): Promise<void> => {
  const id = (await readFile(tablesOf(directory), "utf8").catch(() => "")).trim();
  if (id !== log.id)
    refuse(`the event log in ${directory.log} is not the one of the tables in ${directory.clickhouse}`);
};

/** Once both engines run. An empty log joins a Postgres that knows none. */
export const joinLog = async (log: LocalLog, postgres: Postgres, directory: DataDirectory): Promise<void> => {
  const known = await postgres.logs.list();
  const isEmpty = log.stats().next === 0;
  if (!known.includes(log.id) && (known.length > 0 || !isEmpty))
    refuse(`the event log in ${directory.log} is not the one that this Postgres knows`);
  if (isEmpty) await writeWhole(tablesOf(directory), `${log.id}\n`);
  if (!known.includes(log.id)) await postgres.logs.register(log.id, clock.now());
};
