import { hash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogEntry, LogId } from "@meter/core";
import { type AcceptedEvent, createEventKey, type EventKey } from "@meter/events";
import { createUlid, instant } from "@meter/primitives";
import { ClassicLevel } from "classic-level";
import type { LocalLogLimits } from "./limits.ts";
import { recordKey } from "./layout.ts";
import { type LocalLog, openLocalLog } from "./local-log.ts";

export const eventKey: (event: AcceptedEvent) => EventKey = createEventKey((bytes) => hash("sha256", bytes, "buffer"));

export const testLogId: LogId = createUlid(instant(1_700_000_000_000), new Uint8Array(10)) as LogId;

export const event = (id: string, data = `{"tokens":${id.length}}`): AcceptedEvent => ({
  id,
  source: "test",
  type: "prompt",
  subject: "customer-1",
  time: instant(1_700_000_000_000),
  data,
  namespace: "default",
  ingestedAt: instant(1_700_000_000_500),
});

export const events = (count: number, prefix = "e"): readonly AcceptedEvent[] =>
  Array.from({ length: count }, (_, index) => event(`${prefix}${index}`));

/** Runs `use` with a directory that is gone afterwards. */
export const withDirectory = async (use: (directory: string) => Promise<void>): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), "meter-log-"));
  try {
    await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

export const openOrThrow = async (directory: string, limits: Partial<LocalLogLimits> = {}): Promise<LocalLog> => {
  const opened = await openLocalLog({ directory, eventKey, newLogId: () => testLogId, limits });
  if (!opened.ok) throw new Error(`cannot open the log: ${JSON.stringify(opened.error)}`);
  return opened.value;
};

/** Opens, uses, closes. */
export const withLog = async (
  directory: string,
  use: (log: LocalLog) => Promise<void>,
  limits: Partial<LocalLogLimits> = {},
): Promise<void> => {
  const log = await openOrThrow(directory, limits);
  try {
    await use(log);
  } finally {
    await log.close();
  }
};

/** Everything from `from` to the end of the log, read in pages. */
export const readAll = async (
  log: LocalLog,
  from: number = log.partition.trimBound(),
  rowsMax = 1_000,
): Promise<readonly LogEntry[]> => {
  const entries: LogEntry[] = [];
  for (;;) {
    const page = await log.partition.read(from + entries.length, { rowsMax, bytesMax: 1_000_000 });
    if (page.length === 0) return entries;
    entries.push(...page);
  }
};

export const idsOf = (entries: readonly LogEntry[]): readonly string[] => entries.map((entry) => entry.event.id);

/** Works on a stored log from outside, while it is closed. */
export const withDatabase = async <T>(
  directory: string,
  use: (db: ClassicLevel<Buffer, Buffer>) => Promise<T>,
): Promise<T> => {
  const db = new ClassicLevel<Buffer, Buffer>(directory, { keyEncoding: "buffer", valueEncoding: "buffer" });
  await db.open();
  try {
    return await use(db);
  } finally {
    await db.close();
  }
};

export const storedRecords = (directory: string): Promise<readonly Buffer[]> =>
  withDatabase(directory, (db) => db.keys({ gte: recordKey(0), lte: recordKey(Number.MAX_SAFE_INTEGER) }).all());
