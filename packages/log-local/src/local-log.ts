import { createTurns, type EventLogHead, type EventLogPartition, type EventLogWriter, type LogId } from "@meter/core";
import type { AcceptedEvent, EventKey } from "@meter/events";
import { assert, err, ok, type Result } from "@meter/primitives";
import { createAppender } from "./append.ts";
import { openDatabase, type OpenedDatabase } from "./database.ts";
import { type LocalLogError, toLocalLogError } from "./errors.ts";
import { metaKeys } from "./layout.ts";
import { defaultLimits, type LocalLogLimits } from "./limits.ts";
import { createReader } from "./read.ts";
import { createSpaceGuard, type SpaceSeen, spacesOf } from "./space.ts";
import { createTrimmer } from "./trim.ts";
import { createWaiters } from "./waiters.ts";
import { createWriteLane } from "./write-lane.ts";

export type LocalLog = Readonly<{
  id: LogId;
  writer: EventLogWriter;
  head: EventLogHead;
  /** The log has one partition, 0, whose first offset is 0. */
  partition: EventLogPartition;
  /** Resolves (with the reason) when a write to the log has failed: the process must end; nothing more is written. */
  failed: Promise<Error>;
  stats: () => LocalLogStats;
  /** With more unapplied events than this new ones are refused. */
  backlogEventsMax: number;
  /** Of the tightest file system that must have room; null when none says. Below `freeMin` events are refused. */
  space: () => Promise<SpaceSeen | null>;
  /** Refuses new events, answers those that wait, and releases the directory. `waitFor` is ended by its signal only. */
  close: () => Promise<void>;
}>;

/** `queuedEvents` and `queuedBytes` (estimated) are those of unanswered `append` calls. */
export type LocalLogStats = Readonly<{ next: number; trimBound: number; queuedEvents: number; queuedBytes: number }>;

export type LocalLogOptions = Readonly<{
  /** Created when missing. Nothing else may live in it. */
  directory: string;
  /** Directories of whom the log feeds: events are refused, too, when a file system that holds one of them is nearly full. */
  alsoNeedRoom?: readonly string[];
  /** 16 bytes that are the same for the same event and for no other. */
  eventKey: (event: AcceptedEvent) => EventKey;
  /** Called once in the life of a log: when it is created. */
  newLogId: () => LogId;
  limits?: Partial<LocalLogLimits>;
}>;

/** Opens the event log and key index in a directory. One log at a time, in one process, holds it. */
export const openLocalLog = async (options: LocalLogOptions): Promise<Result<LocalLog, LocalLogError>> => {
  try {
    return ok(createLocalLog(await openDatabase(options.directory, options.newLogId), options));
  } catch (error) {
    return err(toLocalLogError(error));
  }
};

const partitionNumber = 0;

const createLocalLog = ({ db, id, state }: OpenedDatabase, options: LocalLogOptions): LocalLog => {
  const limits: LocalLogLimits = { ...defaultLimits, ...options.limits };
  const turns = createTurns(limits.turnMs, { monotonicNow: () => performance.now(), inNextRound: setImmediate });
  const lane = createWriteLane();
  const space = createSpaceGuard({
    look: () => spacesOf([options.directory, ...(options.alsoNeedRoom ?? [])]),
    now: () => performance.now(),
    freeBytesWanted: limits.freeBytesMin,
  });
  const waiters = createWaiters(() => state.next);
  const appender = createAppender({
    db,
    lane,
    state,
    turns,
    limits,
    space,
    eventKey: options.eventKey,
    onAppended: waiters.wake,
  });
  const trimmer = createTrimmer(db, lane, state, limits.trimRecordsPerWrite);

  const partition: EventLogPartition = {
    log: id,
    partition: partitionNumber,
    next: () => state.next,
    read: createReader(db, state, turns),
    waitFor: waiters.waitFor,
    applied: () => state.applied,
    markApplied: async (marker) => {
      assert(
        Number.isSafeInteger(marker.offset) && marker.offset >= 0 && marker.offset <= state.next,
        "the applied marker lies within the log",
      );
      const stored = Buffer.from(JSON.stringify({ boot: marker.boot, offset: marker.offset }));
      await lane.run(() => db.put(metaKeys.applied, stored));
      state.applied = marker;
    },
    trimBound: () => state.trimBound,
    trim: trimmer.trim,
    syncFailure: () => state.syncFailure,
    recordSyncFailure: async (boot) => {
      state.syncFailure = boot; // known at once, also when a disk that fails takes no note of it
      await lane.run(() => db.put(metaKeys.syncFailure, Buffer.from(boot), { sync: true }));
    },
  };

  return {
    id,
    writer: { append: appender.append },
    head: { head: async () => [{ log: id, partition: partitionNumber, offset: state.next }] },
    partition,
    failed: lane.failed,
    space: space.seen,
    backlogEventsMax: limits.backlogEventsMax,
    stats: () => {
      const queued = appender.queued();
      return { next: state.next, trimBound: state.trimBound, queuedEvents: queued.events, queuedBytes: queued.bytes };
    },
    close: async () => {
      await appender.close();
      await trimmer.idle();
      await lane.idle();
      await db.close();
    },
  };
};
