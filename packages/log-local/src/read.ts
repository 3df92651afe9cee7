import type { LogEntry, Turns } from "@meter/core";
import { decodeAcceptedEvent } from "@meter/events";
import { assert } from "@meter/primitives";
import type { LogDatabase } from "./database.ts";
import { reasonOf } from "./errors.ts";
import { firstOffsetOf, recordKey } from "./layout.ts";
import { type EventRecord, eventsOf, openRecord } from "./record.ts";
import type { LogState } from "./state.ts";

export type ReadLimits = Readonly<{ rowsMax: number; bytesMax: number }>;

/** Events decoded between two looks at the clock. */
const eventsPerLook = 16;

/** `EventLogPartition.read`. */
export const createReader = (
  db: LogDatabase,
  state: Readonly<LogState>,
  turns: Turns,
): ((from: number, limits: ReadLimits) => Promise<readonly LogEntry[]>) => {
  /** The record in which the last read ended: a reader that goes on needs no search for it. Records never change. */
  let lastRecord: EventRecord | null = null;

  return async (from, limits) => {
    const end = state.next;
    assert(
      Number.isSafeInteger(from) && from >= state.trimBound,
      `offset ${from} is below the trim bound ${state.trimBound}`,
    );
    assert(limits.rowsMax >= 1, "rowsMax is at least 1");
    if (from >= end) return [];

    const entries: LogEntry[] = [];
    let at = from;
    let bytes = 0;
    for await (const record of recordsFrom(db, from, end, lastRecord)) {
      lastRecord = record;
      for (const event of eventsOf(record, at)) {
        if (entries.length === limits.rowsMax || (entries.length > 0 && bytes + event.bytes.length > limits.bytesMax))
          return entries;
        entries.push({ offset: event.offset, event: decodeAt(event.offset, event.bytes) });
        bytes += event.bytes.length;
        at = event.offset + 1;
        if (entries.length % eventsPerLook === 0 && turns.due()) await turns.next();
      }
    }
    return entries;
  };
};

/**
 * Records from the one that holds `from` to `end`, each beginning where the last one ended; anything else throws. They
 * are fetched by key: an iterator of the binding keeps a copy of what it has fetched until the garbage collector sees to
 * it, which it may not for a gigabyte.
 */
async function* recordsFrom(
  db: LogDatabase,
  from: number,
  end: number,
  known: EventRecord | null,
): AsyncGenerator<EventRecord, void> {
  let at = from;
  if (known !== null && holds(known, from)) {
    yield known;
    at = known.firstOffset + known.count;
  }
  while (at < end) {
    const record = (await recordAt(db, at)) ?? (at === from ? await recordWith(db, at) : null);
    if (record === null) throw missing(at);
    yield record;
    at = record.firstOffset + record.count;
  }
}

/** The record that begins at an offset. */
const recordAt = async (db: LogDatabase, firstOffset: number): Promise<EventRecord | null> => {
  const bytes = await db.get(recordKey(firstOffset));
  return bytes === undefined ? null : openAt(firstOffset, bytes);
};

/** The record that begins below an offset and holds it. */
const recordWith = async (db: LogDatabase, offset: number): Promise<EventRecord | null> => {
  const [key] = await db.keys({ gte: recordKey(0), lt: recordKey(offset), reverse: true, limit: 1 }).all();
  const record = key === undefined ? null : await recordAt(db, firstOffsetOf(key));
  return record !== null && holds(record, offset) ? record : null;
};

const holds = (record: EventRecord, offset: number): boolean =>
  record.firstOffset <= offset && offset < record.firstOffset + record.count;

const openAt = (firstOffset: number, bytes: Buffer): EventRecord => {
  try {
    return openRecord(firstOffset, bytes);
  } catch (error) {
    throw new Error(`the event log is not readable at offset ${firstOffset}: ${reasonOf(error)}`, { cause: error });
  }
};

const decodeAt = (offset: number, bytes: Buffer): LogEntry["event"] => {
  try {
    return decodeAcceptedEvent(bytes);
  } catch (error) {
    throw new Error(`the event log is not readable at offset ${offset}: ${reasonOf(error)}`, { cause: error });
  }
};

const missing = (offset: number): Error =>
  new Error(`the event log has no event at offset ${offset}, which it should have`);
