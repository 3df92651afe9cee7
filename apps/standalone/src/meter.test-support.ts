import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

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
  /** Asks with the admin key unless `headers` say otherwise. */
  call: (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  stop: () => Promise<Exit>;
  kill: () => Promise<void>;
}>;

export type Answer = Readonly<{ status: number; headers: Headers; text: string; json: unknown }>;

export type Launch = Readonly<{ child: ChildProcess; lines: readonly string[]; exited: Promise<Exit>; url: Promise<string | null> }>;

/** Starts the process; `url` is null when it ended before it was ready. */
export const launch = (environment: Readonly<Record<string, string>>): Launch => {
  const child = spawn(process.execPath, ["--no-warnings", mainFile], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], METER_PORT: "0", METER_LOG_LEVEL: "warn", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a process group of its own, as a terminal gives it
  });
  const lines: string[] = [];
  const exited = once(child, "exit").then(([code, signal]): Exit => ({ code: code as number | null, signal: signal as NodeJS.Signals | null }));
  const url = new Promise<string | null>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        const address = /^Meter is ready on (\S+)$/.exec(line)?.[1];
        if (address !== undefined) resolve(address);
      });
    void exited.then(() => sleep(50)).then(() => resolve(null));
  });
  return { child, lines, exited, url };
};

export const startMeter = async (dataDir: string, environment: Readonly<Record<string, string>> = {}): Promise<Meter> => {
  const startedAt = performance.now();
  const { child, lines, exited, url: ready } = launch({ METER_DATA_DIR: dataDir, ...environment });
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
    call: async (method, path, body, headers = {}) => {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          ...(key === "" ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: toJson(text) };
    },
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

const toJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Pids of every process of an installation: those that name its directory or work in it. */
export const processesOf = (dataDir: string): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        if (readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) return false; // ended, not yet waited for
        const named = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(dataDir);
        return named || readlinkSync(`/proc/${pid}/cwd`).startsWith(dataDir) || readFileSync(`/proc/${pid}/environ`, "utf8").includes(`METER_DATA_DIR=${dataDir}\0`);
      } catch {
        return false; // it ended while we looked
      }
    })
    .map(Number);

/** Waits until nothing of an installation runs; answers what still does after `timeoutMs`. */
export const processesLeft = async (dataDir: string, timeoutMs: number): Promise<readonly number[]> => {
  const until = performance.now() + timeoutMs;
  while (processesOf(dataDir).length > 0 && performance.now() < until) await sleep(50);
  return processesOf(dataDir);
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
