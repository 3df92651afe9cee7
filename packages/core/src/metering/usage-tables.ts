import type { AcceptedEvent } from "@meter/events";
import type { BuildId, UsageEntry } from "@meter/metering";
import type { Instant } from "@meter/primitives";
import type { LogPartition, LogPosition } from "../shared/event-log.ts";

export type EventRow = Readonly<{ position: LogPosition; event: AcceptedEvent; storedAt: Instant }>;
export type UsageTableRow = Readonly<{ position: LogPosition; entry: UsageEntry }>;

/**
 * The answer to an insert. Anything but `stored` (and `unsent`) is an unknown outcome: rows may be there, may come later,
 * or never. It must be settled and read back before anything is written again; a refusal, too.
 */
export type InsertAnswer =
  | Readonly<{ type: "stored" }>
  /** The engine answered with an error. `permanent`: it will refuse these rows whenever they are sent. */
  | Readonly<{ type: "refused"; permanent: boolean; reason: string }>
  /** The engine had too little memory for so many rows at once: it may take fewer of them, or the same later. */
  | Readonly<{ type: "exhausted"; reason: string }>
  /** The rows could not be put into words, whatever the reason: nothing was sent. The one failure whose outcome is known. */
  | Readonly<{ type: "unsent"; reason: string }>
  /** No answer: time-out, a broken connection, an engine that ended. */
  | Readonly<{ type: "unknown"; reason: string }>;

/** Offsets `from` (inclusive) to `to` (exclusive) of one partition. */
export type OffsetRange = LogPartition & Readonly<{ from: number; to: number }>;

/** Where stored events of one type lie, for reading them in ranges; `bytes` is the size of their data, `largest` of one of them. */
export type EventExtent = LogPartition &
  Readonly<{ first: number; last: number; count: number; bytes: number; largest: number }>;

/** What the worker, and nobody else, does to the tables `events` and `usage`. Inserts never throw for the engine's sake: see InsertAnswer. */
export type UsageTables = Readonly<{
  insertEvents: (rows: readonly EventRow[]) => Promise<InsertAnswer>;
  insertUsage: (rows: readonly UsageTableRow[]) => Promise<InsertAnswer>;
  /** Offsets of the range that `events` holds. Rejects when it cannot be read. */
  storedEvents: (range: OffsetRange) => Promise<ReadonlySet<number>>;
  /** Offsets of the range that `usage` holds, by build; `build` narrows it to one. */
  storedUsage: (range: OffsetRange, build?: BuildId) => Promise<ReadonlyMap<BuildId, ReadonlySet<number>>>;
  /** Where events of a namespace and type lie, everything of other partitions and logs included, of this partition only what is below `below`. */
  eventExtents: (
    source: Readonly<{ namespace: string; eventType: string; partition: LogPartition; below: number }>,
  ) => Promise<readonly EventExtent[]>;
  /**
   * The first `limit` events of a namespace and type in a range, ascending by offset. With `bytesMax`, which costs a look at
   * their sizes first, no more than that of data, but one event always.
   */
  readEvents: (
    source: Readonly<{ namespace: string; eventType: string; range: OffsetRange; limit: number; bytesMax?: number }>,
  ) => Promise<readonly EventRow[]>;
  /** Deletes all usage of ended builds. */
  deleteBuilds: (builds: readonly BuildId[]) => Promise<void>;
  /** Keeps merged parts' sources on disk until `resumeCleanup`. Every life of the engine begins like this. */
  pauseCleanup: () => Promise<void>;
  resumeCleanup: () => Promise<void>;
}>;

/** The engine behind the tables, as the worker must be able to handle it. */
export type UsageEngine = Readonly<{
  /** Resolves when no statement sent before this call can have any effect any more. */
  settle: () => Promise<void>;
  /**
   * After a loss of power: checks both tables and moves broken parts aside while the engine is stopped, so that their
   * sources come back; repeats until nothing is broken. Answers the names of what was moved.
   */
  repair: () => Promise<readonly string[]>;
}>;

/** The file system below the tables. */
export type TableDisk = Readonly<{
  /** Resolves true when everything written before this call is on disk; false when that failed or cannot be known. */
  sync: () => Promise<boolean>;
  /**
   * Parts of the tables that the engine takes for written and that are not whole on disk, as one that filled up meanwhile
   * leaves them: what they hold cannot be read, and they stay until `UsageEngine.repair`. Rejects when the engine does not answer.
   */
  findTorn: () => Promise<readonly string[]>;
}>;
