import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { argumentsOf, identify, isAlive, type ProcessIdentity } from "../process-identity.ts";
import { awaitGone, readRecord } from "../record.ts";

const RELEASE_MS = 5_000;
const KILL_MS = 30_000;

/** The argument by which an engine's process names its data directory (a real path). */
export const pathArgument = (dataDir: string): string => `--path=${dataDir}`;

/**
 * Ends an engine that an earlier life of ours left behind on this data directory: it gets 5 s to end by itself, then
 * SIGKILL; its exit is awaited. A process that is not that engine, whatever its number, is never signalled.
 * Throws one line when it cannot be ended.
 */
export const endLeftover = async ({
  recordFile,
  dataDir,
  onLog,
}: Readonly<{ recordFile: string; dataDir: string; onLog: (line: string) => void }>): Promise<void> => {
  for (const leftover of [await readRecord(recordFile), await readStatus(dataDir)]) {
    if (!leftover || leftover.pid === process.pid || !isOurs(leftover, dataDir)) continue;
    if (await awaitGone(() => isAlive(leftover), RELEASE_MS)) continue;
    if (isOurs(leftover, dataDir)) kill(leftover.pid);
    if (!(await awaitGone(() => isAlive(leftover), KILL_MS)))
      throw new Error(
        `a ClickHouse of an earlier start (process ${leftover.pid}) holds ${dataDir} and cannot be ended`,
      );
    onLog(`ended a ClickHouse of an earlier start (process ${leftover.pid})`);
  }
};

const isOurs = (identity: ProcessIdentity, dataDir: string): boolean =>
  isAlive(identity) && argumentsOf(identity.pid).includes(pathArgument(dataDir));

/** The engine's own lock file names its process, too: it covers a supervisor killed between start and record. */
const readStatus = async (dataDir: string): Promise<ProcessIdentity | undefined> => {
  const status = await readFile(join(dataDir, "status"), "utf8").catch(() => "");
  const pid = Number(/^PID: (\d+)$/m.exec(status)?.[1]);
  return pid > 1 ? identify(pid) : undefined;
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended in between, or is not ours to signal: the caller looks whether it is gone
  }
};
