import { type ClickHouseUsage, type Connect, openClickHouse, repairTables, watchParts } from "@meter/clickhouse";
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
  type DataDirectory,
  inspectDataDirectory,
  readBootId,
  startClickHouse,
  startPostgres,
  syncFileSystem,
  takeDataDirectory,
  writeWhole,
} from "@meter/embedded";
import { createEventKey } from "@meter/events";
import { isNearlyFull, type LocalLog, openLocalLog } from "@meter/log-local";
import { migrate, openPostgres, type Postgres } from "@meter/postgres";
import type { Logger } from "pino";
import { type DatabaseOutage, watchDatabase } from "./database-outage.ts";
import { explainDatabase, explainEngine, explainFailure, explainLog } from "./explain-failure.ts";
import { FatalError } from "./fatal-error.ts";
import { checkBeforeAnything, checkStoresAreThere, checkTablesAreBehind, joinParts } from "./one-installation.ts";
import { clock, crypto, monotonicNow } from "./platform.ts";
import { unlessStopped } from "./stopped-early.ts";
import { makeSure } from "./sure-inserts.ts";

/** What the parts share, opened once. */
export type Resources = Readonly<{
  log: LocalLog;
  postgres: Postgres;
  databaseOutage: DatabaseOutage;
  usage: ClickHouseUsage;
  /** Where the engine below `usage` runs now. */
  connect: Connect;
  engine: UsageEngine;
  disk: TableDisk;
  boot: string;
  logger: Logger;
  /** Closes everything in the order that loses nothing. */
  close: () => Promise<void>;
}>;

export type Start = Readonly<{
  say: (line: string) => void;
  logger: Logger;
  /** Whether what is said goes to a terminal, and so is kept by nobody. */
  isWatched: boolean;
  signal: AbortSignal;
}>;

/**
 * Looks at everything that can be looked at without a change, takes the data directory, then opens the log, whose lock keeps
 * other instances away, then both engines beside each other. What was opened is closed again when something fails. Rejects with StoppedEarly when the signal aborts.
 */
export const openResources = async (config: Config, start: Start): Promise<Resources> => {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  try {
    return { ...(await open(config, start, closers)), close };
  } catch (error) {
    await close();
    throw explainFailure(error, config);
  }
};

const open = async (
  config: Config,
  { say, logger, isWatched, signal }: Start,
  closers: (() => Promise<void>)[],
): Promise<Omit<Resources, "close">> => {
  const directory = await inspectDataDirectory(config.dataDir);
  await unlessStopped(signal, checkBeforeAnything(directory, config));
  await takeDataDirectory(directory);
  say(directory.first ? `creating ${directory.path}` : `using ${directory.path}`);

  const log = await openLog(directory);
  closers.push(log.close);
  await checkStoresAreThere(log, directory, config.databaseUrl === null);

  say("starting Postgres and ClickHouse");
  const engines = bothOrNeither(openDatabase(config, directory, logger), startEngine(config, directory, log, logger));
  closers.push(() => engines.then(stopBoth, () => undefined));
  const [database, clickhouse] = await unlessStopped(signal, engines);

  const databaseOutage = watchDatabase({ ping: () => postgres.ping(), monotonicNow, publicUrl: config.publicUrl });
  let closing = false;
  const onError = (error: Error): void => {
    if (closing) return; // the pool does not wait until the server has taken leave of each of its connections
    databaseOutage.lost();
    logger.warn({ error: error.message }, "a Postgres connection broke");
  };
  const usage = openClickHouse({ connect: clickhouse.endpoint });
  const parts = watchParts({ connect: clickhouse.endpoint });
  const postgres = openPostgres({ url: database.url, onError });
  const closePostgres = (): Promise<void> => {
    closing = true;
    return postgres.close();
  };
  closers.push(closePostgres, usage.close, parts.close);
  await unlessStopped(signal, usage.migrate());

  await joinParts(log, postgres, directory, config);
  await unlessStopped(signal, checkTablesAreBehind(log, usage.tables, directory));
  await ensureDefaultNamespace({ namespaces: postgres.namespaces, clock })();
  await createRootKey(postgres, directory, { say, isWatched });

  return {
    log,
    postgres,
    databaseOutage,
    usage: {
      ...usage,
      tables: makeSure(usage.tables, {
        isNearlyFull: () => isNearlyFull(directory.clickhouse),
        findShort: parts.findShort,
      }),
    },
    connect: clickhouse.endpoint,
    engine: {
      settle: clickhouse.settle,
      repair: () => repairTables({ connect: clickhouse.endpoint, whileStopped: clickhouse.whileStopped }),
    },
    disk: { sync: () => syncFileSystem(directory.clickhouse), findTorn: parts.findTorn },
    boot: readBootId(),
    logger,
  };
};

