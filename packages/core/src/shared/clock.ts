import type { Instant } from "@meter/primitives";
import type { Signal } from "./signal.ts";

/**
 * Where every decision takes its time from. There are two: the product's, which may be a manual one and then throws
 * ClockNotSet until it was set, and the system's, which always answers and takes care of what happens in real time: keys
 * that expire, waits, ids.
 */
export type Clock = Readonly<{ now: () => Instant }>;

/** Waiting, apart from the clock so that a simulator can hold it. */
export type Timer = Readonly<{
  /** Resolves after `ms`, or early when the signal aborts. Never rejects. */
  sleep: (ms: number, signal?: Signal) => Promise<void>;
  /** Lets other work of the process go first. */
  yield: () => Promise<void>;
}>;

/** Says what happened to whoever runs the process. Fields never hold secrets or event data. */
export type Logger = Readonly<{
  info: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
  error: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}>;
