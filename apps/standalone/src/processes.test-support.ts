import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Pids of every process of an installation, or of all below a directory: those that name it or work in it. */
export const processesOf = (dataDir: string): readonly number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => {
      try {
        if (readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) return false; // ended, not yet waited for
        const says = `${readFileSync(`/proc/${pid}/cmdline`, "utf8")}\0${readFileSync(`/proc/${pid}/environ`, "utf8")}\0`;
        return (
          [`${dataDir}\0`, `${dataDir}/`].some((name) => says.includes(name)) ||
          isInside(readlinkSync(`/proc/${pid}/cwd`), dataDir)
        );
      } catch {
        return false; // it ended while we looked
      }
    })
    .map(Number);

const isInside = (path: string, dir: string): boolean => path === dir || path.startsWith(`${dir}/`);

/** Waits until nothing of an installation runs; answers what still does after `timeoutMs`. */
export const processesLeft = async (dataDir: string, timeoutMs: number): Promise<readonly number[]> => {
  const until = performance.now() + timeoutMs;
  while (processesOf(dataDir).length > 0 && performance.now() < until) await sleep(50);
  return processesOf(dataDir);
};

/** The process of the embedded Postgres that all its others come from. */
export const postmasterOf = async (dataDir: string): Promise<number> =>
  Number.parseInt(await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8"), 10);

/** The process of the embedded ClickHouse. */
export const clickHouseOf = async (dataDir: string): Promise<number> =>
  (JSON.parse(await readFile(join(dataDir, "clickhouse.run", "engine.json"), "utf8")) as { pid: number }).pid;

/** Bytes of memory of an installation's processes, what they share counted once. */
export const memoryOf = (dataDir: string): number =>
  processesOf(dataDir).reduce(
    (sum, pid) =>
      sum + 1_024 * Number(/^Pss: +(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0),
    0,
  );

/** Ends every process of an installation at once, as a loss of power does; resolves when none is left. */
export const killAll = async (dataDir: string): Promise<void> => {
  for (const pid of processesOf(dataDir)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      continue; // it ended with another one
    }
  }
  const left = await processesLeft(dataDir, 10_000);
  if (left.length > 0) throw new Error(`processes ${left.join(", ")} do not end`);
};
