import { assert, err, ok } from "./result.ts";
import type { Result } from "./result.ts";
import { Temporal } from "./temporal.ts";
import { formatInstant, instant } from "./time.ts";
import type { Instant, Period } from "./time.ts";

/** The name of a zone of the IANA database, spelled as there. */
export type TimeZone = string & { readonly __brand: "TimeZone" };

export const utc: TimeZone = "UTC" as TimeZone;

/**
 * IANA names only, case ignored, answered in the database's spelling; a link such as Asia/Calcutta stays itself.
 * Offsets (+05:30), "Local" and "" are errors.
 */
export const parseTimeZone = (name: string): Result<TimeZone, Readonly<{ type: "unknown_time_zone" }>> => {
  if (!zoneName.test(name)) return unknownTimeZone;
  try {
    return ok(new Temporal.ZonedDateTime(0n, name).timeZoneId as TimeZone);
  } catch (error) {
    if (error instanceof RangeError) return unknownTimeZone;
    throw error;
  }
};

/**
 * Local date and time with the offset, 2025-03-09T00:00:00-08:00; "Z" when the offset is zero. Whole seconds: a
 * fraction is cut. Offsets of the time before standard time that have seconds (+00:19:32) are written in whole minutes
 * together with the local time that belongs to them, so that the text always names exactly this second.
 */
export const formatInstantInZone = (at: Instant, zone: TimeZone): string => {
  const second = instant(Math.floor(at / 1_000) * 1_000);
  const offsetMinutes = Math.trunc(offsetAt(second, zone) / 60_000);
  if (offsetMinutes === 0) return formatInstant(second);
  const local = formatInstant(instant(second + offsetMinutes * 60_000)).slice(0, -1);
  const minutes = Math.abs(offsetMinutes);
  const sign = offsetMinutes < 0 ? "-" : "+";
  return `${local}${sign}${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
};

/** From `start` (inclusive) to the next segment's start, local time is UTC + offsetMs. */
export type OffsetSegment = Readonly<{ start: Instant; offsetMs: number }>;

/**
 * The stretches of constant UTC offset that cover the period, ascending, neighbours with different offsets. The first
 * one starts where that offset really began, or at period.start when it has always been in force. Never empty.
 */
export const offsetSegments = (zone: TimeZone, period: Period): readonly OffsetSegment[] => {
  assert(period.start <= period.end, "a period does not end before it starts");
  const first = toZoned(period.start, zone);
  // "previous" means strictly before; a transition at period.start itself begins the first segment.
  const begin = first.add({ milliseconds: 1 }).getTimeZoneTransition("previous");
  const segments = [
    {
      start: begin === null ? period.start : instant(begin.epochMilliseconds),
      offsetMs: offsetOf(first),
    },
  ];
  let next = first.getTimeZoneTransition("next");
  while (next !== null && next.epochMilliseconds < period.end) {
    segments.push({ start: instant(next.epochMilliseconds), offsetMs: offsetOf(next) });
    next = next.getTimeZoneTransition("next");
  }
  return segments;
};

const unknownTimeZone = err({ type: "unknown_time_zone" } as const);

/** Starts with a letter, which no offset does. The longest name in the database has 32 characters. */
const zoneName = /^[A-Za-z][A-Za-z0-9._+/-]{0,63}$/;

const toZoned = (at: Instant, zone: TimeZone): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

const offsetOf = (at: Temporal.ZonedDateTime): number => at.offsetNanoseconds / 1_000_000;

/** Local time is UTC plus this, at that instant. */
export const offsetAt = (at: Instant, zone: TimeZone): number => (zone === utc ? 0 : offsetOf(toZoned(at, zone)));

const twoDigits = (n: number): string => String(n).padStart(2, "0");
