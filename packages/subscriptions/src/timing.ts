import type { Instant } from "@meter/primitives";

/** When a change takes effect: now, at the end of the billing period that runs now, or at an instant. */
export type Timing =
  | Readonly<{ type: "immediate" }>
  | Readonly<{ type: "next_billing_cycle" }>
  | Readonly<{ type: "at"; at: Instant }>;
