import { mkdir, open, readdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { LogId } from "@meter/core";
import { isUlid } from "@meter/primitives";
import { ClassicLevel } from "classic-level";
import { OpenFailure } from "./errors.ts";
import {
  decodeOffset,
  encodeOffset,
  firstOffsetOf,
  formatVersion,
  metaKeys,
  recordKey,
  recordKeysEnd,
} from "./layout.ts";
import { openRecord } from "./record.ts";
import type { LogState } from "./state.ts";

export type LogDatabase = ClassicLevel<Buffer, Buffer>;

/**
 * Measured with bench/keys.ts. Compression: at 6 M random keys it costs half of the rate (62k against 123k events a
 * second) and saves 4 of 28 bytes a key once compacted; events are gone before it pays for them. The write buffer is
 * what a start after a crash replays, and up to twice its size is held in memory. Larger tables than the default 2 MiB
 * keep 100 M keys (2.8 GB) in fewer files than `maxOpenFiles`, so that no look-up has to open one. The Bloom filter
 * (10 bits a key) is built into the binding.
 */
const tuning = {
  keyEncoding: "buffer",
  valueEncoding: "buffer",
  compression: false,
  writeBufferSize: 16 * 1024 * 1024,
  cacheSize: 16 * 1024 * 1024,
  blockSize: 4 * 1024,
  maxFileSize: 8 * 1024 * 1024,
  maxOpenFiles: 1_000,
} as const;

export type OpenedDatabase = Readonly<{ db: LogDatabase; id: LogId; state: LogState }>;

/** Opens the log in `directory`, or begins one when the directory is missing or empty. Throws what toLocalLogError reads. */
export const openDatabase = async (directory: string, newLogId: () => LogId): Promise<OpenedDatabase> => {
  const found = await inspect(directory);
  if (found === "foreign")
    throw new OpenFailure({
      type: "not_a_log",
      reason: "the directory holds something that is not a LevelDB database",
    });
  const db: LogDatabase = new ClassicLevel<Buffer, Buffer>(directory, tuning);
  await db.open({ createIfMissing: found === "new" });
  try {
    const id = (await readIdentity(db)) ?? (await beginLog(db, directory, newLogId()));
    const state = await readState(db);
    await checkRecords(db, state);
    return { db, id, state };
  } catch (error) {
    await db.close();
    throw error;
  }
};

/**
 * LevelDB names its manifest in CURRENT as the last step of creating a database. A directory without that file is new
 * when there is nothing in it but what a creation that was cut short leaves behind.
 */
const beforeCurrent: ReadonlySet<string> = new Set(["LOCK", "LOG", "LOG.old", "MANIFEST-000001", "000001.dbtmp"]);

const inspect = async (directory: string): Promise<"new" | "database" | "foreign"> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const names = await readdir(directory);
  if (names.includes("CURRENT")) return "database";
  return names.every((name) => beforeCurrent.has(name)) ? "new" : "foreign";
};

const readIdentity = async (db: LogDatabase): Promise<LogId | null> => {
  const stored = await db.get(metaKeys.identity);
  if (stored === undefined) {
    // A creation cut short before its first write leaves an empty database, and nothing else is overwritten.
    const [anyKey] = await db.keys({ limit: 1 }).all();
    if (anyKey === undefined) return null;
    throw new OpenFailure({
      type: "not_a_log",
      reason: "the directory holds a LevelDB database that is not an event log",
    });
  }
  const identity = readJson("identity", stored);
  if (identity["format"] !== formatVersion)
    throw new OpenFailure({
      type: "not_a_log",
      reason: `the log has format ${String(identity["format"])}, known is ${formatVersion}`,
    });
  const id = identity["log"];
  if (typeof id !== "string" || !isUlid(id)) throw corrupt("the log's id is not readable");
  return id as LogId; // the one place where the brand is given to a stored id
};

const beginLog = async (db: LogDatabase, directory: string, id: LogId): Promise<LogId> => {
  const identity = Buffer.from(JSON.stringify({ format: formatVersion, log: id }));
  const zero = encodeOffset(0);
  await db
    .batch()
    .put(metaKeys.identity, identity)
    .put(metaKeys.next, zero)
    .put(metaKeys.trimBound, zero)
    .write({ sync: true });
  for (const path of [directory, dirname(directory)]) await syncDirectory(path);
  return id;
};

/** Makes the names in a directory durable, which a sync of the files does not promise. */
const syncDirectory = async (path: string): Promise<void> => {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

const readState = async (db: LogDatabase): Promise<LogState> => {
  const [next, trimBound, applied, syncFailure] = await db.getMany([
    metaKeys.next,
    metaKeys.trimBound,
    metaKeys.applied,
    metaKeys.syncFailure,
  ]);
  if (next === undefined || trimBound === undefined) throw corrupt("the next offset or the trim bound is missing");
  const state: LogState = {
    next: readStored("next offset", () => decodeOffset(next)),
    trimBound: readStored("trim bound", () => decodeOffset(trimBound)),
    applied: applied === undefined ? null : readApplied(applied),
    syncFailure: syncFailure?.toString() ?? null,
  };
  if (state.trimBound > state.next)
    throw corrupt(`the trim bound ${state.trimBound} is above the next offset ${state.next}`);
  if (state.applied !== null && state.applied.offset > state.next)
    throw corrupt(`the applied marker ${state.applied.offset} is above the next offset ${state.next}`);
  return state;
};

const readApplied = (stored: Buffer): NonNullable<LogState["applied"]> => {
  const { boot, offset } = readJson("applied marker", stored);
  if (typeof boot !== "string" || typeof offset !== "number" || !Number.isSafeInteger(offset) || offset < 0)
    throw corrupt("the applied marker is not readable");
  return { boot, offset };
};

/** The two ends of the untrimmed records; every one between is checked when it is read. */
const checkRecords = async (db: LogDatabase, { next, trimBound }: LogState): Promise<void> => {
  const [last] = await db.iterator({ gte: recordKey(0), lt: recordKeysEnd, reverse: true, limit: 1 }).all();
  if (last === undefined) {
    if (next > trimBound) throw corrupt(`the events from ${trimBound} to ${next} are missing`);
    return;
  }
  const end = endOf(last);
  // Below the trim bound records go in any order when the machine loses power, so that an end there says nothing.
  if (end > next || (end < next && next > trimBound))
    throw corrupt(`the last event is at ${end - 1}, the next offset is ${next}`);
  if (next === trimBound) return;
  const [first] = await db.iterator({ gte: recordKey(0), lte: recordKey(trimBound), reverse: true, limit: 1 }).all();
  if (first === undefined || endOf(first) <= trimBound) throw corrupt(`the event at ${trimBound} is missing`);
};

const endOf = ([key, bytes]: readonly [Buffer, Buffer]): number => {
  const firstOffset = firstOffsetOf(key);
  return firstOffset + readStored(`record at ${firstOffset}`, () => openRecord(firstOffset, bytes)).count;
};

const readStored = <T>(what: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw corrupt(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const readJson = (what: string, stored: Buffer): Readonly<Record<string, unknown>> => {
  const value: unknown = readStored(what, () => JSON.parse(stored.toString()));
  if (typeof value !== "object" || value === null) throw corrupt(`${what}: not an object`);
  return { ...value };
};

const corrupt = (reason: string): OpenFailure => new OpenFailure({ type: "corrupt", reason });
