import type { Instant } from "@meter/primitives";
import type { Clock } from "../shared/clock.ts";
import type { EventRow } from "../metering/usage-tables.ts";

/** Where a partition stands that has work: since when, at which offset, before which event, and what it met there last. */
export type Standing = Readonly<{
  since: Instant;
  offset: number;
  /** Null when it stands before any event was read. Never an event's data. */
  event: Readonly<{ namespace: string; type: string; source: string; id: string }> | null;
  error: string | null;
}>;

/** Enough to understand an error; engines quote what they were asked. */
const errorLengthMax = 200;

/** What stands in the way of a partition. It is told when something begins, fails, or gets done. */
export type Obstacle = Readonly<{
  /** A block is about to be written; its first event. */
  begin: (first: EventRow | null) => void;
  /** Something has failed, and will be tried again; at this event, if one is known. */
  meet: (error: string, event?: EventRow | null) => void;
  /** The partition has moved, or has nothing to do. */
  pass: () => void;
  /** Where a partition stands whose work begins at an offset. */
  standing: (offset: number) => Standing;
}>;

export const createObstacle = ({ clock }: Readonly<{ clock: Clock }>): Obstacle => {
  let since = clock.now();
  let event: Standing["event"] = null;
  let error: string | null = null;
  const stopAt = (row: EventRow | null): void => {
    event = row === null ? null : toShown(row);
  };
  return {
    begin: stopAt,
    meet: (met, row = null) => {
      error = met.slice(0, errorLengthMax);
      if (row !== null) stopAt(row);
    },
    pass: () => {
      since = clock.now();
      event = null;
      error = null;
    },
    standing: (offset) => ({ since, offset, event, error }),
  };
};

const toShown = ({ event: { namespace, type, source, id } }: EventRow): Standing["event"] => ({
  namespace,
  type,
  source,
  id,
});
