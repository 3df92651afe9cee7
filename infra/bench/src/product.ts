import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const mainFile = fileURLToPath(new URL("../../../apps/standalone/src/main.ts", import.meta.url));

/** The whole product in a process of its own, on a directory of its own. */
export type Product = Readonly<{
  url: string;
  key: string;
  pid: number;
  readyAfterMs: number;
  /** Resident memory of the process and its engines, in bytes. */
  memory: () => number;
  /**
   * Memory of their own (anonymous and shared, in bytes) of the server itself, ClickHouse, and Postgres with its keeper;
   * and what of files they have mapped, which the system takes back when it needs the room.
   */
  memoryByPart: () => Readonly<Record<Part, Memory>>;
  stop: () => Promise<void>;
}>;

export type Part = "server" | "clickhouse" | "postgres";
export type Memory = Readonly<{ own: number; files: number }>;

/** `nodeArguments`: what Node itself is told, such as to make a profile. */
export const startProduct = async (dataDir: string, nodeArguments: readonly string[] = []): Promise<Product> => {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeArguments, mainFile], {
    env: {
      ...process.env,
      METER_PORT: "0",
      METER_DATA_DIR: dataDir,
      METER_LOG_LEVEL: "warn",
      METER_LOG_FORMAT: "text",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let url = "";
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^meter: ready on (\S+)$/.exec(line)?.[1] ?? "";
    if (url !== "") break;
  }
  child.stdout.resume();
  if (url === "") throw new Error("the product did not start");
  return {
    url,
    pid: child.pid ?? 0,
    key: (await readFile(join(dataDir, "admin-key"), "utf8")).trim(),
    readyAfterMs: performance.now() - startedAt,
    memory: () => treeOf(child.pid ?? 0).reduce((sum, pid) => sum + residentBytes(pid), 0),
    memoryByPart: () => {
      const none: Memory = { own: 0, files: 0 };
      const parts: Record<Part, Memory> = { server: none, clickhouse: none, postgres: none };
      for (const pid of treeOf(child.pid ?? 0)) {
        const part = partOf(pid, child.pid);
        const { own, files } = parts[part];
        parts[part] = {
          own: own + statusBytes(pid, "RssAnon") + statusBytes(pid, "RssShmem"),
          files: files + statusBytes(pid, "RssFile"),
        };
      }
      return parts;
    },
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
};

export const withScratch = async <T>(work: (directory: string) => Promise<T>): Promise<T> => {
  const directory = await mkdtemp(join(tmpdir(), "meter-bench-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** A process and everything below it. */
const treeOf = (root: number): readonly number[] => {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const parent = /^PPid:\s*(\d+)$/m.exec(readStatus(Number(name)))?.[1];
    if (parent !== undefined) childrenOf.set(Number(parent), [...(childrenOf.get(Number(parent)) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []));
  return tree;
};

const residentBytes = (pid: number): number => statusBytes(pid, "VmRSS");

const statusBytes = (pid: number, name: string): number =>
  Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(readStatus(pid))?.[1] ?? 0) * 1024;

const partOf = (pid: number, server: number | undefined): Part => {
  if (pid === server) return "server";
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("clickhouse-server") ? "clickhouse" : "postgres";
  } catch {
    return "postgres"; // it ended meanwhile, and holds nothing
  }
};

const readStatus = (pid: number): string => {
  try {
    return Number.isInteger(pid) ? readFileSync(`/proc/${pid}/status`, "utf8") : "";
  } catch {
    return ""; // it ended meanwhile
  }
};
