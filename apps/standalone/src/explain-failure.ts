import type { Config } from "@meter/core";
import { type DataDirectory, DataDirectoryError, explain } from "@meter/embedded";
import type { LocalLogError } from "@meter/log-local";
import { FatalError } from "./fatal-error.ts";

/** How the engines, which say it in their own words, tell of a disk. */
const diskTexts: readonly Readonly<{ pattern: RegExp; code: string }>[] = [
  {
    pattern: /No space left on device|Disk quota exceeded|not enough space|wrote only \d+ of \d+ bytes/i,
    code: "ENOSPC",
  },
  { pattern: /Read-only file system/i, code: "EROFS" },
];

/**
 * What a failed start means for whoever can do something about it, in one line that names a variable or the data directory.
 * Anything else is a fault of ours and comes back as it is.
 */
export const explainFailure = (error: unknown, { dataDir }: Pick<Config, "dataDir">): unknown => {
  if (error instanceof FatalError) return error;
  if (error instanceof DataDirectoryError) return new FatalError(error.message);
  const text = textOf(error);
  const code = diskTexts.find(({ pattern }) => pattern.test(text))?.code ?? null;
  return code === null ? error : new FatalError(`METER_DATA_DIR: ${dataDir} ${explain(withCode(code))}`);
};

export const explainLog = (error: LocalLogError, directory: DataDirectory): string => {
  switch (error.type) {
    case "locked":
      return `METER_DATA_DIR: ${directory.path} is in use by another Meter; stop it or choose another directory`;
    case "not_a_log":
      return `METER_DATA_DIR: ${directory.log} is not an event log: ${error.reason}`;
    case "corrupt":
      return `METER_DATA_DIR: the event log in ${directory.log} is damaged: ${error.reason}`;
    case "disk":
      return `METER_DATA_DIR: ${directory.path} ${explain(withCode(error.code, error.reason))}`;
  }
};

/** The engines' own starts fail with a line that names their directory or the missing package. */
export const explainEngine = (error: unknown, config: Config): unknown => {
  const explained = explainFailure(error, config);
  return explained instanceof FatalError ? explained : new FatalError(`METER_DATA_DIR: ${textOf(error)}`);
};

/** The user's own database; neither user nor password of the address is shown. */
export const explainDatabase = (error: unknown, url: string): FatalError =>
  new FatalError(`DATABASE_URL: the database${addressOf(url)} cannot be used: ${textOf(error)}`);

const addressOf = (url: string): string => {
  const parsed = URL.parse(url);
  return parsed === null ? "" : ` at ${parsed.host}${parsed.pathname}`;
};

const withCode = (code: string, message = code): NodeJS.ErrnoException => Object.assign(new Error(message), { code });

/** Message of whatever was thrown, with its causes, in one line. A refused connection has no message, only a code. */
const textOf = (thrown: unknown): string => {
  const messages: string[] = [];
  let error = thrown;
  for (; error instanceof Error; error = error.cause) {
    const code = "code" in error && typeof error.code === "string" ? error.code : "";
    messages.push(error.message || code || error.name);
  }
  if (typeof error === "string") messages.push(error);
  return [...new Set(messages)].join(": ").replaceAll(/\s*\n\s*/g, " · ");
};
