import { assert, err, ok } from "./result.ts";
import type { Result } from "./result.ts";

/** Milliseconds since 1970-01-01T00:00:00Z, UTC, without leap seconds. A safe integer, possibly negative. */
export type Instant = number & { readonly __brand: "Instant" };

/** Throws unless the number is a safe integer. */
export const instant = (epochMs: number): Instant => {
  assert(Number.isSafeInteger(epochMs), "an instant is a whole number of milliseconds");
  return (epochMs + 0) as Instant; // the one cast: checked above; + 0 turns -0 into 0
};

/** [start, end): start belongs to it, end does not. start === end is the empty period. */
export type Period = Readonly<{ start: Instant; end: Instant }>;

export const contains = (period: Period, at: Instant): boolean => period.start <= at && at < period.end;

export type InstantError = Readonly<{ type: "invalid_date_time" | "leap_second" }>;

/** What to write instead; continues a sentence that begins with what was read. */
export const explainInstantError = ({ type }: InstantError): string =>
  type === "leap_second"
    ? "must not be a leap second (:60), which has no place on this time line: write the second before or after it"
    : "must be an RFC 3339 date-time with an offset, such as 2026-01-01T00:00:00Z";

/**
 * RFC 3339 date-time with a mandatory offset (Z or ±hh:mm); T and Z in either case. The fraction may have any length and is
 * cut below the millisecond, towards the past. The calendar date must exist; a leap second (:60) is an error.
 */
export const parseInstant = (text: string): Result<Instant, InstantError> => {
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  const hour = digitsAt(text, 11, 2);
  const minute = digitsAt(text, 14, 2);
  const second = digitsAt(text, 17, 2);
  const punctuated =
    text[4] === "-" && text[7] === "-" && isEither(text[10], "T", "t") && text[13] === ":" && text[16] === ":";
  if (!punctuated || year < 0 || hour < 0 || minute < 0 || second < 0) return invalidDateTime;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return invalidDateTime;
  if (hour > 23 || minute > 59 || second > 60) return invalidDateTime;

  const offsetAt = endOfFraction(text, 19);
  const offsetMs = offsetAt < 0 ? null : parseOffset(text, offsetAt);
  if (offsetMs === null) return invalidDateTime;
  if (second === 60) return leapSecond;
  const localMs =
    daysFromCivil(year, month, day) * msPerDay +
    hour * 3_600_000 +
    minute * 60_000 +
    second * 1_000 +
    millisecondsAt(text, 19, offsetAt);
  return ok(instant(localMs - offsetMs));
};

/**
 * 2024-01-01T00:00:00Z, with .123 only when the millisecond is not 0. parseInstant reads it back for the years 0000 to
 * 9999. Throws beyond the range of ECMAScript dates (±8.64e15 ms).
 */
export const formatInstant = (at: Instant): string => {
  const text = new Date(at).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, -5)}Z` : text;
};

export const msPerDay = 86_400_000;

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar; month 1 to 12. */
export const daysFromCivil = (year: number, month: number, day: number): number => {
  // Years begin in March, so that the leap day comes last: 306 days lie before 1 March of the year.
  const marchYear = month <= 2 ? year - 1 : year;
  const marchMonth = month <= 2 ? month + 9 : month - 3;
  const dayOfYear = Math.floor((153 * marchMonth + 2) / 5) + day - 1;
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  return marchYear * 365 + leapDays + dayOfYear - daysBeforeEpoch;
};

/** Days from 0000-03-01 to 1970-01-01. */
const daysBeforeEpoch = 719_468;

const invalidDateTime = err({ type: "invalid_date_time" } as const);
const leapSecond = err({ type: "leap_second" } as const);

const isEither = (character: string | undefined, upper: string, lower: string): boolean =>
  character === upper || character === lower;

/** Of the proleptic Gregorian calendar; month 1 to 12. */
export const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

/** The number written by exactly `count` ASCII digits, or -1. */
const digitsAt = (text: string, start: number, count: number): number => {
  let value = 0;
  for (let at = start; at < start + count; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return -1; // also NaN, past the end
    value = value * 10 + digit;
  }
  return value;
};

/** Where the optional fraction that begins at `at` ends; -1 for a point without digits. */
const endOfFraction = (text: string, at: number): number => {
  if (text[at] !== ".") return at;
  let end = at + 1;
  while (digitsAt(text, end, 1) >= 0) end++;
  return end === at + 1 ? -1 : end;
};

const millisecondsAt = (text: string, start: number, end: number): number =>
  end === start ? 0 : Number(text.slice(start + 1, Math.min(end, start + 4)).padEnd(3, "0"));

/** The offset that takes up the rest of the text, in milliseconds east of UTC. */
const parseOffset = (text: string, at: number): number | null => {
  if (isEither(text[at], "Z", "z")) return text.length === at + 1 ? 0 : null;
  const sign = text[at] === "+" ? 1 : text[at] === "-" ? -1 : 0;
  const hour = digitsAt(text, at + 1, 2);
  const minute = digitsAt(text, at + 4, 2);
  if (sign === 0 || text[at + 3] !== ":" || text.length !== at + 6) return null;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return null;
  return sign * (hour * 60 + minute) * 60_000;
};
