import type { AppliedMarker, LogEntry, LogId } from "@meter/core";
import type { AcceptedEvent } from "@meter/events";

export const logId = "01HZZZZZZZZZZZZZZZZZZZZZZZ" as LogId; // a ULID by its form
export const partition = 0;

/** The event log as its directory holds it. */
export type Log = {
  entries: LogEntry[];
  readonly keys: Set<string>;
  next: number;
  trimBound: number;
  applied: AppliedMarker | null;
  /** The marker as a loss of power would leave it at worst: as it was at the last synced write. */
  appliedOnDisk: AppliedMarker | null;
  syncFailure: string | null;
  /** Which event got an offset, for ever: only the checks look at it. */
  readonly given: Map<number, string>;
};

export const createLog = (): Log => ({
  entries: [],
  keys: new Set(),
  next: 0,
  trimBound: 0,
  applied: null,
  appliedOnDisk: null,
  syncFailure: null,
  given: new Map(),
});

/** One atomic, synced write: keys, entries and the next offset. Answers offsets that had been given before. */
export const append = (log: Log, events: readonly AcceptedEvent[]): readonly number[] => {
  const reused: number[] = [];
  for (const event of events) {
    if (log.keys.has(event.id)) continue;
    log.keys.add(event.id);
    log.entries.push({ offset: log.next, event });
    if (log.given.has(log.next)) reused.push(log.next);
    log.given.set(log.next, event.id);
    log.next += 1;
  }
  log.appliedOnDisk = log.applied;
  return reused;
};

/** What a process finds that opens the log. */
export const openLog = (log: Log): void => {
  log.next = nextOnDisk(log);
};

/** Stored with every write, so that it stays when everything before has been trimmed. */
const nextOnDisk = (log: Log): number => log.next;

export const read = (log: Log, from: number, rowsMax: number): readonly LogEntry[] => {
  if (from < log.trimBound) throw new Error(`offset ${from} is below the trim bound ${log.trimBound}`);
  const found = log.entries.filter(({ offset }) => offset >= from).slice(0, rowsMax);
  for (const [index, { offset }] of found.entries())
    if (offset !== from + index) throw new Error(`offset ${from + index} is missing`);
  if (found.length === 0 && from < log.next) throw new Error(`offset ${from} is missing`);
  return found;
};

export const trim = (log: Log, bound: number): void => {
  if (bound > log.next) throw new Error(`the trim bound ${bound} is above the next offset ${log.next}`);
  log.trimBound = Math.max(log.trimBound, bound);
  log.entries = log.entries.filter(({ offset }) => offset >= log.trimBound);
  log.appliedOnDisk = log.applied;
};

export const losePower = (log: Log, keepsMarker: boolean): void => {
  if (!keepsMarker) log.applied = log.appliedOnDisk;
};
