import type { AppliedMarker } from "@meter/core";

/** What the log knows of itself in memory: always what has been written, never what is on its way. */
export type LogState = {
  /** The offset after the last durable event, which is the one the next event gets. */
  next: number;
  trimBound: number;
  applied: AppliedMarker | null;
  syncFailure: string | null;
};
