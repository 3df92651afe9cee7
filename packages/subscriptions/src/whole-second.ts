import { instant } from "@meter/primitives";
import type { Instant } from "@meter/primitives";

/** The start of the second in which an instant lies. What is billed begins and ends with whole seconds. */
export const toSecond = (at: Instant): Instant => instant(Math.floor(at / 1_000) * 1_000);
