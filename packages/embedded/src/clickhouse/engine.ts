import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { attach, detach, exitedWithin, type Watched, watch } from "../child.ts";
import { cannotWrite } from "../directory.ts";
import { toLine } from "../errors.ts";
import { identify } from "../process-identity.ts";
import { writeRecord } from "../record.ts";
import { CONFIG_NAME, createSecrets, SECRET_HEADER, type Secrets, toConfig, USERNAME } from "./config.ts";
import { findFreePort } from "./free-port.ts";
import { endLeftover, pathArgument } from "./leftover.ts";

/** How to reach one life of the engine: over HTTP, with these credentials and headers on every request. */
export type ClickHouseEndpoint = Readonly<{
  url: string;
  username: string;
  password: string;
  headers: Readonly<Record<string, string>>;
  /** Rises with every start of the engine. */
  life: number;
}>;

/** One life of the engine: a process that is ready for statements. */
export type Engine = Readonly<{
  endpoint: ClickHouseEndpoint;
  pid: number;
  exited: Promise<void>;
  /** Ends it by SIGKILL and awaits its exit: nothing in flight can commit afterwards. Throws if it cannot be ended. */
  kill: () => Promise<void>;
  /** Ends it gracefully within `graceMs`, else by `kill`. */
  end: (graceMs: number) => Promise<void>;
  lastLines: () => readonly string[];
}>;

export type EngineOptions = Readonly<{
  library: string;
  dataDir: string;
  runDir: string;
  life: number;
  maxServerMemoryBytes: number;
  queryLog: boolean;
  onLog: (line: string) => void;
  /** Gives the start up: the process is ended. */
  signal: AbortSignal;
  /** Runs before the engine is launched, when no other has the directory any more. */
  beforeStart?: () => Promise<void>;
  /** Default: a port that is free now. */
  pickPort?: () => Promise<number>;
}>;

const SERVER = fileURLToPath(new URL("clickhouse-server.mjs", import.meta.url));
const PORT_TRIES_MAX = 5;
const READY_STEP_MS = 10;
/** Loading very many parts takes long; an engine that is alive is waited for. */
const READY_MS = 120_000;
const PROBE_MS = 5_000;
const KILL_MS = 30_000;
const CLOSE_MS = 1_000;

/**
 * Starts the engine on a free port of 127.0.0.1 and resolves when it answers statements, with clean-up of merged parts'
 * sources stopped: it dates them by when they were written, not by when they were merged, and would remove those it finds
 * before anybody has looked whether the merge is whole.
 * An engine that an earlier life left behind is ended first. Throws one line that names the data directory.
 */
export const startEngine = async (options: EngineOptions): Promise<Engine> => {
  await endLeftover({ recordFile: recordFile(options.runDir), dataDir: options.dataDir, onLog: options.onLog });
  await options.beforeStart?.();
  const { pickPort = findFreePort } = options;
  for (let tries = 1; ; tries += 1) {
    const started = await tryPort(options, await pickPort());
    if (started.ok) return started.engine;
    if (options.signal.aborted) throw new Error(`the start of ClickHouse in ${options.dataDir} was given up`);
    if (!started.portTaken || tries === PORT_TRIES_MAX)
      throw new Error(`ClickHouse did not start in ${options.dataDir}: ${started.reason}`);
  }
};

/** Removes what a life of the engine leaves in the run directory: its record, and the config with the secrets. */
export const removeTraces = async (runDir: string): Promise<void> => {
  for (const file of [recordFile(runDir), configFile(runDir)]) await rm(file, { force: true });
};

const recordFile = (runDir: string): string => join(runDir, "engine.json");
const configFile = (runDir: string): string => join(runDir, CONFIG_NAME);

type Start = Readonly<{ ok: true; engine: Engine }> | Readonly<{ ok: false; portTaken: boolean; reason: string }>;

const tryPort = async (options: EngineOptions, port: number): Promise<Start> => {
  const secrets = createSecrets();
  const watched = await launch(options, port, secrets);
  const end = (): Promise<void> => kill(watched, options.dataDir);
  try {
    await record(options, watched);
    const ready =
      (await awaitReady({ port, secrets, watched, signal: options.signal })) && (await stopCleanup(port, secrets));
    if (ready && watched.child.pid !== undefined) {
      detach(watched);
      return { ok: true, engine: toEngine({ options, port, secrets, watched, pid: watched.child.pid }) };
    }
  } catch (error) {
    await end();
    throw error;
  }
  const timedOut = !watched.hasExited();
  await end();
  await Promise.race([watched.closed, sleep(CLOSE_MS)]);
  const words = watched.lastLines();
  return {
    ok: false,
    portTaken: words.some((line) => line.includes("Address already in use")),
    reason: timedOut
      ? `it did not answer within ${READY_MS / 1000} s`
      : words.map(toLine).join(" · ") || "it ended without a word",
  };
};

