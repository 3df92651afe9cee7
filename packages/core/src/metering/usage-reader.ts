import type { MeterBuild, TextFilter, UsageQuery, UsageRow } from "@meter/metering";
import type { Instant } from "@meter/primitives";
import type { AcceptedEvent } from "@meter/events";
import type { LogPosition } from "../shared/event-log.ts";

export type StoredEvent = Readonly<{ position: LogPosition; event: AcceptedEvent; storedAt: Instant }>;

/** Comparisons on one time field; each present bound holds, and of `anyOf` one list as a whole (none: never). */
export type TimeFilter = Readonly<{
  gt?: Instant;
  gte?: Instant;
  lt?: Instant;
  lte?: Instant;
  anyOf?: readonly (readonly TimeFilter[])[];
}>;

export type EventFilter = Readonly<{
  /** Each list is ANDed. */
  id?: readonly TextFilter[];
  source?: readonly TextFilter[];
  subject?: readonly TextFilter[];
  type?: readonly TextFilter[];
  time?: readonly TimeFilter[];
  ingestedAt?: readonly TimeFilter[];
  storedAt?: readonly TimeFilter[];
  /** Subjects of the customers asked for; an empty list matches nothing. */
  subjects?: readonly string[];
}>;

/** A place in the listing: newest time first, then newest position first. */
export type EventCursor = Readonly<{ time: Instant; position: LogPosition }>;

/** `bound`: how large the answer may be; without one, as large as it is. `timeoutMs`: when there is no answer by then, the read rejects, whatever it waits for. Absent: the engine's own bound. */
export type UsageReadOptions = Readonly<{ timeoutMs?: number; bound?: AnswerBound }>;

/** How large an answer may be. A larger one is refused whole, and neither the engine nor we hold more of it. */
export type AnswerBound = Readonly<{
  rowsMax: number;
  /** As the engine holds them. */
  bytesMax: number;
}>;

/** The answer has more rows or bytes than its bound. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";
  readonly bound: AnswerBound;
  constructor(bound: AnswerBound) {
    super(`the answer has more than ${bound.rowsMax} rows or ${bound.bytesMax} bytes`);
    this.bound = bound;
  }
}

/**
 * Usage as readers ask for it. An answer beyond its `bound` rejects with AnswerTooLarge. Every method rejects with UsageUnavailable when the engine cannot answer: no answer is
 * not zero. `at` reads as of those positions: rows at or above them are not seen.
 */
export type UsageReader = Readonly<{
  query: (
    build: MeterBuild,
    query: UsageQuery,
    at?: readonly LogPosition[],
    options?: UsageReadOptions,
  ) => Promise<readonly UsageRow[]>;
  listEvents: (
    namespace: string,
    filter: EventFilter,
    /** A page of more than `bytesMax` rejects with AnswerTooLarge. */
    page: Readonly<{ limit: number; after: EventCursor | null; bytesMax?: number }>,
  ) => Promise<readonly StoredEvent[]>;
  /** Distinct subjects of events of a type in [from, to), ascending by UTF-8 bytes. */
  subjects: (
    namespace: string,
    eventType: string,
    period: Readonly<{ from: Instant | null; to: Instant | null }>,
    bound?: AnswerBound,
  ) => Promise<readonly string[]>;
  /** Distinct values of one dimension of a build in [from, to), ascending by UTF-8 bytes. */
  dimensionValues: (
    build: MeterBuild,
    dimension: string,
    period: Readonly<{ from: Instant | null; to: Instant | null }>,
    bound?: AnswerBound,
  ) => Promise<readonly string[]>;
}>;

/** The usage engine did not answer. The request fails and may be repeated. */
export class UsageUnavailable extends Error {
  override readonly name = "UsageUnavailable";
}