const openLog = async (directory: DataDirectory): Promise<LocalLog> => {
  const ids = createIdSource({ clock, crypto });
  const opened = await openLocalLog({
    directory: directory.log,
    alsoNeedRoom: [directory.clickhouse, directory.postgres],
    eventKey: createEventKey(crypto.sha256),
    newLogId: () => ids.ulid() as LogId, // a new ULID becomes a log's id here
  });
  if (!opened.ok) throw new FatalError(explainLog(opened.error, directory));
  return opened.value;
};

type Stoppable = Readonly<{ stop: () => Promise<void> }>;

/** A database with this version's schema: the user's, or one that runs as our child. */
const openDatabase = async (
  config: Config,
  directory: DataDirectory,
  logger: Logger,
): Promise<Stoppable & Readonly<{ url: string }>> => {
  const { databaseUrl } = config;
  if (databaseUrl !== null) {
    await migrate(databaseUrl).catch((error: unknown) => {
      throw explainDatabase(error, databaseUrl);
    });
    return { url: databaseUrl, stop: () => Promise.resolve() };
  }
  const onLog = (line: string): void => logger.debug({ engine: "postgres" }, line);
  const postgres = await startPostgres({ dataDir: directory.postgres, onLog }).catch((error: unknown) => {
    throw explainEngine(error, config);
  });
  try {
    await migrate(postgres.url());
    return { url: postgres.url(), stop: postgres.stop };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
};

/**
 * The file system is synced before each start: an engine that starts may take the sources of a merge for old, so the merge
 * must be on disk by then.
 */
const startEngine = (
  config: Config,
  directory: DataDirectory,
  log: LocalLog,
  logger: Logger,
): ReturnType<typeof startClickHouse> =>
  startClickHouse({
    dataDir: directory.clickhouse,
    onLog: (line) => logger.debug({ engine: "clickhouse" }, line),
    beforeStart: async () => {
      if (await syncFileSystem(directory.clickhouse)) return;
      logger.error({}, "a sync of the tables' file system failed before the start of ClickHouse");
      await log.partition.recordSyncFailure(readBootId());
    },
  }).catch((error: unknown) => {
    throw explainEngine(error, config);
  });

/** Starts both beside each other; when one fails the other is stopped before the failure is told. */
const bothOrNeither = async <A extends Stoppable, B extends Stoppable>(
  a: Promise<A>,
  b: Promise<B>,
): Promise<[A, B]> => {
  const [first, second] = await Promise.allSettled([a, b]);
  if (first.status === "fulfilled" && second.status === "fulfilled") return [first.value, second.value];
  for (const started of [first, second]) if (started.status === "fulfilled") await started.value.stop();
  throw first.status === "rejected" ? first.reason : (second as PromiseRejectedResult).reason;
};

const stopBoth = async (engines: readonly Stoppable[]): Promise<void> =>
  void (await Promise.all(engines.map(({ stop }) => stop())));

/** Shown to a terminal only: what collects lines would keep it. The key is in its file before it is stored, so that a crash in between cannot lose it. */
const createRootKey = async (
  postgres: Postgres,
  directory: DataDirectory,
  { say, isWatched }: Pick<Start, "say" | "isWatched">,
): Promise<void> => {
  const ids = createIdSource({ clock, crypto });
  const created = await ensureRootKey({ apiKeys: postgres.apiKeys, clock, ids, crypto })((token) =>
    writeWhole(directory.adminKeyFile, `${token}\n`),
  );
  if (created === null) return;
  if (isWatched) say(`admin key: ${created.token}`);
  say(`the admin key lies in ${directory.adminKeyFile}${isWatched ? ", and is not shown again" : ""}`);
};
