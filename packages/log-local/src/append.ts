import type { AppendError, EventLogWriter, Turns } from "@meter/core";
import type { AcceptedEvent, EventKey } from "@meter/events";
import { err, ok, type Result } from "@meter/primitives";
import type { LogDatabase } from "./database.ts";
import { reasonOf } from "./errors.ts";
import { findNewEvents, type NewEvents, writeGroup } from "./group.ts";
import { type LocalLogLimits, retryAfterMs } from "./limits.ts";
import { estimateBytes, type PreparedEvents, prepareEvents } from "./prepare.ts";
import { createRecordBuilder } from "./record.ts";
import type { SpaceGuard } from "./space.ts";
import type { LogState } from "./state.ts";
import type { WriteLane } from "./write-lane.ts";

type Appended = Result<Readonly<{ appended: number; duplicates: number }>, AppendError>;
type Call = Readonly<{ events: PreparedEvents; answer: (result: Appended) => void }>;

export type Appender = EventLogWriter &
  Readonly<{
    /** What unanswered calls hold. */
    queued: () => Readonly<{ events: number; bytes: number }>;
    /** Refuses new calls, and resolves when all others have been answered. */
    close: () => Promise<void>;
  }>;

export type AppenderParts = Readonly<{
  db: LogDatabase;
  lane: WriteLane;
  state: LogState;
  turns: Turns;
  limits: LocalLogLimits;
  space: SpaceGuard;
  eventKey: (event: AcceptedEvent) => EventKey;
  /** Called when `state.next` has risen. */
  onAppended: () => void;
}>;

/**
 * Group commit: while one group is written, calls queue, and what has queued is the next group. Groups are serial, so
 * a look-up sees the keys of every group before it, and a duplicate of a group under way waits for that group's write.
 */
export const createAppender = ({
  db,
  lane,
  state,
  turns,
  limits,
  space,
  eventKey,
  onAppended,
}: AppenderParts): Appender => {
  const queued = { events: 0, bytes: 0 };
  const records = createRecordBuilder(limits.recordBytesMax);
  const calls: Call[] = [];
  let lastGroupWasLarge = false;
  let closed = false;
  let committing: Promise<void> | null = null;
  let unanswered = 0;
  let announceIdle: () => void = () => undefined;

  const append = async (events: readonly AcceptedEvent[]): Promise<Appended> => {
    const refusal = refuse(events);
    if (refusal !== null) return err(refusal);
    if (events.length === 0) return ok({ appended: 0, duplicates: 0 });
    const bytes = estimateBytes(events);
    if (isFull(events.length, bytes)) return err({ type: "log_overloaded", retryAfterMs: retryAfterMs.queue });
    queued.events += events.length;
    queued.bytes += bytes;
    unanswered += 1;
    try {
      if (!(await space.hasRoom(bytes))) return err({ type: "disk_full", retryAfterMs: retryAfterMs.disk });
      const prepared = await prepareEvents(events, bytes, eventKey, turns);
      return await new Promise<Appended>((answer) => {
        calls.push({ events: prepared, answer });
        committing ??= commitQueued();
      });
    } finally {
      queued.events -= events.length;
      queued.bytes -= bytes;
      unanswered -= 1;
      if (unanswered === 0) announceIdle();
    }
  };

  const refuse = (events: readonly AcceptedEvent[]): AppendError | null => {
    const failure = lane.failure();
    if (failure !== null) return { type: "log_unavailable", reason: reasonOf(failure) };
    if (closed) return { type: "log_unavailable", reason: "the log is closed" };
    const applied = Math.max(state.trimBound, state.applied?.offset ?? 0);
    const backlog = state.next - applied + queued.events + events.length;
    return backlog > limits.backlogEventsMax ? { type: "log_overloaded", retryAfterMs: retryAfterMs.backlog } : null;
  };

  const isFull = (events: number, bytes: number): boolean =>
    queued.events > 0 &&
    (queued.events + events > limits.queuedEventsMax || queued.bytes + bytes > limits.queuedBytesMax);

  /** Runs while calls are queued. Never rejects: what goes wrong ends the log and is the answer of every call. */
  const commitQueued = async (): Promise<void> => {
    await turns.next(); // calls of the same round of the event loop come into the first group
    while (calls.length > 0) {
      const group = takeGroup();
      try {
        for (const { call, count } of await commit(group))
          call.answer(ok({ appended: count, duplicates: call.events.count - count }));
      } catch (error) {
        lane.fail(error instanceof Error ? error : new Error(String(error)));
        const unavailable = err<AppendError>({ type: "log_unavailable", reason: reasonOf(lane.failure()) });
        for (const call of [...group, ...calls.splice(0)]) call.answer(unavailable);
      }
    }
    committing = null;
  };

  /**
   * What queued first, up to the bounds of a group. After a group with a large call the small ones go first, in a group
   * of their own: a single event waits for one batch at most, and a batch for one short group.
   */
  const takeGroup = (): readonly Call[] => {
    const small = lastGroupWasLarge ? calls.filter(isSmall) : [];
    const group = fittingInGroup(small.length > 0 ? small : calls);
    lastGroupWasLarge = !group.every(isSmall);
    if (group.length === calls.length) return calls.splice(0);
    const taken = new Set(group);
    calls.splice(0, calls.length, ...calls.filter((call) => !taken.has(call)));
    return group;
  };

  const isSmall = ({ events }: Call): boolean => events.count <= limits.smallCallEventsMax;

  /** At least the first call. */
  const fittingInGroup = (candidates: readonly Call[]): readonly Call[] => {
    let events = 0;
    let bytes = 0;
    const firstBeyond = candidates.findIndex((call, index) => {
      events += call.events.count;
      bytes += call.events.framesBytes;
      return index > 0 && (events > limits.groupEventsMax || bytes > limits.groupBytesMax);
    });
    return firstBeyond < 0 ? candidates : candidates.slice(0, firstBeyond);
  };

  /** Returns when every event of the group is durable, with what was new of each call. */
  const commit = async (group: readonly Call[]): Promise<readonly NewEvents<Call>[]> => {
    const failure = lane.failure();
    if (failure !== null) throw failure;
    const newEvents = await findNewEvents(db, group, turns);
    if (newEvents.some(({ count }) => count > 0)) {
      state.next = await writeGroup({ db, lane, records, turns }, newEvents, state.next);
      onAppended();
    }
    return newEvents;
  };

  return {
    append,
    queued: () => ({ ...queued }),
    close: async () => {
      closed = true;
      if (unanswered > 0) await new Promise<void>((resolve) => (announceIdle = resolve));
      await committing;
    },
  };
};
