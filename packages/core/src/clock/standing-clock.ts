import { err, type Instant, ok, type Result } from "@meter/primitives";
import type { Clock } from "../shared/clock.ts";
import { ClockNotSet, type ClockStore } from "./manual-clock.ts";

export type ClockBackwards = Readonly<{ type: "clock_backwards"; now: Instant; asked: Instant }>;

/** The product's clock in manual mode: it stands until it is set. `now` throws ClockNotSet before the first time. */
export type StandingClock = Clock &
  Readonly<{
    /** Takes over what is stored, and answers it; null when it was never set. To be called before the clock is used. */
    load: () => Promise<Instant | null>;
    /** The first time to any instant, then to the same or a later one. What is refused changes nothing. */
    set: (to: Instant) => Promise<Result<Instant, ClockBackwards>>;
  }>;

export const createStandingClock = (store: ClockStore): StandingClock => {
  let current: Instant | null = null;
  /** Answers arrive in any order, and the clock never goes back. */
  const follow = (stored: Instant): void => {
    if (current === null || stored > current) current = stored;
  };
  return {
    now: () => {
      if (current === null) throw new ClockNotSet();
      return current;
    },
    load: async () => {
      const stored = await store.read();
      if (stored !== null) follow(stored);
      return current;
    },
    set: async (to) => {
      const stored = await store.set(to);
      follow(stored);
      return stored > to ? err({ type: "clock_backwards", now: stored, asked: to }) : ok(to);
    },
  };
};
