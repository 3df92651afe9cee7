import type { DueWork } from "./due-work.ts";
import type { StandingClock } from "./standing-clock.ts";

/** Who moves the product's clock: time itself, or whoever sets it. */
export type ClockSetting =
  | Readonly<{ mode: "system" }>
  | Readonly<{ mode: "manual"; standing: StandingClock; dueWork: DueWork }>;
