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
  readyAfterMs: number;
  /** Resident memory of the process and its engines, in bytes. */
  memory: () => number;
  /** The same for the server itself, ClickHouse, and Postgres with its keeper. */
  memoryByPart: () => Readonly<Record<"server" | "clickhouse" | "postgres", number>>;
  stop: () => Promise<void>;
}>;

export const startProduct = async (dataDir: string): Promise<Product> => {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [mainFile], {
    env: { ...process.env, METER_PORT: "0", METER_DATA_DIR: dataDir, METER_LOG_LEVEL: "warn" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let url = "";
  for await (const line of createInterface({ input: child.stdout })) {
    url = /^Meter is ready on (\S+)$/.exec(line)?.[1] ?? "";
    if (url !== "") break;
  }
  child.stdout.resume();
  if (url === "") throw new Error("the product did not start");
  return {
    url,
    key: (await readFile(join(dataDir, "admin-key"), "utf8")).trim(),
    readyAfterMs: performance.now() - startedAt,
    memory: () => treeOf(child.pid ?? 0).reduce((sum, pid) => sum + residentBytes(pid), 0),
    memoryByPart: () => {
      const parts = { server: 0, clickhouse: 0, postgres: 0 };
      for (const pid of treeOf(child.pid ?? 0)) parts[partOf(pid, child.pid)] += residentBytes(pid);
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

const residentBytes = (pid: number): number => Number(/^VmRSS:\s*(\d+) kB$/m.exec(readStatus(pid))?.[1] ?? 0) * 1024;

const partOf = (pid: number, server: number | undefined): "server" | "clickhouse" | "postgres" => {
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
