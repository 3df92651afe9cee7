import type { AcceptedEvent } from "@meter/events";
import type { Instant } from "@meter/primitives";
import type { LogPosition } from "./event-log.ts";

/** An event that the tables refused for good. It keeps its position, and is tried again until it is stored. */
export type ParkedEvent = Readonly<{ position: LogPosition; event: AcceptedEvent; reason: string; parkedAt: Instant }>;

export type ParkedEvents = Readonly<{
  /** Durable when it resolves; parking a position again renews the reason and keeps `parkedAt`. */
  park: (event: ParkedEvent) => Promise<void>;
  /** Oldest position first. */
  list: (filter: Readonly<{ namespace?: string; limit: number }>) => Promise<readonly ParkedEvent[]>;
  /** At most `max`, beyond which nothing is counted. */
  count: (max: number) => Promise<number>;
  /** Only after the event is stored, and a sync that began after that has completed. */
  remove: (positions: readonly LogPosition[]) => Promise<void>;
}>;
