import { periodAt } from "./recurrence.ts";
import type { Recurrence } from "./recurrence.ts";
import { instant } from "./time.ts";
import type { Instant, Period } from "./time.ts";

/** A recurrence that is in force from an instant on, until the next one of its list. */
export type TimedRecurrence = Readonly<{ effectiveFrom: Instant; recurrence: Recurrence }>;

/** Ascending by effectiveFrom, at least one. */
export type TimedRecurrences = readonly [TimedRecurrence, ...(readonly TimedRecurrence[])];

/**
 * The period in force at the instant: that of the recurrence in force, cut to the time it is in force. Before the first
 * recurrence is in force, its first period.
 */
export const timedPeriodAt = (entries: TimedRecurrences, at: Instant): Period => {
  const index = Math.max(
    0,
    entries.findLastIndex(({ effectiveFrom }) => effectiveFrom <= at),
  );
  const { effectiveFrom, recurrence } = entries[index] ?? entries[0];
  const { start, end } = periodAt(recurrence, instant(Math.max(at, effectiveFrom)));
  const next = entries[index + 1]?.effectiveFrom;
  return {
    start: instant(Math.max(start, effectiveFrom)),
    end: next === undefined ? end : instant(Math.min(end, next)),
  };
};
