import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayBoundaries, monthBoundaries } from "./calendar.ts";
import { formatInstantInZone, parseTimeZone, utc } from "./time-zone.ts";
import type { TimeZone } from "./time-zone.ts";
import { instant, msPerDay, parseInstant } from "./time.ts";
import type { Instant, Period } from "./time.ts";

const seeded = { seed: 20_260_101, numRuns: 300 };

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

type Case = Readonly<{ name: string; start: string; end: string; answer: string[]; why: string }>;

const check = (boundaries: typeof dayBoundaries, { name, start, end, answer }: Case): void => {
  const found = boundaries(zone(name), { start: at(start), end: at(end) });
  expect(found.map((boundary) => formatInstantInZone(boundary, zone(name)))).toEqual(answer);
};

describe("local days", () => {
  test.each<Case>([
    {
      name: "UTC",
      start: "2024-01-01T00:00:00Z",
      end: "2024-01-02T00:00:00Z",
      answer: ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"],
      why: "one whole day",
    },
    {
      name: "UTC",
      start: "2024-01-01T12:00:00Z",
      end: "2024-01-02T00:00:00.001Z",
      answer: ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z"],
      why: "a millisecond overlaps",
    },
    {
      name: "UTC",
      start: "2024-01-01T12:00:00Z",
      end: "2024-01-01T12:00:00Z",
      answer: ["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"],
      why: "an empty period has the day of its instant",
    },
    {
      name: "America/Los_Angeles",
      start: "2025-03-09T08:00:00Z",
      end: "2025-03-10T07:00:00Z",
      answer: ["2025-03-09T00:00:00-08:00", "2025-03-10T00:00:00-07:00"],
      why: "23 hours",
    },
    {
      name: "America/Los_Angeles",
      start: "2025-11-02T07:00:00Z",
      end: "2025-11-03T08:00:00Z",
      answer: ["2025-11-02T00:00:00-07:00", "2025-11-03T00:00:00-08:00"],
      why: "25 hours",
    },
    {
      name: "Asia/Kathmandu",
      start: "2024-01-01T00:00:00Z",
      end: "2024-01-01T20:00:00Z",
      answer: ["2024-01-01T00:00:00+05:45", "2024-01-02T00:00:00+05:45", "2024-01-03T00:00:00+05:45"],
      why: "midnight at 18:15Z",
    },
    {
      name: "Australia/Lord_Howe",
      start: "2024-04-06T13:00:00Z",
      end: "2024-04-07T13:30:00Z",
      answer: ["2024-04-07T00:00:00+11:00", "2024-04-08T00:00:00+10:30"],
      why: "24.5 hours",
    },
    {
      name: "Pacific/Apia",
      start: "2011-12-29T12:00:00Z",
      end: "2011-12-31T09:00:00Z",
      answer: ["2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"],
      why: "30 December did not happen",
    },
    {
      name: "America/Sao_Paulo",
      start: "2017-10-15T00:00:00Z",
      end: "2017-10-16T00:00:00Z",
      answer: ["2017-10-14T00:00:00-03:00", "2017-10-15T01:00:00-02:00", "2017-10-16T00:00:00-02:00"],
      why: "a day that begins at 01:00",
    },
    {
      name: "America/Sao_Paulo",
      start: "2018-02-17T12:00:00Z",
      end: "2018-02-18T03:00:00Z",
      answer: ["2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00"],
      why: "23:00 comes twice",
    },
    {
      name: "Asia/Beirut",
      start: "2022-03-26T22:00:00Z",
      end: "2022-03-27T21:00:00Z",
      answer: ["2022-03-27T01:00:00+03:00", "2022-03-28T00:00:00+03:00"],
      why: "a day that begins at 01:00",
    },
    {
      name: "America/St_Johns",
      start: "2006-10-29T02:45:00Z",
      end: "2006-10-29T03:00:00Z",
      answer: ["2006-10-29T00:00:00-02:30", "2006-10-30T00:00:00-03:30"],
      why: "back across midnight: 23:15 once more is already the new day",
    },
  ])("$name [$start, $end) ($why)", (row) => check(dayBoundaries, row));
});

