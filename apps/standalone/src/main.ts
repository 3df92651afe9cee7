import { resolve } from "node:path";
import process from "node:process";
import { logFormats, parseConfig } from "@meter/core";
import { FatalError } from "./fatal-error.ts";
import { chooseFormat, createLogLines } from "./log-lines.ts";
import { startStandalone } from "./standalone.ts";

const { stdout: out, stderr: err } = process;
// A terminal or a pipe that has gone is no reason to stop counting.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

/** Within ten seconds of the first signal it is over: what is not done then, the next start does. */
const stopMs = 9_500;

const config = parseConfig(process.env);
const { level, asked } = config.ok
  ? { level: config.value.logLevel, asked: config.value.logFormat }
  : { level: "info" as const, asked: logFormats.find((format) => format === process.env["METER_LOG_FORMAT"]) ?? null };
const { logger, say, fail } = createLogLines({ level, format: chooseFormat(asked, err) }, { out, err });

/** One line for each thing that is wrong, and an exit code that says so. */
const end = (lines: readonly string[]): never => {
  for (const line of lines) fail(line);
  process.exit(1);
};

if (!config.ok) end(config.error);
else {
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) return; // Ctrl-C reaches the whole process group and may be forwarded, too: no wish to be killed
    abort.abort();
    setTimeout(
      () => end([`still not stopped after ${stopMs / 1_000} s; the next start goes on from what is on disk`]),
      stopMs,
    ).unref();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  try {
    await startStandalone(
      { ...config.value, dataDir: resolve(config.value.dataDir) },
      { say, logger, isWatched: out.isTTY === true, signal: abort.signal },
    );
    process.exit(0);
  } catch (error) {
    if (error instanceof FatalError) end([error.message]);
    end([error instanceof Error ? (error.stack ?? error.message) : String(error)]);
  }
}
