import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { argumentsOf, processesAt, processesIn } from "../process-identity.ts";
import { awaitGone } from "../record.ts";

/** Signals to the postmaster in the order of their force, and how long each may take: fast shutdown, immediate shutdown. */
const REQUESTS: readonly Readonly<{ signal: NodeJS.Signals; waitMs: number }>[] = [
  { signal: "SIGINT", waitMs: 5_000 },
  { signal: "SIGQUIT", waitMs: 2_000 },
];
const KILL_MS = 10_000;

/** Processes of the cluster: Postgres changes into its data directory (a real path), so they are known by that, not by a number that may be anybody's. */
export const clusterProcesses = (dataDir: string): readonly number[] => processesIn(dataDir, "postgres");

/**
 * Ends the cluster's processes that no supervisor holds any more, and awaits their exit.
 * Throws one line when they cannot be ended.
 */
export const endLeftovers = async (dataDir: string): Promise<void> => {
  for (const { signal, waitMs } of REQUESTS) {
    const postmaster = await readPostmaster(dataDir);
    if (postmaster === undefined) break;
    kill(postmaster, signal);
    await awaitGone(() => clusterProcesses(dataDir).length > 0, waitMs);
  }
  for (const pid of clusterProcesses(dataDir)) kill(pid, "SIGKILL"); // without a postmaster they take no requests
  await awaitGone(() => clusterProcesses(dataDir).length > 0, KILL_MS);
  const left = clusterProcesses(dataDir);
  if (left.length > 0)
    throw new Error(`a Postgres of an earlier start (process ${left.join(", ")}) holds ${dataDir} and cannot be ended`);
  await rm(join(dataDir, "postmaster.pid"), { force: true });
};

/**
 * Ends keepers of earlier starts, whose servers have ended: one that was stopped (SIGSTOP) heard neither of its parent's
 * death nor of its server's. They work in the run directory and name the data directory.
 */
export const endKeepers = async (runDir: string, dataDir: string): Promise<void> => {
  const keepers = (): readonly number[] => processesAt(runDir).filter((pid) => argumentsOf(pid).includes(dataDir));
  for (const pid of keepers()) kill(pid, "SIGKILL");
  await awaitGone(() => keepers().length > 0, KILL_MS);
};

/** The process that the server's lock file names, if it is one of this cluster. */
const readPostmaster = async (dataDir: string): Promise<number | undefined> => {
  const pid = Number.parseInt(await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => ""), 10);
  return clusterProcesses(dataDir).includes(pid) ? pid : undefined;
};

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // it ended in between, or is not ours to signal: the caller looks whether it is gone
  }
};
