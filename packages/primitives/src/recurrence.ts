import { addDuration, exactPartMs, hasCalendarPart, isPositiveDuration, multiplyDuration } from "./duration.ts";
import type { IsoDuration } from "./duration.ts";
import { assert, err, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { TimeZone } from "./time-zone.ts";
import { msPerDay } from "./time.ts";
import type { Instant, Period } from "./time.ts";

/**
 * Boundaries anchor + n × interval for every whole n, also negative. Each is counted from the anchor, so an anchor on
 * the 31st gives 28 February and then 31 March. The interval is positive, as `parseRecurrence` makes sure.
 */
export type Recurrence = Readonly<{ interval: IsoDuration; anchor: Instant; timeZone: TimeZone }>;

export type RecurrenceError = Readonly<{ type: "interval_not_positive" }>;

/** Whether the instant asked about may itself be the answer. */
export type Inclusion = "inclusive" | "exclusive";

/** Refuses an interval of zero and one with a negative part. */
export const parseRecurrence = (recurrence: Recurrence): Result<Recurrence, RecurrenceError> =>
  isPositiveDuration(recurrence.interval) ? ok(recurrence) : err({ type: "interval_not_positive" });

/** anchor + n × interval. Throws beyond the range of dates. */
export const boundaryAt = ({ interval, anchor, timeZone }: Recurrence, n: number): Instant =>
  addDuration(anchor, multiplyDuration(interval, n), timeZone);

/**
 * The largest n whose boundary is at or before the instant. Two boundaries fall together where a zone skips a whole day;
 * so the next boundary is always later than the instant.
 */
export const boundaryIndex = (recurrence: Recurrence, at: Instant): number => {
  assert(isPositiveDuration(recurrence.interval), "a recurrence has a positive interval");
  let n = Math.floor((at - recurrence.anchor) / meanMs(recurrence.interval));
  // The estimate is off by the unevenness of months and offsets: a few days, whatever the distance.
  while (boundaryAt(recurrence, n) > at) n--;
  while (boundaryAt(recurrence, n + 1) <= at) n++;
  return n;
};

/** The period between two neighbouring boundaries that contains the instant. Never empty. */
export const periodAt = (recurrence: Recurrence, at: Instant): Period => {
  const n = boundaryIndex(recurrence, at);
  return { start: boundaryAt(recurrence, n), end: boundaryAt(recurrence, n + 1) };
};

/** The first boundary after the instant. */
export const nextBoundary = (recurrence: Recurrence, at: Instant, inclusion: Inclusion): Instant => {
  const { start, end } = periodAt(recurrence, at);
  return inclusion === "inclusive" && start === at ? start : end;
};

/** The last boundary before the instant. */
export const previousBoundary = (recurrence: Recurrence, at: Instant, inclusion: Inclusion): Instant => {
  let n = boundaryIndex(recurrence, at);
  while (inclusion === "exclusive" && boundaryAt(recurrence, n) >= at) n--;
  return boundaryAt(recurrence, n);
};

/** Every boundary in [start, end), ascending, each once. Lazy: take as many as you can use. */
export function* boundariesIn(recurrence: Recurrence, { start, end }: Period): Generator<Instant, void, undefined> {
  let next = nextBoundary(recurrence, start, "inclusive");
  let n = boundaryIndex(recurrence, next);
  while (next < end) {
    yield next;
    const last = next;
    while (next <= last) next = boundaryAt(recurrence, ++n);
  }
}

/** Exact without calendar parts; otherwise by the means of the Gregorian calendar. */
const meanMs = (interval: IsoDuration): number => {
  if (!hasCalendarPart(interval)) return exactPartMs(interval);
  const months = interval.years * 12 + interval.months;
  const days = (months * 146_097) / 4_800 + interval.weeks * 7 + interval.days;
  return days * msPerDay + exactPartMs(interval);
};
