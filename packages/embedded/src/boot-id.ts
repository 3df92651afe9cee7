import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Names this life of the machine: another one after every boot. */
export const readBootId = (): string =>
  process.platform === "linux"
    ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
    : execFileSync("sysctl", ["-n", "kern.bootsessionuuid"], { encoding: "utf8" }).trim();
