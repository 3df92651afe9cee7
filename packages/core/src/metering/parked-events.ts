import type { AcceptedEvent } from "@meter/events";
import type { Instant } from "@meter/primitives";
import type { LogPosition } from "../shared/event-log.ts";

/** An event that the tables refused for good. It keeps its position, and is tried again until it is stored. */
export type ParkedEvent = Readonly<{ position: LogPosition; event: AcceptedEvent; reason: string; parkedAt: Instant }>;

/** Size of the events of one page, as they are stored. */
export const parkedPageBytesMax: number = 16 * 1024 * 1024;

export type ParkedEvents = Readonly<{
  /** Durable when it resolves; parking a position again renews the reason and keeps `parkedAt`. */
  park: (event: ParkedEvent) => Promise<void>;
  /** Oldest position first, from just after one; at most `limit`, and about `parkedPageBytesMax` of them: one always. */
  list: (
    page: Readonly<{ namespace?: string; limit: number; after?: LogPosition | null }>,
  ) => Promise<readonly ParkedEvent[]>;
  /** At most `max`, beyond which nothing is counted. */
  count: (max: number) => Promise<number>;
  /** Only after the event is stored, and a sync that began after that has completed. */
  remove: (positions: readonly LogPosition[]) => Promise<void>;
}>;
