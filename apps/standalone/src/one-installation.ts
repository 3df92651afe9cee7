import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config, LogId, UsageTables } from "@meter/core";
import { type DataDirectory, recordInstallation, writeWhole } from "@meter/embedded";
import type { LocalLog } from "@meter/log-local";
import { inspectDatabase, type Postgres } from "@meter/postgres";
import { explainDatabase } from "./explain-failure.ts";
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

/** Each part that lies in the directory carries the id of the log that it was made with, in a file that can be read without opening it. */
const idFileOf = (part: string): string => join(part, "meter-log");

const partsIn = (directory: DataDirectory, embeddedPostgres: boolean): readonly string[] => [
  directory.log,
  directory.clickhouse,
  ...(embeddedPostgres ? [directory.postgres] : []),
];

/**
 * Before anything is made, opened or started: what earlier starts have written down of the directory, and of a database of
 * the user's. What stands in files can be wrong, or missing after a crash; so everything is checked again once it is open.
 */
export const checkBeforeAnything = async (directory: DataDirectory, config: Config): Promise<void> => {
  const { installation } = directory;
  if (installation !== null) {
    for (const part of partsIn(directory, config.databaseUrl === null)) {
      if ((await namesIn(part)).length === 0) refuse(`${part} is missing or empty, and other parts are there`);
      const id = await readId(part);
      if (id !== "" && id !== installation.log)
        refuse(
          part === directory.log
            ? `the event log in ${part} is not the one of ${directory.path}`
            : `${part} is not the one of the event log in ${directory.log}`,
        );
    }
    checkClock(installation.clock, config, config.dataDir);
  }
  if (config.databaseUrl === null) return;
  const { databaseUrl: url } = config;
  const { logs, clockMode } = await inspectDatabase(url).catch((error: unknown) => {
    throw explainDatabase(error, url);
  });
  if (directory.first && logs.length > 0) refuse(`${directory.path} has no event log, and this Postgres knows one`);
  if (installation !== null && !logs.some((id) => id === installation.log))
    refuse(`the event log in ${directory.log} is not the one that this Postgres knows`);
  checkClock(clockMode, config, "the database");
};

/** Times of one clock mean nothing on the other. `known`: the clock of the first start, by `where`; null: there was none. */
export const checkClock = (known: string | null, { clock: asked }: Pick<Config, "clock">, where: string): void => {
  if (known === null || known === asked) return;
  throw new FatalError(
    `METER_CLOCK: ${where} was begun with the ${known} clock, and the ${asked} one does not fit to its times; ` +
      `set METER_CLOCK=${known}, or choose an empty METER_DATA_DIR and a database of its own`,
  );
};

const namesIn = (path: string): Promise<readonly string[]> => readdir(path).catch(() => []);

const readId = async (part: string): Promise<string> => (await readFile(idFileOf(part), "utf8").catch(() => "")).trim();

/** Before the engines start: a log that has events does not begin with new, empty stores beside it. */
export const checkStoresAreThere = async (
  log: LocalLog,
  directory: DataDirectory,
  embeddedPostgres: boolean,
): Promise<void> => {
  if (log.stats().next === 0) return;
  for (const path of [directory.clickhouse, ...(embeddedPostgres ? [directory.postgres] : [])]) {
    if ((await namesIn(path)).length === 0)
      refuse(`${path} is missing or empty, and the event log in ${directory.log} is not`);
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

const checkTables = async (log: LocalLog, directory: DataDirectory): Promise<void> => {
  if ((await readId(directory.clickhouse)) !== log.id)
    refuse(`the event log in ${directory.log} is not the one of the tables in ${directory.clickhouse}`);
};

/** Once both engines run. An empty log joins a Postgres that knows none; then all parts have it in common, and say so. */
export const joinParts = async (
  log: LocalLog,
  postgres: Postgres,
  directory: DataDirectory,
  config: Config,
): Promise<void> => {
  const known = await postgres.logs.list();
  const isEmpty = log.stats().next === 0;
  if (!known.includes(log.id) && (known.length > 0 || !isEmpty))
    refuse(`the event log in ${directory.log} is not the one that this Postgres knows`);
  const embeddedPostgres = config.databaseUrl === null;
  checkClock(await postgres.keepClockMode(config.clock), config, embeddedPostgres ? config.dataDir : "the database");
  if (isEmpty) await writeId(directory.clickhouse, log.id);
  if (!known.includes(log.id)) await postgres.logs.register(log.id, clock.now());
  for (const part of partsIn(directory, embeddedPostgres)) await writeId(part, log.id);
  await recordInstallation(directory, { log: log.id, clock: config.clock });
};

const writeId = async (part: string, id: LogId): Promise<void> => {
  if ((await readId(part)) !== id) await writeWhole(idFileOf(part), `${id}\n`);
};
