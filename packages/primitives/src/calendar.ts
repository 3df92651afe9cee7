import { offsetSegments } from "./time-zone.ts";
import type { TimeZone } from "./time-zone.ts";
import { daysFromCivil, instant, msPerDay } from "./time.ts";
import type { Instant, Period } from "./time.ts";

/**
 * Starts of all local days that overlap the period, ascending, plus one last boundary at or after period.end. The
 * period's start lies in [first, second). A day begins at the first instant whose local date is that day or later: at
 * 01:00 where midnight is skipped; a date that is skipped as a whole has no boundary; where clocks go back across
 * midnight, the repeated stretch stays with the new day.
 */
export const dayBoundaries = (zone: TimeZone, period: Period): readonly Instant[] => boundaries(zone, period, days);

/** The same for local calendar months. */
export const monthBoundaries = (zone: TimeZone, period: Period): readonly Instant[] => boundaries(zone, period, months);

/** Cells of local time, numbered without gaps: cell n is [startOf(n), startOf(n + 1)) in local milliseconds. */
type Grid = Readonly<{
  indexOf: (localMs: number) => number;
  startOf: (index: number) => number;
  longestMs: number;
}>;

const days: Grid = {
  indexOf: (localMs) => Math.floor(localMs / msPerDay),
  startOf: (index) => index * msPerDay,
  longestMs: msPerDay,
};

const months: Grid = {
  indexOf: (localMs) => {
    const date = new Date(localMs);
    return date.getUTCFullYear() * 12 + date.getUTCMonth();
  },
  startOf: (index) => daysFromCivil(Math.floor(index / 12), index - Math.floor(index / 12) * 12 + 1, 1) * msPerDay,
  longestMs: 31 * msPerDay,
};

const boundaries = (zone: TimeZone, period: Period, grid: Grid): readonly Instant[] => {
  // A zone's offset never jumps by more than a day, so this margin holds a whole cell on either side.
  const marginMs = grid.longestMs + 2 * msPerDay;
  const padded = {
    start: instant(period.start - marginMs),
    end: instant(period.end + marginMs),
  };
  const all = allBoundaries(zone, padded, grid);
  const first = all.findLastIndex((boundary) => boundary <= period.start);
  const last = all.findIndex((boundary) => boundary >= period.end && boundary > period.start);
  return all.slice(first, last + 1);
};

/** Every boundary inside the period. */
const allBoundaries = (zone: TimeZone, period: Period, grid: Grid): Instant[] => {
  const segments = offsetSegments(zone, period);
  const found: Instant[] = [];
  let reached = grid.indexOf(period.start + (segments[0]?.offsetMs ?? 0));
  for (const [index, { start, offsetMs }] of segments.entries()) {
    const end = segments[index + 1]?.start ?? period.end;
    const entered = grid.indexOf(start + offsetMs);
    if (entered > reached) {
      found.push(start);
      reached = entered;
    }
    for (;;) {
      const boundary = grid.startOf(reached + 1) - offsetMs;
      if (boundary >= end) break;
      found.push(instant(boundary));
      reached++;
    }
  }
  return found;
};