describe("local months", () => {
  test.each<Case>([
    {
      name: "UTC",
      start: "2024-02-01T00:00:00Z",
      end: "2024-03-01T00:00:00Z",
      answer: ["2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"],
      why: "a leap February",
    },
    {
      name: "UTC",
      start: "2023-12-31T23:59:59.999Z",
      end: "2024-01-01T00:00:00.001Z",
      answer: ["2023-12-01T00:00:00Z", "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"],
      why: "over the year's end",
    },
    {
      name: "Europe/Budapest",
      start: "2024-03-01T00:00:00Z",
      end: "2024-03-31T22:00:00Z",
      answer: ["2024-03-01T00:00:00+01:00", "2024-04-01T00:00:00+02:00"],
      why: "summer time starts inside",
    },
    {
      name: "Pacific/Apia",
      start: "2011-12-15T00:00:00Z",
      end: "2012-01-01T00:00:00Z",
      answer: ["2011-12-01T00:00:00-10:00", "2012-01-01T00:00:00+14:00", "2012-02-01T00:00:00+14:00"],
      why: "a month of 30 days",
    },
    {
      name: "UTC",
      start: "1969-12-15T00:00:00Z",
      end: "1970-01-01T00:00:00Z",
      answer: ["1969-12-01T00:00:00Z", "1970-01-01T00:00:00Z"],
      why: "before the epoch",
    },
  ])("$name [$start, $end) ($why)", (row) => check(monthBoundaries, row));
});

describe("laws", () => {
  test.each([
    { unit: "day", boundaries: dayBoundaries },
    { unit: "month", boundaries: monthBoundaries },
  ])("$unit boundaries ascend and just cover the period", ({ boundaries }) => {
    fc.assert(
      fc.property(periods, zones, (period, name) => {
        const found = boundaries(name, period);
        expect(found.length).toBeGreaterThanOrEqual(2);
        expect(found.every((boundary, index) => index === 0 || boundary > (found[index - 1] ?? 0))).toBe(true);
        expect(found[0]).toBeLessThanOrEqual(period.start);
        expect(found[1]).toBeGreaterThan(period.start);
        expect(found.at(-1)).toBeGreaterThanOrEqual(period.end);
        if (period.end > period.start) expect(found.at(-2)).toBeLessThan(period.end);
      }),
      seeded,
    );
  });

  test("a part of a period has a part of its boundaries", () => {
    fc.assert(
      fc.property(periods, zones, (period, name) => {
        const middle = instant(Math.floor((period.start + period.end) / 2));
        const whole = new Set(dayBoundaries(name, period));
        const part = dayBoundaries(name, { start: period.start, end: middle });
        if (middle > period.start) expect(part.every((boundary) => whole.has(boundary))).toBe(true);
      }),
      seeded,
    );
  });

  test("a day starts where Temporal says it starts", () => {
    fc.assert(
      fc.property(periods, zones, (period, name) => {
        for (const boundary of dayBoundaries(name, period)) {
          const zoned = Temporal.Instant.fromEpochMilliseconds(boundary).toZonedDateTimeISO(name);
          expect(boundary).toBe(zoned.startOfDay().epochMilliseconds);
        }
      }),
      seeded,
    );
  });

  test("in UTC every day has 24 hours", () => {
    fc.assert(
      fc.property(periods, (period) => {
        for (const boundary of dayBoundaries(utc, period)) {
          expect(boundary % msPerDay).toBe(0);
        }
      }),
      seeded,
    );
  });
});

const periods: fc.Arbitrary<Period> = fc
  .tuple(fc.integer({ min: 0, max: Date.UTC(2060, 0, 1) }), fc.integer({ min: 0, max: 400 * msPerDay }))
  .map(([start, length]) => ({ start: instant(start), end: instant(start + length) }));

const zones = fc
  .constantFrom(
    "UTC",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Budapest",
    "Pacific/Apia",
  )
  .map(zone);
