import type { Clock } from "@meter/core";
import { type Instant, instant } from "@meter/primitives";

export type ManualClock = Clock & Readonly<{ advance: (ms: number) => void }>;

/** Stands until it is moved. */
export const createManualClock = (start: Instant): ManualClock => {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now = instant(now + ms);
    },
  };
};
