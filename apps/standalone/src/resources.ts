import { type ClickHouseUsage, openClickHouse, repairTables } from "@meter/clickhouse";
import {
  type Config,
  createIdSource,
  ensureDefaultNamespace,
  ensureRootKey,
  type LogId,
  type TableDisk,
  type UsageEngine,
} from "@meter/core";
import {
  claimDataDirectory,
  type DataDirectory,
  DataDirectoryError,
  type EmbeddedClickHouse,
  explain,
  readBootId,
  startClickHouse,
  startPostgres,
  syncFileSystem,
  writeWhole,
} from "@meter/embedded";
import { createEventKey } from "@meter/events";
import { type LocalLog, type LocalLogError, openLocalLog } from "@meter/log-local";
import { migrate, openPostgres, type Postgres } from "@meter/postgres";
import { type Logger, pino } from "pino";
import { FatalError } from "./fatal-error.ts";
import { clock, crypto } from "./platform.ts";

/** What the parts share, opened once. */
export type Resources = Readonly<{
  log: LocalLog;
  postgres: Postgres;
  usage: ClickHouseUsage;
  engine: UsageEngine;
  disk: TableDisk;
  boot: string;
  logger: Logger;
  /** Closes everything in the order that loses nothing. */
  close: () => Promise<void>;
}>;

/**
 * Claims the data directory, then opens the log, whose lock keeps other instances away, then both engines beside each
 * other. What was opened is closed again when something fails.
 */
export const openResources = async (config: Config, say: (line: string) => void): Promise<Resources> => {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  try {
    return await open(config, say, closers, close);
  } catch (error) {
    await close();
    throw toFatal(error, config);
  }
};

const open = async (
  config: Config,
  say: (line: string) => void,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Resources> => {
  const logger = pino({ level: config.logLevel }, pino.destination({ fd: 2, sync: false }));
  const directory = await claimDataDirectory(config.dataDir);
  say(directory.first ? `creating ${directory.path}` : `using ${directory.path}`);

  const ids = createIdSource({ clock, crypto });
  const opened = await openLocalLog({
    directory: directory.log,
    eventKey: createEventKey(crypto.sha256),
    newLogId: () => ids.ulid() as LogId, // a new ULID becomes a log's id here
  });
  if (!opened.ok) throw new FatalError(explainLog(opened.error, directory));
  const log = opened.value;
  closers.push(log.close);

  say("starting Postgres and ClickHouse");
  const [database, clickhouse] = await bothOrNeither(openDatabase(config, directory, logger), startEngine(directory, logger));
  closers.push(clickhouse.stop, database.stop);

  const usage = openClickHouse({ connect: clickhouse.endpoint });
  const postgres = openPostgres({ url: database.url, onError: (error) => logger.warn({ error: error.message }, "a Postgres connection broke") });
  closers.push(postgres.close, usage.close);
  await Promise.all([migrate(database.url), usage.migrate()]);

  await checkLogIdentity(log, postgres, directory);
  await ensureDefaultNamespace({ namespaces: postgres.namespaces, clock })();
  await createRootKey(postgres, directory, say);

  return {
    log,
    postgres,
    usage,
    engine: {
      settle: clickhouse.settle,
      repair: () => repairTables({ connect: clickhouse.endpoint, whileStopped: clickhouse.whileStopped }),
    },
    disk: { sync: () => syncFileSystem(directory.path) },
    boot: readBootId(),
    logger,
    close,
  };
};

type Stoppable = Readonly<{ stop: () => Promise<void> }>;

const openDatabase = async (config: Config, directory: DataDirectory, logger: Logger): Promise<Stoppable & Readonly<{ url: string }>> => {
  if (config.databaseUrl !== null) return { url: config.databaseUrl, stop: () => Promise.resolve() };
  const postgres = await startPostgres({ dataDir: directory.postgres, onLog: (line) => logger.debug({ engine: "postgres" }, line) });
  return { url: postgres.url(), stop: postgres.stop };
};

const startEngine = (directory: DataDirectory, logger: Logger): Promise<EmbeddedClickHouse> =>
  startClickHouse({ dataDir: directory.clickhouse, onLog: (line) => logger.debug({ engine: "clickhouse" }, line) });

/** Starts both beside each other; when one fails the other is stopped before the failure is told. */
const bothOrNeither = async <A extends Stoppable, B extends Stoppable>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> => {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === "fulfilled" && second.status === "fulfilled") return [first.value, second.value];
  for (const started of [first, second]) if (started.status === "fulfilled") await started.value.stop();
  throw first.status === "rejected" ? first.reason : (second as PromiseRejectedResult).reason;
};

/**
 * A log and a Postgres know each other: usage is keyed by the log's id, and its offsets mean nothing to another control
 * plane. An empty log joins a Postgres that knows none.
 */
const checkLogIdentity = async (log: LocalLog, postgres: Postgres, directory: DataDirectory): Promise<void> => {
  const known = await postgres.logs.list();
  if (known.includes(log.id)) return;
  if (known.length === 0 && log.stats().next === 0) return postgres.logs.register(log.id, clock.now());
  throw new FatalError(
    `METER_DATA_DIR: the event log in ${directory.log} is not the one this Postgres knows; ` +
      "the data directory and the database were not made together, or one of them was replaced",
  );
};

/** The key is in its file before it is stored, so that a crash in between cannot lose it. */
const createRootKey = async (postgres: Postgres, directory: DataDirectory, say: (line: string) => void): Promise<void> => {
  const ids = createIdSource({ clock, crypto });
  const created = await ensureRootKey({ apiKeys: postgres.apiKeys, clock, ids, crypto })((token) => writeWhole(directory.adminKeyFile, `${token}\n`));
  if (created === null) return;
  say(`admin key: ${created.token}`);
  say(`           shown once; it lies in ${directory.adminKeyFile}`);
};

const explainLog = (error: LocalLogError, directory: DataDirectory): string => {
  switch (error.type) {
    case "locked":
      return `METER_DATA_DIR: ${directory.path} is in use by another Meter`;
    case "not_a_log":
      return `METER_DATA_DIR: ${directory.log} is not an event log: ${error.reason}`;
    case "corrupt":
      return `METER_DATA_DIR: the event log in ${directory.log} is damaged: ${error.reason}`;
    case "disk":
      return `METER_DATA_DIR: ${directory.path} ${explain(Object.assign(new Error(error.reason), { code: error.code }))}`;
  }
};

const toFatal = (error: unknown, config: Config): unknown => {
  if (error instanceof DataDirectoryError) return new FatalError(error.message);
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (error instanceof Error && (code === "ENOSPC" || code === "EROFS"))
    return new FatalError(`METER_DATA_DIR: ${config.dataDir} ${explain(error)}`);
  return error;
};