/** The environment is not handed on: it may hold secrets and Node options of ours. */
const launch = async (
  { library, dataDir, runDir, maxServerMemoryBytes, queryLog, onLog }: EngineOptions,
  port: number,
  secrets: Secrets,
): Promise<Watched> => {
  const file = configFile(runDir);
  try {
    await rm(file, { force: true });
    await writeFile(file, toConfig({ secrets, maxServerMemoryBytes, queryLog }), { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw cannotWrite(runDir, error);
  }
  const args = [
    "--no-warnings",
    SERVER,
    library,
    String(process.pid),
    pathArgument(dataDir),
    `--http_port=${port}`,
    `--config-file=${file}`,
  ];
  const child = spawn(process.execPath, args, {
    cwd: runDir,
    detached: true, // a process group of its own: Ctrl-C does not reach it
    stdio: ["pipe", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], HOME: runDir, LC_ALL: "C.UTF-8", TZ: "UTC" },
  });
  return watch(child, onLog);
};

const record = async ({ runDir }: EngineOptions, { child }: Watched): Promise<void> => {
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity) await writeRecord(recordFile(runDir), identity);
};

const toEngine = (
  life: Readonly<{ options: EngineOptions; port: number; secrets: Secrets; watched: Watched; pid: number }>,
): Engine => {
  const { options, watched } = life;
  const killIt = (): Promise<void> => kill(watched, options.dataDir);
  return {
    endpoint: { ...toEndpoint(life.port, life.secrets), life: options.life },
    pid: life.pid,
    exited: watched.exited,
    kill: killIt,
    end: async (graceMs) => {
      attach(watched);
      watched.child.stdin?.end();
      if (!(await exitedWithin(watched, graceMs))) await killIt();
    },
    lastLines: watched.lastLines,
  };
};

const toEndpoint = (port: number, secrets: Secrets): Omit<ClickHouseEndpoint, "life"> => ({
  url: `http://127.0.0.1:${port}`,
  username: USERNAME,
  password: secrets.password,
  headers: { [SECRET_HEADER]: secrets.header },
});

const kill = async (watched: Watched, dataDir: string): Promise<void> => {
  if (watched.hasExited()) return;
  attach(watched);
  watched.child.kill("SIGKILL");
  if (!(await exitedWithin(watched, KILL_MS)))
    throw new Error(`the ClickHouse of ${dataDir} (process ${watched.child.pid}) does not end`);
};

/** Resolves to true when the engine answers, to false when it has ended or time is up. */
const awaitReady = async ({
  port,
  secrets,
  watched,
  signal,
}: Readonly<{ port: number; secrets: Secrets; watched: Watched; signal: AbortSignal }>): Promise<boolean> => {
  const end = performance.now() + READY_MS;
  while (!watched.hasExited() && !signal.aborted && performance.now() < end) {
    if ((await ask(port, secrets, "SELECT getMacro('proof')")) === secrets.proof && !watched.hasExited()) return true;
    await sleep(READY_STEP_MS);
  }
  return false;
};

const stopCleanup = async (port: number, secrets: Secrets): Promise<boolean> =>
  (await ask(port, secrets, "SYSTEM STOP CLEANUP")) === "";

/**
 * The answer to a statement; null when there is none, or an error. Whoever answers on the port is our engine only if it
 * knows the proof. The connection is not kept: it would delay the engine's end.
 */
const ask = (port: number, secrets: Secrets, statement: string): Promise<string | null> =>
  new Promise((resolve) => {
    const { username, password, headers } = toEndpoint(port, secrets);
    const call = request(
      {
        method: "POST",
        host: "127.0.0.1",
        port,
        path: `/?query=${encodeURIComponent(statement)}`,
        auth: `${username}:${password}`,
        headers: { ...headers },
        agent: false,
        timeout: PROBE_MS,
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text = (text + chunk).slice(0, 1_000);
        });
        response.on("end", () => resolve(response.statusCode === 200 ? text.trim() : null));
        response.on("error", () => resolve(null));
      },
    );
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(null));
    call.end();
  });
