import type { ClockStore } from "@meter/core";
import type { Instant } from "@meter/primitives";

export const createMemoryClockStore = (): ClockStore => {
  let stored: Instant | null = null;
  return {
    read: async () => stored,
    set: async (to) => {
      stored = stored === null || to > stored ? to : stored;
      return stored;
    },
  };
};
