import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";

/**
 * A process that cannot be mistaken for another one with the same number.
 * `startTime` counts clock ticks since boot (Linux, field 22 of `/proc/PID/stat`) or is a date (elsewhere, by `ps`).
 */
export type ProcessIdentity = Readonly<{ pid: number; startTime: string; bootId: string }>;

const linux = process.platform === "linux";

/** undefined: there is no such process, or all that is left of it is an unread exit status. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  const startTime = linux ? startTimeByProc(pid) : ps(pid, "lstart=");
  return startTime ? { pid, startTime, bootId: bootId() } : undefined;
};

/** Whether this very process still lives. */
export const isAlive = (identity: ProcessIdentity): boolean => {
  const now = identify(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
};

export const isProcessIdentity = (value: unknown): value is ProcessIdentity =>
  typeof value === "object" &&
  value !== null &&
  "pid" in value &&
  Number.isInteger(value.pid) &&
  Number(value.pid) > 1 &&
  "startTime" in value &&
  typeof value.startTime === "string" &&
  "bootId" in value &&
  typeof value.bootId === "string";

/** Arguments of a process; [] when there is none or they cannot be read. Outside Linux split at blanks. */
export const argumentsOf = (pid: number): readonly string[] =>
  linux ? read(`/proc/${pid}/cmdline`).split("\0") : ps(pid, "args=").split(" ");

/** Numbers of all processes of an executable called `executable` whose working directory is `dir` (a real path). */
export const processesIn = (dir: string, executable: string): readonly number[] => {
  if (linux)
    return readdirSync("/proc")
      .map(Number)
      .filter((pid) => pid > 1 && worksIn(pid, dir, executable) && identify(pid) !== undefined);
  const { stdout } = spawnSync("ps", ["-axo", "pid=,args="], { encoding: "utf8" });
  const rows = stdout.split("\n").filter((row) => row.includes(`/${executable} `) && row.includes(dir));
  return rows.map((row) => Number.parseInt(row, 10)).filter((pid) => pid > 1);
};

/** Numbers of all processes whose working directory is `dir` (a real path), whatever they run. Linux only; elsewhere []. */
export const processesAt = (dir: string): readonly number[] =>
  linux
    ? readdirSync("/proc")
        .map(Number)
        .filter((pid) => pid > 1 && link(`/proc/${pid}/cwd`) === dir && identify(pid) !== undefined)
    : [];

const worksIn = (pid: number, dir: string, executable: string): boolean =>
  link(`/proc/${pid}/cwd`) === dir &&
  link(`/proc/${pid}/exe`)
    .replace(/ \(deleted\)$/, "")
    .endsWith(`/${executable}`);

/** The command name stands in parentheses and may hold blanks and parentheses itself: fields are counted from the last ")". */
const startTimeByProc = (pid: number): string => {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0] ?? ""; // field 3
  return state === "" || state === "Z" || state === "X" ? "" : (fields[19] ?? ""); // field 22
};

let knownBootId: string | undefined;

const bootId = (): string => {
  knownBootId ??= linux
    ? read("/proc/sys/kernel/random/boot_id").trim()
    : spawnSync("sysctl", ["-n", "kern.boottime"], { encoding: "utf8" }).stdout.trim();
  return knownBootId;
};

const ps = (pid: number, field: string): string =>
  spawnSync("ps", ["-o", field, "-p", String(pid)], { encoding: "utf8" }).stdout.trim();

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

const link = (file: string): string => {
  try {
    return readlinkSync(file);
  } catch {
    return "";
  }
};
