import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { processesLeft, processesOf } from "./processes.test-support.ts";

export { processesLeft, processesOf } from "./processes.test-support.ts";

const mainFile = fileURLToPath(new URL("main.ts", import.meta.url));

export type Exit = Readonly<{ code: number | null; signal: NodeJS.Signals | null }>;

/** The product as a user runs it: its own process, its own engines. */
export type Meter = Readonly<{
  url: string;
  child: ChildProcess;
  /** Milliseconds from the start of the process to its ready line. */
  readyAfterMs: number;
  lines: readonly string[];
  exited: Promise<Exit>;
  /** Asks with the admin key unless `headers` say otherwise; `authorization: ""` sends none. */
  call: Call;
  stop: () => Promise<Exit>;
  kill: () => Promise<void>;
}>;

export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

export type Answer = Readonly<{ status: number; headers: Headers; text: string; json: unknown }>;

export type Launch = Readonly<{
  child: ChildProcess;
  /** Everything it wrote, as it came. */
  lines: readonly string[];
  /** What of that came over standard error. */
  errors: readonly string[];
  /** After its last line. */
  exited: Promise<Exit>;
  /** Null when it ended before it was ready. */
  url: Promise<string | null>;
  /** Resolves with the first line that matches; null when it ended without one. */
  said: (pattern: RegExp) => Promise<string | null>;
}>;

/**
 * Starts the process, in a process group of its own, as a terminal does. `through`: a command and its arguments that
 * end by becoming the command behind them, such as `nice`. `program`: another one than the product as it is.
 */
export const launch = (
  environment: Readonly<Record<string, string>>,
  through: readonly string[] = [],
  program: string = mainFile,
): Launch => {
  const argv = [...through, process.execPath, "--no-warnings", program];
  const child = spawn(argv[0] ?? process.execPath, argv.slice(1), {
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      METER_PORT: "0",
      METER_LOG_LEVEL: "warn",
      METER_LOG_FORMAT: "text",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const lines: string[] = [];
  const errors: string[] = [];
  const listeners = new Set<(line: string) => void>();
  const read = (stream: NodeJS.ReadableStream, take: (line: string) => void): void => {
    createInterface({ input: stream }).on("line", take);
  };
  const take = (line: string): void => {
    lines.push(line);
    for (const listener of listeners) listener(line);
  };
  read(child.stdout, (line) => take(line.replace(/^meter: /, "")));
  read(child.stderr, (line) => {
    errors.push(line);
    take(line);
  });
  const exit = once(child, "exit");
  const closed = once(child, "close"); // an orphan that holds our pipes must not hold the test, too
  const exited = exit.then(async ([code, signal]): Promise<Exit> => {
    await Promise.race([closed, sleep(200)]);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  const said = (pattern: RegExp): Promise<string | null> =>
    new Promise((resolve) => {
      const look = (line: string): void => {
        if (!pattern.test(line)) return;
        listeners.delete(look);
        resolve(line);
      };
      listeners.add(look);
      for (const line of lines) look(line);
      void exited.then(() => resolve(null));
    });
  const url = said(/^ready on /).then((line) => line?.split(" ").at(-1) ?? null);
  return { child, lines, errors, exited, url, said };
};

export const startMeter = async (
  dataDir: string,
  environment: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
  program: string = mainFile,
): Promise<Meter> => {
  const startedAt = performance.now();
  const { child, lines, exited, url: ready } = launch({ METER_DATA_DIR: dataDir, ...environment }, through, program);
  const url = await ready;
  if (url === null) throw new Error(`Meter did not start:\n${lines.join("\n")}`);
  const readyAfterMs = performance.now() - startedAt;
  const key = (await readFile(join(dataDir, "admin-key"), "utf8").catch(() => "")).trim();
  return {
    url,
    child,
    readyAfterMs,
    lines,
    exited,
    call: createCall(url, key),
    stop: () => {
      child.kill("SIGTERM");
      return exited;
    },
    kill: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
};

/** Calls the server at `url` with a key. */
export const createCall =
  (url: string, key: string): Call =>
  async (method, path, body, headers = {}) => {
    const wanted = {
      ...(key === "" ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    };
    const response = await fetch(new URL(path, url), {
      method,
      headers: Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== "")),
      ...(body === undefined ? {} : { body: isSendable(body) ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: toJson(text) };
  };

const isSendable = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === "string" || body instanceof Uint8Array;

const toJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** A directory for one test file; `remove` also ends whatever still runs in it. */
export const scratchDirectory = async (): Promise<Readonly<{ path: string; remove: () => Promise<void> }>> => {
  const path = await mkdtemp(join(tmpdir(), "meter-app-"));
  return {
    path,
    remove: async () => {
      for (const pid of processesOf(path)) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          continue; // ended meanwhile
        }
      }
      await processesLeft(path, 5_000);
      await rm(path, { recursive: true, force: true });
    },
  };
};
