import { addMonths, civilFromDays } from "./civil-date.ts";
import { fromLocalMs, toLocalMs } from "./local-time.ts";
import { err, ok } from "./result.ts";
import type { Result } from "./result.ts";
import type { TimeZone } from "./time-zone.ts";
import { daysFromCivil, instant, msPerDay } from "./time.ts";
import type { Instant } from "./time.ts";

/** Integers, each with its own sign. Years to days are of the calendar; hours, minutes and seconds are exact. */
export type IsoDuration = Readonly<{
  years: number;
  months: number;
  weeks: number;
  days: number;
  hours: number;
  minutes: number;
  seconds: number;
}>;

export type DurationError =
  | Readonly<{ type: "invalid_duration" }>
  /** A part of more than 10,000 years. */
  | Readonly<{ type: "duration_out_of_range" }>;

export const zeroDuration: IsoDuration = {
  years: 0,
  months: 0,
  weeks: 0,
  days: 0,
  hours: 0,
  minutes: 0,
  seconds: 0,
};

/**
 * Reads ISO 8601 durations of whole parts: P1Y2M3W4DT5H6M7S, in this order, at least one part, upper case. Every part
 * may have a sign of its own (P-3M, P1M-2W); a sign before the P is that of all parts. Fractions are errors.
 */
export const parseDuration = (text: string): Result<IsoDuration, DurationError> => {
  const match = text.length <= textLengthMax ? pattern.exec(text) : null;
  if (match === null) return err({ type: "invalid_duration" });
  const sign = match[1] === "-" ? -1 : 1;
  const parts = units.map((_, index) => sign * Number(match[index + 2] ?? "0"));
  if (parts.some((part, index) => Math.abs(part) > (units[index]?.max ?? 0))) {
    return err({ type: "duration_out_of_range" });
  }
  return ok(mapParts((index) => (parts[index] ?? 0) + 0)); // + 0 turns -0 into 0
};

/** Only the parts that are not zero, PT0S for none. `parseDuration` reads it back. */
export const formatDuration = (duration: IsoDuration): string => {
  const text = (some: readonly Unit[]): string =>
    some.map(({ name, letter }) => (duration[name] === 0 ? "" : `${duration[name]}${letter}`)).join("");
  const date = text(units.slice(0, 4));
  const time = text(units.slice(4));
  if (date === "" && time === "") return "PT0S";
  return time === "" ? `P${date}` : `P${date}T${time}`;
};

/**
 * Years are added first, then months, each ending on the last day of a month that is too short; then weeks and days:
 * all on the calendar and the clock of the zone. Then hours, minutes and seconds as exact time. A local time that clocks
 * skip is moved behind the gap, of one that they repeat the first is taken.
 */
export const addDuration = (at: Instant, duration: IsoDuration, zone: TimeZone): Instant => {
  const exactMs = exactPartMs(duration);
  if (!hasCalendarPart(duration)) return instant(at + exactMs);
  const localMs = toLocalMs(at, zone);
  const localDays = Math.floor(localMs / msPerDay);
  const afterYears = addMonths(civilFromDays(localDays), duration.years * 12);
  const { year, month, day } = addMonths(afterYears, duration.months);
  const days = daysFromCivil(year, month, day) + duration.weeks * 7 + duration.days;
  return instant(fromLocalMs(days * msPerDay + (localMs - localDays * msPerDay), zone) + exactMs);
};

/** Every part times the whole number n. */
export const multiplyDuration = (duration: IsoDuration, n: number): IsoDuration =>
  mapParts((index) => duration[units[index]?.name ?? "seconds"] * n + 0);

/** Whether all parts are at least zero and one is more. */
export const isPositiveDuration = (duration: IsoDuration): boolean =>
  units.every(({ name }) => duration[name] >= 0) && units.some(({ name }) => duration[name] > 0);

/**
 * Whether the divisor goes into the dividend without a rest, whatever the calendar: with every month of 28, 29, 30 or 31
 * days (a year has twelve of them) and every day of 23, 24 or 25 hours. Never when one of them is zero or negative.
 */
export const isDivisible = (dividend: IsoDuration, divisor: IsoDuration): boolean =>
  daysInMonths.every((days) =>
    hoursInDays.every((hours) => {
      const whole = secondsOf(dividend, days, hours);
      const part = secondsOf(divisor, days, hours);
      return whole > 0 && part > 0 && whole % part === 0;
    }),
  );

/** Whether one of the two goes into the other without a rest, as `isDivisible` says it. */
export const durationsAlign = (a: IsoDuration, b: IsoDuration): boolean => isDivisible(a, b) || isDivisible(b, a);

/** Its length with months of 28 days and days of 23 hours: no calendar makes a duration of positive parts shorter. */
export const shortestSeconds = (duration: IsoDuration): number => secondsOf(duration, 28, 23);

/** Weeks and days on the clock, months and years on the calendar. */
export const hasCalendarPart = ({ years, months, weeks, days }: IsoDuration): boolean =>
  years !== 0 || months !== 0 || weeks !== 0 || days !== 0;

/** Hours, minutes and seconds together. */
export const exactPartMs = ({ hours, minutes, seconds }: IsoDuration): number =>
  ((hours * 60 + minutes) * 60 + seconds) * 1_000;

type Unit = Readonly<{ name: keyof IsoDuration; letter: string; max: number }>;

const yearsMax = 10_000;

const units: readonly Unit[] = [
  { name: "years", letter: "Y", max: yearsMax },
  { name: "months", letter: "M", max: yearsMax * 12 },
  { name: "weeks", letter: "W", max: yearsMax * 53 },
  { name: "days", letter: "D", max: yearsMax * 366 },
  { name: "hours", letter: "H", max: yearsMax * 366 * 24 },
  { name: "minutes", letter: "M", max: yearsMax * 366 * 24 * 60 },
  { name: "seconds", letter: "S", max: yearsMax * 366 * 24 * 3_600 },
];

/** At least one part after the P, and one after the T. */
const pattern =
  /^([+-])?P(?=.)(?:([+-]?\d+)Y)?(?:([+-]?\d+)M)?(?:([+-]?\d+)W)?(?:([+-]?\d+)D)?(?:T(?=.)(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?\d+)S)?)?$/;

const textLengthMax = 200;

const daysInMonths = [28, 29, 30, 31];
const hoursInDays = [23, 24, 25];

const secondsOf = (
  { years, months, weeks, days, hours, minutes, seconds }: IsoDuration,
  daysInMonth: number,
  hoursInDay: number,
): number => {
  const allDays = (years * 12 + months) * daysInMonth + weeks * 7 + days;
  return ((allDays * hoursInDay + hours) * 60 + minutes) * 60 + seconds;
};

const mapParts = (partAt: (index: number) => number): IsoDuration => ({
  years: partAt(0),
  months: partAt(1),
  weeks: partAt(2),
  days: partAt(3),
  hours: partAt(4),
  minutes: partAt(5),
  seconds: partAt(6),
});
