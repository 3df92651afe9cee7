import type { MeterBuild, TextFilter, UsageQuery, UsageRow } from "@meter/metering";
import type { Instant } from "@meter/primitives";
import type { AcceptedEvent } from "@meter/events";
import type { LogPosition } from "./event-log.ts";

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

/** `timeoutMs`: when there is no answer by then, the read rejects, whatever it waits for. Absent: the engine's own bound. */
export type UsageReadOptions = Readonly<{ timeoutMs?: number }>;

/**
 * Usage as readers ask for it. Every method rejects with UsageUnavailable when the engine cannot answer: no answer is
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
    page: Readonly<{ limit: number; after: EventCursor | null }>,
  ) => Promise<readonly StoredEvent[]>;
  /** Distinct subjects of events of a type in [from, to), ascending by UTF-8 bytes. */
  subjects: (
    namespace: string,
    eventType: string,
    period: Readonly<{ from: Instant | null; to: Instant | null }>,
  ) => Promise<readonly string[]>;
  /** Distinct values of one dimension of a build in [from, to), ascending by UTF-8 bytes. */
  dimensionValues: (
    build: MeterBuild,
    dimension: string,
    period: Readonly<{ from: Instant | null; to: Instant | null }>,
  ) => Promise<readonly string[]>;
}>;

/** The usage engine did not answer. The request fails and may be repeated. */
export class UsageUnavailable extends Error {
  override readonly name = "UsageUnavailable";
}
