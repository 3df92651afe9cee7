import { dirname, join } from "node:path";
import { prepareDirectory } from "../directory.ts";
import { clickHousePackage, resolvePlatformPackage } from "../platform-package.ts";
import { claimOwnership, releaseOwnership } from "../record.ts";
import { defaultMemoryBytes } from "./config.ts";
import { type ClickHouseEndpoint, type Engine, removeTraces, startEngine } from "./engine.ts";
import { supervise } from "./supervise.ts";

export type { ClickHouseEndpoint } from "./engine.ts";

export type ClickHouseOptions = Readonly<{
  /** The engine's own directory; `<dataDir>.run` beside it holds its config and the records of its processes. */
  dataDir: string;
  onLog?: (line: string) => void;
  /** Default: 4 GiB, or 40 % of the machine if that is less. */
  maxServerMemoryBytes?: number;
  /** Keeps what every statement did in `system.query_log`, to find out. Default: no, as it writes with every statement. */
  queryLog?: boolean;
  /** Runs before each start of the engine, the first included, while none has the directory. */
  beforeStart?: () => Promise<void>;
}>;

/**
 * A ClickHouse that runs as a child of ours, is restarted when it dies, and dies with us. Each of its lives begins with
 * clean-up of merged parts' sources stopped: `SYSTEM START CLEANUP` is for whoever knows that the tables are whole.
 */
export type EmbeddedClickHouse = Readonly<{
  /**
   * The running engine. Waits while it is being restarted or settled; rejects with EngineUnavailable after `waitMs`
   * (default 10 s), and when stopped.
   */
  endpoint: (waitMs?: number) => Promise<ClickHouseEndpoint>;
  /**
   * Settles every statement in flight: ends the engine by SIGKILL, awaits its exit, starts a new one on a new port.
   * Calls that wait for their settle to begin share one. When the new engine does not start, that is logged and tried
   * again; the statements are settled all the same. Rejects when the engine cannot be ended, and when stopped.
   */
  settle: () => Promise<void>;
  /** Ends the engine, runs `work` while no engine has the directory, and starts it again, also when `work` throws. */
  whileStopped: <T>(work: (dataDir: string) => Promise<T>) => Promise<T>;
  /** Ends the engine gracefully, after 3 s by SIGKILL. Safe to call twice. */
  stop: () => Promise<void>;
  /** Process of the running engine. */
  pid: () => number | undefined;
}>;

/**
 * Starts ClickHouse on `dataDir` and resolves when it answers. Throws one line naming the directory or the missing
 * package. It listens on 127.0.0.1 only, on a new port after every start, and answers nobody without its secrets.
 */
export const startClickHouse = async (options: ClickHouseOptions): Promise<EmbeddedClickHouse> => {
  const {
    onLog = () => {},
    maxServerMemoryBytes = defaultMemoryBytes(),
    queryLog = false,
    beforeStart = async () => {},
  } = options;
  const library = findLibrary();
  const dataDir = await prepareDirectory(options.dataDir);
  const runDir = await prepareDirectory(`${dataDir}.run`);
  await claimOwnership(runDir, dataDir);
  const release = async (): Promise<void> => {
    await removeTraces(runDir);
    await releaseOwnership(runDir);
  };
  try {
    const start = (life: number, signal: AbortSignal): Promise<Engine> =>
      startEngine({ library, dataDir, runDir, life, maxServerMemoryBytes, queryLog, onLog, signal, beforeStart });
    return await supervise({ dataDir, start, release, onLog });
  } catch (error) {
    await release();
    throw error;
  }
};

const findLibrary = (): string =>
  join(
    dirname(resolvePlatformPackage(clickHousePackage(process.platform, process.arch), "CLICKHOUSE_URL")),
    "libchdb.so",
  );
