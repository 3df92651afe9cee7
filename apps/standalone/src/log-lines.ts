import type { LogFormat, LogLevel } from "@meter/core";
import { type Logger, pino } from "pino";

/** Everything that this process writes: what it says to whoever starts it, what it logs, and what ends it. */
export type LogLines = Readonly<{
  logger: Logger;
  /** On standard output, whatever the level. */
  say: (line: string) => void;
  /** On standard error, whatever the level: why it ends. */
  fail: (line: string) => void;
}>;

export type LogStream = Readonly<{ write: (text: string) => unknown; isTTY?: boolean }>;

/** Somebody at a terminal reads sentences; what collects lines reads JSON. */
export const chooseFormat = (asked: LogFormat | null, { isTTY }: LogStream): LogFormat =>
  asked ?? (isTTY === true ? "text" : "json");

/**
 * One kind of line on both streams. `json`: an object a line, with `level` by name, `time` in ISO 8601, `msg`, and what else there
 * is to say. `text`: `meter: `, the level unless it is news or the end, the message, and the rest as name=value.
 */
export const createLogLines = (
  { level, format }: Readonly<{ level: LogLevel; format: LogFormat }>,
  { out, err }: Readonly<{ out: LogStream; err: LogStream }>,
): LogLines => {
  const written =
    (stream: LogStream) =>
    (line: string): void =>
      void stream.write(format === "json" ? line : toText(line));
  const create = (threshold: LogLevel, stream: LogStream): Logger =>
    pino(
      { level: threshold, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: toLevelName } },
      { write: written(stream) },
    );
  const said = create("info", out);
  const failed = create("fatal", err);
  return {
    logger: create(level, err),
    say: (line) => said.info(line),
    fail: (line) => failed.fatal(line),
  };
};

const toLevelName = (label: string): { level: string } => ({ level: label });

/** Of one line that pino has written. */
const toText = (line: string): string => {
  const { level, time: _, msg = "", err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const named = level === "info" || level === "fatal" ? "" : `${String(level)}: `;
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${toValue(value)}`);
  return `meter: ${named}${String(msg)}${rest.join("")}${toCause(err)}\n`;
};

const toValue = (value: unknown): string =>
  typeof value === "string" && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);

/** An error as pino has serialised it; where it was thrown is for whoever mends us. */
const toCause = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return "";
  const { message, stack } = error as Readonly<{ message?: unknown; stack?: unknown }>;
  return typeof stack === "string" ? `\n${stack}` : `: ${String(message)}`;
};
