import { assert, dayBoundaries, instant, monthBoundaries, offsetSegments } from "@meter/primitives";
import type { Instant, OffsetSegment, Period, TimeZone } from "@meter/primitives";

export const windowSizes: readonly ["minute", "hour", "day", "month"] = ["minute", "hour", "day", "month"];
export type WindowSize = (typeof windowSizes)[number];

/**
 * How instants fall into windows of local time, as plain numbers, so that another engine needs no time zone data.
 * regular (minute, hour): within a segment of constant offset, the window of t begins at
 * floor((t + offset) / size) × size − offset, and is clipped to the segment: an hour that a clock change cuts is two
 * windows. A segment ends where the next begins, the last one at `end`. The segments reach at least one window beyond
 * the period on both sides, so that only a clock change ever clips.
 * listed (day, month): ascending boundaries, each the end of the window before it; the last one only closes.
 */
export type WindowPlan =
  | Readonly<{ type: "regular"; sizeMs: number; segments: readonly OffsetSegment[]; end: Instant }>
  | Readonly<{ type: "listed"; boundaries: readonly Instant[] }>;

/** The windows that overlap the period [start, end); the first and the last keep their full width. */
export const planWindows = (size: WindowSize, zone: TimeZone, period: Period): WindowPlan => {
  switch (size) {
    case "minute":
      return planRegular(60_000, zone, period);
    case "hour":
      return planRegular(3_600_000, zone, period);
    case "day":
      return { type: "listed", boundaries: dayBoundaries(zone, period) };
    case "month":
      return { type: "listed", boundaries: monthBoundaries(zone, period) };
  }
};

/**
 * The window [start, end) that holds `at`. Throws when the plan does not cover `at`: it covers its period and the
 * windows that overlap it.
 */
export const windowOf = (plan: WindowPlan, at: Instant): Period => {
  if (plan.type === "listed") {
    const index = countUpTo(plan.boundaries, at);
    return covered(plan.boundaries[index - 1], plan.boundaries[index]);
  }
  const index = plan.segments.findLastIndex(({ start }) => start <= at);
  const segment = plan.segments[index];
  assert(segment !== undefined && at < plan.end, "the window plan does not cover this instant");
  const segmentEnd = plan.segments[index + 1]?.start ?? plan.end;
  const start = Math.floor((at + segment.offsetMs) / plan.sizeMs) * plan.sizeMs - segment.offsetMs;
  return {
    start: instant(Math.max(start, segment.start)),
    end: instant(Math.min(start + plan.sizeMs, segmentEnd)),
  };
};

const planRegular = (sizeMs: number, zone: TimeZone, { start, end }: Period): WindowPlan => {
  const padded = { start: instant(start - sizeMs), end: instant(end + sizeMs) };
  return { type: "regular", sizeMs, segments: offsetSegments(zone, padded), end: padded.end };
};

const covered = (start: Instant | undefined, end: Instant | undefined): Period => {
  assert(start !== undefined && end !== undefined, "the window plan does not cover this instant");
  return { start, end };
};

/** How many of the ascending instants are at or before `at`. */
const countUpTo = (instants: readonly Instant[], at: Instant): number => {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const candidate = instants[middle];
    if (candidate !== undefined && candidate <= at) low = middle + 1;
    else high = middle;
  }
  return low;
};
