import { offsetAt, offsetSegments, utc } from "./time-zone.ts";
import type { TimeZone } from "./time-zone.ts";
import { instant, msPerDay } from "./time.ts";
import type { Instant } from "./time.ts";

/** What a clock in the zone shows: milliseconds since 1970-01-01T00:00 of local time. */
export const toLocalMs = (at: Instant, zone: TimeZone): number => at + offsetAt(at, zone);

/**
 * The instant at which a clock in the zone shows this time: the first one where clocks go back over it. A time that is
 * skipped is read with the offset before the gap, so it ends as far behind the gap as it reaches into it.
 */
export const fromLocalMs = (localMs: number, zone: TimeZone): Instant => {
  if (zone === utc) return instant(localMs);
  // Offsets stay below two days, so every instant that could show this time is in here.
  const around = { start: instant(localMs - 2 * msPerDay), end: instant(localMs + 2 * msPerDay) };
  const segments = offsetSegments(zone, around);
  const found = segments.findIndex(({ offsetMs }, index) => {
    const next = segments[index + 1];
    // In this stretch, or skipped where it ends: the next one begins with a later local time.
    return next === undefined || localMs - offsetMs < next.start || localMs - next.offsetMs < next.start;
  });
  return instant(localMs - (segments[found]?.offsetMs ?? 0));
};
