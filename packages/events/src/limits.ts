import { instant } from "@meter/primitives";
import type { Instant } from "@meter/primitives";

/**
 * Bounds of what is accepted. Inclusive, except `timeEnd`. bodyBytesMax is for whoever reads the body; depthMax counts
 * open containers, the event object being the first; attributeBytesMax is UTF-8 bytes of id, source, type and subject.
 * The time range is that of a 32-bit count of seconds since 1970, in whole days: 2106-02-07 is excluded.
 */
export const eventLimits: Readonly<{
  bodyBytesMax: number;
  eventsPerBatchMax: 10_000;
  depthMax: 64;
  attributeBytesMax: 1_024;
  timeMin: Instant;
  timeEnd: Instant;
}> = {
  bodyBytesMax: 16 * 1_024 * 1_024,
  eventsPerBatchMax: 10_000,
  depthMax: 64,
  attributeBytesMax: 1_024,
  timeMin: instant(0),
  timeEnd: instant(Date.UTC(2106, 1, 7)),
};
