/** Every queue, batch and slice of the log has its bound here. */
export type LocalLogLimits = Readonly<{
  /** Events of unanswered `append` calls. One call is always taken when nothing else waits. */
  queuedEventsMax: number;
  /** Their size: one byte a UTF-16 unit of their texts and a fixed part, which is the encoded size for ASCII. */
  queuedBytesMax: number;
  /** Events of one atomic write. A call is never split, so a larger call makes a larger group. */
  groupEventsMax: number;
  /** A call of at most so many events goes before larger ones, every other group. */
  smallCallEventsMax: number;
  /** Encoded bytes of one atomic write; a larger call makes a larger group. */
  groupBytesMax: number;
  /** Events in the log (or on their way) that have not been applied. */
  backlogEventsMax: number;
  /** Bytes of the file system that are not for events, or a tenth of it if that is less: the tables need them to catch up. */
  freeBytesMin: number;
  /** Stored size of one record of events; a larger event makes a record of its own. */
  recordBytesMax: number;
  /** Records deleted in one write while trimming. */
  trimRecordsPerWrite: number;
  /** How long the log computes before it lets the event loop go round. */
  turnMs: number;
}>;

export const defaultLimits: LocalLogLimits = {
  queuedEventsMax: 200_000,
  queuedBytesMax: 64 * 1024 * 1024,
  groupEventsMax: 1_000,
  smallCallEventsMax: 100,
  groupBytesMax: 16 * 1024 * 1024,
  backlogEventsMax: 20_000_000,
  freeBytesMin: 1024 * 1024 * 1024,
  recordBytesMax: 256 * 1024,
  trimRecordsPerWrite: 256,
  turnMs: 1,
};

/** What a caller is told to wait: a full queue empties within some groups, a backlog when the worker catches up, a disk when somebody makes room. */
export const retryAfterMs: Readonly<{ queue: number; backlog: number; disk: number }> = {
  queue: 500,
  backlog: 5_000,
  disk: 10_000,
};
