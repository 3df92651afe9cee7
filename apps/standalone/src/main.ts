import { resolve } from "node:path";
import process from "node:process";
import { parseConfig } from "@meter/core";
import { FatalError } from "./fatal-error.ts";
import { startStandalone } from "./standalone.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** One line for each thing that is wrong, and an exit code that says so. */
const fail = (lines: readonly string[]): never => {
  for (const line of lines) process.stderr.write(`meter: ${line}\n`);
  process.exit(1);
};

const config = parseConfig(process.env);
if (!config.ok) fail(config.error);
else {
  const abort = new AbortController();
  // Ctrl-C reaches the whole process group and may be forwarded, too: a repeated signal is not a wish to be killed.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => abort.abort());
  try {
    await startStandalone({ ...config.value, dataDir: resolve(config.value.dataDir) }, { say, signal: abort.signal });
    process.exit(0);
  } catch (error) {
    if (error instanceof FatalError) fail([error.message]);
    process.stderr.write(`meter: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  }
}
