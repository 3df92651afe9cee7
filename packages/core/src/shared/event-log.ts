import type { AcceptedEvent } from "@meter/events";
import type { Result, Ulid } from "@meter/primitives";
import type { Signal } from "./signal.ts";

export type LogId = Ulid & { readonly __log: "LogId" };

/**
 * A place in the log. Offsets rise strictly within a partition and are never reused, also when everything before has
 * been trimmed. Safe integers: at a million events a second they last 285 years.
 */
export type LogPosition = Readonly<{ log: LogId; partition: number; offset: number }>;

export type LogPartition = Readonly<{ log: LogId; partition: number }>;

export type LogEntry = Readonly<{ offset: number; event: AcceptedEvent }>;

export type AppendError =
  /** More waits to be written than the named bound allows: nothing of this call was taken. Try again later. */
  | Readonly<{ type: "log_overloaded"; retryAfterMs: number }>
  /** The disk is nearly full, and what is left of it is needed to store what was accepted: nothing of this call was taken. */
  | Readonly<{ type: "disk_full"; retryAfterMs: number }>
  /** The log cannot be written any more and the process is about to end: whether the events were taken is not known. */
  | Readonly<{ type: "log_unavailable"; reason: string }>;

/** What `ingest` knows of the log. */
export type EventLogWriter = Readonly<{
  /**
   * All or nothing. Resolves ok when every event is durable, now or already before (a key that is there is a duplicate
   * and is not appended). Duplicates within one call and between concurrent calls count as duplicates, too.
   */
  append: (
    events: readonly AcceptedEvent[],
  ) => Promise<Result<Readonly<{ appended: number; duplicates: number }>, AppendError>>;
}>;

/** What readers need: where the log ends, so that an answer misses nothing that was acknowledged before the question. */
export type EventLogHead = Readonly<{
  /** Per partition, the offset after the last durable entry: every acknowledged event lies below. */
  head: () => Promise<readonly LogPosition[]>;
}>;

/** Everything below `offset` has been applied by both inserts, in the life of the machine that `boot` names. */
export type AppliedMarker = Readonly<{ boot: string; offset: number }>;

/** What the owner of a partition (the worker) knows of the log. */
export type EventLogPartition = LogPartition &
  Readonly<{
    /** The offset after the last durable entry. */
    next: () => number;
    /**
     * Entries from `from` on, in order and without a gap, at most `rowsMax` and about `bytesMax` (one entry always).
     * Empty at the end of the log. An offset below `next` and not below `trimBound` that is not there rejects: nothing is skipped.
     */
    read: (from: number, limits: Readonly<{ rowsMax: number; bytesMax: number }>) => Promise<readonly LogEntry[]>;
    /** Resolves when `next() > offset`, or when the signal aborts. */
    waitFor: (offset: number, signal: Signal) => Promise<void>;
    applied: () => AppliedMarker | null;
    /** Written without a sync: it survives the process, not the machine. */
    markApplied: (marker: AppliedMarker) => Promise<void>;
    /** Everything below was applied and is on disk in the tables; entries below may be gone. */
    trimBound: () => number;
    /** Raises the bound and drops entries below it. Keys stay. Durable before any entry is gone. */
    trim: (bound: number) => Promise<void>;
    /** The boot in which a sync of the tables failed: no trimming until the next one. */
    syncFailure: () => string | null;
    /** Known to `syncFailure` at once; resolves when it is durable. */
    recordSyncFailure: (boot: string) => Promise<void>;
  }>;
