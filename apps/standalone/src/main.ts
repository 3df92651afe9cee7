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

// A terminal or a pipe that has gone is no reason to stop counting.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

/** Within ten seconds of the first signal it is over: what is not done then, the next start does. */
const stopMs = 9_500;

const config = parseConfig(process.env);
if (!config.ok) fail(config.error);
else {
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) return; // Ctrl-C reaches the whole process group and may be forwarded, too: no wish to be killed
    abort.abort();
    setTimeout(
      () => fail([`still not stopped after ${stopMs / 1_000} s; the next start goes on from what is on disk`]),
      stopMs,
    ).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  try {
    await startStandalone({ ...config.value, dataDir: resolve(config.value.dataDir) }, { say, signal: abort.signal });
    process.exit(0);
  } catch (error) {
    if (error instanceof FatalError) fail([error.message]);
    process.stderr.write(`meter: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  }
}
