import { pathToFileURL } from "node:url";
import { locateDirectory, prepareDirectory } from "../directory.ts";
import { postgresPackage, resolvePlatformPackage } from "../platform-package.ts";
import { claimOwnership, releaseOwnership } from "../record.ts";
import { ensureCluster } from "./cluster.ts";
import { clusterProcesses } from "./leftover.ts";
import { createRunner } from "./runner.ts";
import { type Server, startServer } from "./server.ts";
import { prepareSocketDirectory, removeSocketDirectory } from "./socket-directory.ts";
import { supervise } from "./supervise.ts";

export type PostgresOptions = Readonly<{
  /** The cluster's own directory; `<dataDir>.run` beside it holds its socket and the record of its owner. */
  dataDir: string;
  /** Trades crash safety for speed. For tests only. */
  unsafe?: boolean;
  onLog?: (line: string) => void;
}>;

/** A Postgres that runs as a child of ours, is restarted when it dies, and ends with us. */
export type EmbeddedPostgres = Readonly<{
  /** Connection string of a database of the cluster (default `postgres`), over a Unix socket; stays valid when the server is restarted. */
  url: (database?: string) => string;
  /** Fast shutdown; resolves when the process has ended. Safe to call twice. */
  stop: () => Promise<void>;
  /** All processes: the keeper first, then the server's. */
  pids: () => readonly number[];
}>;

/**
 * Starts Postgres on `dataDir`, made on the first start, and resolves when it accepts connections. It opens no port.
 * Throws one line naming the directory or the missing package.
 */
export const startPostgres = async ({
  unsafe = false,
  onLog = () => {},
  ...options
}: PostgresOptions): Promise<EmbeddedPostgres> => {
  const binaries = await findBinaries();
  const runner = await createRunner();
  const dataDir = await locateDirectory(options.dataDir);
  const runDir = await prepareDirectory(`${dataDir}.run`);
  await claimOwnership(runDir, dataDir);
  const release = async (): Promise<void> => {
    await removeSocketDirectory(runDir);
    await releaseOwnership(runDir);
  };
  try {
    const socketDir = await prepareSocketDirectory(runDir);
    for (const dir of new Set([runDir, socketDir])) await runner.own(dir);
    await ensureCluster({ dataDir, initdb: binaries.initdb, runner, unsafe, onLog });
    await prepareDirectory(dataDir);
    await runner.own(dataDir);
    const start = (signal: AbortSignal): Promise<Server> =>
      startServer({ postgres: binaries.postgres, runner, dataDir, runDir, socketDir, unsafe, onLog, signal });
    const { stop, keeperPids } = await supervise({ start, release, onLog });
    return {
      url: (database = "postgres") =>
        `postgres://postgres@/${encodeURIComponent(database)}?host=${encodeURIComponent(socketDir)}`,
      stop,
      pids: () => [...keeperPids(), ...clusterProcesses(dataDir)],
    };
  } catch (error) {
    await release();
    throw error;
  }
};

type Binaries = Readonly<{ initdb: string; postgres: string }>;

const findBinaries = async (): Promise<Binaries> => {
  const name = postgresPackage(process.platform, process.arch);
  const binaries: unknown = await import(pathToFileURL(resolvePlatformPackage(name, "DATABASE_URL")).href);
  if (!isBinaries(binaries)) throw new Error(`package ${name} does not name its binaries`);
  return binaries;
};

const isBinaries = (value: unknown): value is Binaries =>
  typeof value === "object" &&
  value !== null &&
  "initdb" in value &&
  typeof value.initdb === "string" &&
  "postgres" in value &&
  typeof value.postgres === "string";
