import type { Instant } from "@meter/primitives";

/** Where the manual clock's one instant is kept: for all processes, and across restarts. */
export type ClockStore = Readonly<{
  /** Null until it was set for the first time. */
  read: () => Promise<Instant | null>;
  /**
   * Stores the instant, the first time any and then only a later or equal one, and answers what is stored afterwards: a
   * later instant than `to` means that nothing was changed. One step: of several calls at once the latest instant stays.
   */
  set: (to: Instant) => Promise<Instant>;
}>;

/** The manual clock was never set, so there is no time that a decision could take. */
export class ClockNotSet extends Error {
  override readonly name = "ClockNotSet";
  constructor() {
    super("the clock is manual and was not set yet: set it with PUT /api/v1/clock");
  }
}
