import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { attach, detach, exitedWithin, type Watched, watch } from "../child.ts";
import { toLine } from "../errors.ts";
import { clusterProcesses, endKeepers, endLeftovers } from "./leftover.ts";
import type { Runner } from "./runner.ts";

export type ServerOptions = Readonly<{
  postgres: string;
  runner: Runner;
  dataDir: string;
  runDir: string;
  socketDir: string;
  unsafe: boolean;
  onLog: (line: string) => void;
  /** Gives the start up: the server is ended. */
  signal: AbortSignal;
}>;

/** One life of the server, ready for connections. */
export type Server = Readonly<{
  keeperPid: number;
  exited: Promise<void>;
  lastLines: () => readonly string[];
  /** Fast shutdown, then harder; resolves when every process of the cluster has ended. */
  end: () => Promise<void>;
}>;

/**
 * Runs the server and stops it when its own stdin closes, so that the server never outlives us, however we die.
 * Its exit status is the server's.
 */
const KEEPER = `exec 3<&0; "$0" "$@" 3<&- & p=$!; (read _ <&3; kill -INT $p) & r=$!; wait $p; c=$?; kill $r 2>/dev/null; exit $c`;

const SETTINGS = [
  "listen_addresses=",
  "unix_socket_permissions=0700",
  "timezone=UTC",
  "log_timezone=UTC",
  "log_checkpoints=off",
  "cluster_name=meter",
  // three I/O workers less, which a database of this size does not need
  "io_method=sync",
];
const UNSAFE_SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

const READY_STEP_MS = 10;
/** Recovery after a crash may take long; a server that is alive is waited for. */
const READY_MS = 600_000;
const END_MS = 10_000;
const CLOSE_MS = 1_000;

/** Ends what an earlier life left on the directory, starts the server, resolves when it accepts connections. Throws one line that names the directory. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const { postgres, runner, dataDir, runDir, socketDir, unsafe } = options;
  await endLeftovers(dataDir);
  await endKeepers(runDir, dataDir);
  await removeSocket(socketDir);
  const settings = [...SETTINGS, `unix_socket_directories=${quote(socketDir)}`, ...(unsafe ? UNSAFE_SETTINGS : [])];
  const argv = ["sh", "-c", KEEPER, postgres, "-D", dataDir, ...settings.flatMap((setting) => ["-c", setting])];
  const watched = watch(runner.run(argv, { cwd: runDir, stdio: ["pipe", "pipe", "pipe"] }), options.onLog);
  const keeperPid = watched.child.pid;
  if ((await awaitReady(watched, options)) && keeperPid !== undefined) {
    detach(watched);
    return { keeperPid, exited: watched.exited, lastLines: watched.lastLines, end: () => end(watched, dataDir) };
  }
  await end(watched, dataDir);
  await Promise.race([watched.closed, sleep(CLOSE_MS)]);
  throw new Error(
    `Postgres did not start in ${dataDir}: ${watched.lastLines().map(toLine).join(" · ") || "it ended without a word"}`,
  );
};

/**
 * What a killed server leaves of its socket. Its lock names a process by number, and the server believes it as long as
 * that number is taken: by another program, or by the killed server itself until somebody has read its exit status.
 */
const removeSocket = async (socketDir: string): Promise<void> => {
  for (const name of [".s.PGSQL.5432", ".s.PGSQL.5432.lock"]) await rm(join(socketDir, name), { force: true });
};

/** The value is a list of names: one with a comma or blank stands in double quotes. */
const quote = (path: string): string => `"${path.replaceAll('"', '""')}"`;

const awaitReady = async (watched: Watched, { dataDir, signal }: ServerOptions): Promise<boolean> => {
  const until = performance.now() + READY_MS;
  while (!watched.hasExited() && !signal.aborted && performance.now() < until) {
    if (await isReady(dataDir)) return true;
    await sleep(READY_STEP_MS);
  }
  return false;
};

/** Line 8 of the server's own lock file says in which state it is; line 1, which process. */
const isReady = async (dataDir: string): Promise<boolean> => {
  const lines = (await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  return lines[7]?.trim() === "ready" && clusterProcesses(dataDir).includes(Number(lines[0]));
};

const end = async (watched: Watched, dataDir: string): Promise<void> => {
  if (!watched.hasExited()) attach(watched);
  watched.child.stdin?.destroy();
  await exitedWithin(watched, END_MS);
  await endLeftovers(dataDir);
  await exitedWithin(watched, END_MS);
};
