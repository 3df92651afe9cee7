import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addDuration,
  durationsAlign,
  formatDuration,
  isDivisible,
  isPositiveDuration,
  multiplyDuration,
  parseDuration,
  zeroDuration,
} from "./duration.ts";
import type { IsoDuration } from "./duration.ts";
import { formatInstantInZone, parseTimeZone, utc } from "./time-zone.ts";
import type { TimeZone } from "./time-zone.ts";
import { formatInstant, instant, parseInstant } from "./time.ts";
import type { Instant } from "./time.ts";

const seeded = { seed: 20_260_101, numRuns: 1_000 };

const duration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.type}`);
  return parsed.value;
};

const at = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

const zone = (name: string): TimeZone => {
  const parsed = parseTimeZone(name);
  if (!parsed.ok) throw new Error(name);
  return parsed.value;
};

const durations = (min: number, max: number): fc.Arbitrary<IsoDuration> => {
  const part = fc.integer({ min, max });
  return fc.record({ years: part, months: part, weeks: part, days: part, hours: part, minutes: part, seconds: part });
};

describe("parseDuration", () => {
  test.each([
    { text: "PT0S", parts: {}, why: "zero" },
    { text: "P0D", parts: {}, why: "another zero" },
    { text: "P1M", parts: { months: 1 }, why: "M before the T is months" },
    { text: "PT1M", parts: { minutes: 1 }, why: "M after it is minutes" },
    {
      text: "P1Y2M3W4DT5H6M7S",
      parts: { years: 1, months: 2, weeks: 3, days: 4, hours: 5, minutes: 6, seconds: 7 },
      why: "everything",
    },
    { text: "P-3M", parts: { months: -3 }, why: "a part of its own sign" },
    { text: "P1M-2W", parts: { months: 1, weeks: -2 }, why: "mixed signs" },
    { text: "-P1DT1H", parts: { days: -1, hours: -1 }, why: "the sign of all" },
    { text: "-P-1D", parts: { days: 1 }, why: "minus minus" },
    { text: "+P+1D", parts: { days: 1 }, why: "plus" },
    { text: "P0001D", parts: { days: 1 }, why: "zeros in front" },
    { text: "-P0D", parts: {}, why: "zero has no sign" },
    { text: "PT86400S", parts: { seconds: 86_400 }, why: "kept as written, not made a day" },
    { text: "P10000Y", parts: { years: 10_000 }, why: "the largest" },
  ])("$text ($why)", ({ text, parts }) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: { ...zeroDuration, ...parts } });
    expect(Object.values(duration(text)).some((part) => Object.is(part, -0))).toBe(false);
  });

  test.each([
    { text: "", why: "empty" },
    { text: "P", why: "no part" },
    { text: "PT", why: "no part after the T" },
    { text: "P1DT", why: "no part after the T" },
    { text: "1D", why: "no P" },
    { text: "p1d", why: "lower case" },
    { text: "P1", why: "no unit" },
    { text: "P1D1M", why: "another order" },
    { text: "P1D1D", why: "twice" },
    { text: "P1H", why: "hours without T" },
    { text: "P1.5D", why: "a fraction" },
    { text: "PT0,5S", why: "a fraction with a comma" },
    { text: " P1D", why: "a blank" },
    { text: "P1D\n", why: "a line end" },
    { text: "P--1D", why: "two signs" },
    { text: "P1e3D", why: "an exponent" },
    { text: "P١D", why: "digits of another script" },
    { text: `P${"0".repeat(1_000)}1D`, why: "very long" },
  ])("refuses $text ($why)", ({ text }) => {
    expect(parseDuration(text)).toEqual({ ok: false, error: { type: "invalid_duration" } });
  });

  test.each([{ text: "P10001Y" }, { text: "P-10001Y" }, { text: `PT${"9".repeat(30)}S` }])(
    "$text is more than 10,000 years",
    ({ text }) => {
      expect(parseDuration(text)).toEqual({ ok: false, error: { type: "duration_out_of_range" } });
    },
  );

  test("it reads back what formatDuration writes", () => {
    fc.assert(
      fc.property(durations(-5_000, 5_000), (written) => {
        expect(parseDuration(formatDuration(written))).toEqual({ ok: true, value: written });
      }),
      seeded,
    );
  });

  test.each(["PT0S", "P1M", "PT1M", "P1Y2M3W4DT5H6M7S", "P-3M", "P1M-2W", "PT86400S", "P1DT-1H"])(
    "%s is written as it is read",
    (text) => {
      expect(formatDuration(duration(text))).toBe(text);
    },
  );
});

describe("addDuration", () => {
  test.each([
    { start: "2020-01-01T00:00:00Z", add: "PT0S", end: "2020-01-01T00:00:00Z", why: "nothing" },
    { start: "2024-12-31T00:00:00Z", add: "P1M", end: "2025-01-31T00:00:00Z", why: "over the year" },
    { start: "2024-12-31T00:00:00Z", add: "P6M", end: "2025-06-30T00:00:00Z", why: "June has 30 days" },
    { start: "2025-01-31T10:30:00.123Z", add: "P1M", end: "2025-02-28T10:30:00.123Z", why: "the time of day stays" },
    { start: "2024-02-29T00:00:00Z", add: "P1Y", end: "2025-02-28T00:00:00Z", why: "no leap day" },
    { start: "2024-02-29T00:00:00Z", add: "P4Y", end: "2028-02-29T00:00:00Z", why: "a leap day again" },
    {
      start: "2024-02-29T00:00:00Z",
      add: "P1Y1M",
      end: "2025-03-28T00:00:00Z",
      why: "years end on their own day first",
    },
    { start: "2024-01-31T00:00:00Z", add: "P1M1D", end: "2024-03-01T00:00:00Z", why: "days after the months" },
    { start: "2024-01-15T10:30:00Z", add: "P1Y2M10DT5H30M45S", end: "2025-03-25T16:00:45Z", why: "all at once" },
    { start: "2025-06-15T12:00:00Z", add: "P-3M", end: "2025-03-15T12:00:00Z", why: "back" },
    { start: "2025-03-31T00:00:00Z", add: "P-1M", end: "2025-02-28T00:00:00Z", why: "back into a short month" },
    { start: "2025-01-01T00:00:00Z", add: "P1M-2W", end: "2025-01-18T00:00:00Z", why: "mixed signs" },
    { start: "1969-12-31T23:59:59.999Z", add: "PT1S", end: "1970-01-01T00:00:00.999Z", why: "over the epoch" },
  ])("$start + $add = $end ($why)", ({ start, add, end }) => {
    expect(formatInstant(addDuration(at(start), duration(add), utc))).toBe(end);
  });

  test.each([
    {
      start: "2025-03-08T08:00:00Z",
      add: "P1D",
      end: "2025-03-09T00:00:00-08:00",
      why: "the clock, not 24 hours",
    },
    { start: "2025-03-09T08:00:00Z", add: "P1D", end: "2025-03-10T00:00:00-07:00", why: "a day of 23 hours" },
    { start: "2025-03-09T08:00:00Z", add: "PT24H", end: "2025-03-10T01:00:00-07:00", why: "24 hours are exact" },
    {
      start: "2025-03-08T10:30:00Z",
      add: "P1D",
      end: "2025-03-09T03:30:00-07:00",
      why: "02:30 is skipped: as far behind",
    },
    {
      start: "2025-11-01T08:30:00Z",
      add: "P1D",
      end: "2025-11-02T01:30:00-07:00",
      why: "01:30 comes twice: the first",
    },
    {
      start: "2025-11-02T09:30:00Z",
      add: "PT0S",
      end: "2025-11-02T01:30:00-08:00",
      why: "the second stays the second",
    },
    { start: "2025-11-02T09:30:00Z", add: "PT1H", end: "2025-11-02T02:30:00-08:00", why: "exact time from the second" },
    { start: "2025-02-01T07:59:59Z", add: "P1M", end: "2025-02-28T23:59:59-08:00", why: "31 January in the zone" },
  ])("in Los Angeles, $start + $add = $end ($why)", ({ start, add, end }) => {
    const losAngeles = zone("America/Los_Angeles");
    expect(formatInstantInZone(addDuration(at(start), duration(add), losAngeles), losAngeles)).toBe(end);
  });

  test("a date that a zone skips is that of the day after", () => {
    const apia = zone("Pacific/Apia");
    const noon = at("2011-12-29T22:00:00Z"); // 29 December, 12:00
    expect(formatInstantInZone(addDuration(noon, duration("P1D"), apia), apia)).toBe("2011-12-31T12:00:00+14:00");
    expect(addDuration(noon, duration("P2D"), apia)).toBe(addDuration(noon, duration("P1D"), apia));
  });

  test("it agrees with Temporal for one calendar unit and exact time, in every zone", () => {
    const moments = fc.integer({ min: 0, max: Date.UTC(2037, 0, 1) }).map((ms) => instant(ms));
    const zones = fc
      .constantFrom(
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "Pacific/Apia",
      )
      .map(zone);
    const units = fc.constantFrom("years", "months", "weeks", "days", "hours", "minutes", "seconds");
    fc.assert(
      fc.property(moments, zones, units, fc.integer({ min: -500, max: 500 }), (start, name, unit, count) => {
        const ours = addDuration(start, { ...zeroDuration, [unit]: count }, name);
        const theirs = Temporal.Instant.fromEpochMilliseconds(start)
          .toZonedDateTimeISO(name)
          .add(Temporal.Duration.from({ [unit]: count }));
        expect(formatInstant(ours)).toBe(formatInstant(instant(theirs.epochMilliseconds)));
      }),
      seeded,
    );
  });
});

describe("divisibility holds in every calendar or not at all", () => {
  test.each([
    { dividend: "P1Y", divisor: "P12M", answer: true, why: "a year has twelve months" },
    { dividend: "P1Y", divisor: "P7M", answer: false, why: "a rest" },
    { dividend: "P1M", divisor: "P1D", answer: true, why: "months have whole days" },
    { dividend: "P1M", divisor: "P1W", answer: false, why: "only February has whole weeks" },
    { dividend: "P1M", divisor: "P2D", answer: false, why: "not with 31 days" },
    { dividend: "P1D", divisor: "PT1H", answer: true, why: "days have whole hours" },
    { dividend: "P1D", divisor: "PT12H", answer: false, why: "not with 25 hours" },
    { dividend: "P1D", divisor: "PT24H", answer: false, why: "nor with 23" },
    { dividend: "P4W", divisor: "P28D", answer: true, why: "the same length" },
    { dividend: "P28D", divisor: "P4W", answer: true, why: "the other way round, too" },
    { dividend: "P1M", divisor: "P1Y", answer: false, why: "too long to go in" },
    { dividend: "PT1H30M", divisor: "PT30M", answer: true, why: "minutes" },
    { dividend: "PT1H", divisor: "PT7S", answer: false, why: "seconds" },
    { dividend: "P1D", divisor: "PT0S", answer: false, why: "nothing goes into anything" },
    { dividend: "PT0S", divisor: "P1D", answer: false, why: "nothing is no multiple" },
    { dividend: "P-2D", divisor: "P1D", answer: false, why: "negative" },
    { dividend: "P-2D", divisor: "P-1D", answer: false, why: "both negative" },
  ])("$dividend by $divisor: $answer ($why)", ({ dividend, divisor, answer }) => {
    expect(isDivisible(duration(dividend), duration(divisor))).toBe(answer);
  });

  test("a positive duration divides its multiples, and aligning is mutual", () => {
    fc.assert(
      fc.property(durations(0, 30), durations(0, 30), fc.integer({ min: 1, max: 50 }), (one, other, n) => {
        expect(isDivisible(multiplyDuration(one, n), one)).toBe(isPositiveDuration(one));
        expect(durationsAlign(one, other)).toBe(durationsAlign(other, one));
      }),
      seeded,
    );
  });
});
