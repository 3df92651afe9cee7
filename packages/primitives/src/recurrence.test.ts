import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDuration, zeroDuration } from "./duration.ts";
import type { IsoDuration } from "./duration.ts";
import {
  boundariesIn,
  boundaryAt,
  boundaryIndex,
  nextBoundary,
  parseRecurrence,
  periodAt,
  previousBoundary,
} from "./recurrence.ts";
import type { Recurrence } from "./recurrence.ts";
import { formatInstantInZone, parseTimeZone, utc } from "./time-zone.ts";
import type { TimeZone } from "./time-zone.ts";
import { contains, formatInstant, instant, parseInstant } from "./time.ts";
import type { Instant } from "./time.ts";

const seeded = { seed: 20_260_101, numRuns: 500 };

const at = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

const duration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

const zone = (name: string): TimeZone => {
  const parsed = parseTimeZone(name);
  if (!parsed.ok) throw new Error(name);
  return parsed.value;
};

const every = (interval: string, anchor: string, timeZone: TimeZone = utc): Recurrence => {
  const parsed = parseRecurrence({ interval: duration(interval), anchor: at(anchor), timeZone });
  if (!parsed.ok) throw new Error(parsed.error.type);
  return parsed.value;
};

describe("boundaries are counted from the anchor", () => {
  test.each([
    { n: 0, boundary: "2025-01-31T15:00:00Z" },
    { n: 1, boundary: "2025-02-28T15:00:00Z" },
    { n: 2, boundary: "2025-03-31T15:00:00Z" },
    { n: 3, boundary: "2025-04-30T15:00:00Z" },
    { n: 37, boundary: "2028-02-29T15:00:00Z" },
    { n: -1, boundary: "2024-12-31T15:00:00Z" },
    { n: -2, boundary: "2024-11-30T15:00:00Z" },
    { n: -11, boundary: "2024-02-29T15:00:00Z" },
  ])("31 January, monthly, $n: $boundary", ({ n, boundary }) => {
    expect(formatInstant(boundaryAt(every("P1M", "2025-01-31T15:00:00Z"), n))).toBe(boundary);
  });
});

describe("the period at an instant is half open", () => {
  test.each([
    {
      interval: "P1M",
      anchor: "2025-01-31T15:00:00Z",
      instant: "2025-08-13T20:00:00Z",
      period: ["2025-07-31T15:00:00Z", "2025-08-31T15:00:00Z"],
      why: "31 and 31",
    },
    {
      interval: "P1M",
      anchor: "2025-01-31T15:00:00Z",
      instant: "2025-09-30T15:00:00Z",
      period: ["2025-09-30T15:00:00Z", "2025-10-31T15:00:00Z"],
      why: "a boundary begins the following",
    },
    {
      interval: "P1M",
      anchor: "2025-01-31T15:00:00Z",
      instant: "2025-09-30T14:59:59.999Z",
      period: ["2025-08-31T15:00:00Z", "2025-09-30T15:00:00Z"],
      why: "a millisecond earlier is the one before",
    },
    {
      interval: "P1Y",
      anchor: "2024-02-29T00:00:00Z",
      instant: "2025-12-01T00:00:00Z",
      period: ["2025-02-28T00:00:00Z", "2026-02-28T00:00:00Z"],
      why: "leap day",
    },
    {
      interval: "P1Y",
      anchor: "2024-02-29T00:00:00Z",
      instant: "2028-02-28T23:00:00Z",
      period: ["2027-02-28T00:00:00Z", "2028-02-29T00:00:00Z"],
      why: "the next leap day is one again",
    },
    {
      interval: "P1D",
      anchor: "2030-01-01T06:00:00Z",
      instant: "2025-01-01T00:00:00Z",
      period: ["2024-12-31T06:00:00Z", "2025-01-01T06:00:00Z"],
      why: "before the anchor",
    },
    {
      interval: "PT1S",
      anchor: "1970-01-01T00:00:00Z",
      instant: "9999-12-31T23:59:59.999Z",
      period: ["9999-12-31T23:59:59Z", "+010000-01-01T00:00:00Z"],
      why: "2.5 × 10^11 seconds away",
    },
    {
      interval: "P1M",
      anchor: "0001-01-31T00:00:00Z",
      instant: "9999-03-01T00:00:00Z",
      period: ["9999-02-28T00:00:00Z", "9999-03-31T00:00:00Z"],
      why: "ten thousand years away",
    },
  ])("$interval from $anchor at $instant ($why)", ({ interval, anchor, instant: moment, period }) => {
    const { start, end } = periodAt(every(interval, anchor), at(moment));
    expect([formatInstant(start), formatInstant(end)]).toEqual(period);
  });
});

describe("next and previous", () => {
  const daily = every("P1D", "2024-01-01T00:00:00Z");
  const on = at("2024-01-05T00:00:00Z");
  const between = at("2024-01-05T12:00:00Z");

  test.each([
    { name: "next inclusive, on a boundary", found: nextBoundary(daily, on, "inclusive"), answer: "2024-01-05" },
    { name: "next exclusive, on a boundary", found: nextBoundary(daily, on, "exclusive"), answer: "2024-01-06" },
    { name: "next inclusive, between", found: nextBoundary(daily, between, "inclusive"), answer: "2024-01-06" },
    {
      name: "previous inclusive, on a boundary",
      found: previousBoundary(daily, on, "inclusive"),
      answer: "2024-01-05",
    },
    {
      name: "previous exclusive, on a boundary",
      found: previousBoundary(daily, on, "exclusive"),
      answer: "2024-01-04",
    },
    { name: "previous exclusive, between", found: previousBoundary(daily, between, "exclusive"), answer: "2024-01-05" },
  ])("$name: $answer", ({ found, answer }) => {
    expect(formatInstant(found)).toBe(`${answer}T00:00:00Z`);
  });
});

describe("summer time", () => {
  const berlin = zone("Europe/Berlin");

  test("a month in a zone begins at its midnight, in summer and in winter", () => {
    const monthly = every("P1M", "2024-12-31T23:00:00Z", berlin); // 1 January, 00:00
    const year = { start: at("2025-03-01T00:00:00Z"), end: at("2025-05-01T00:00:00Z") };
    expect([...boundariesIn(monthly, year)].map((boundary) => formatInstantInZone(boundary, berlin))).toEqual([
      "2025-04-01T00:00:00+02:00",
      "2025-05-01T00:00:00+02:00",
    ]);
  });

  test("a skipped time is later on that day only", () => {
    const daily = every("P1D", "2025-03-28T01:30:00Z", berlin); // 02:30
    const days = { start: at("2025-03-29T00:00:00Z"), end: at("2025-04-01T00:00:00Z") };
    expect([...boundariesIn(daily, days)].map((boundary) => formatInstantInZone(boundary, berlin))).toEqual([
      "2025-03-29T02:30:00+01:00",
      "2025-03-30T03:30:00+02:00",
      "2025-03-31T02:30:00+02:00",
    ]);
  });

  test("a skipped date gives one boundary, not two, and no empty period", () => {
    const apia = zone("Pacific/Apia");
    const daily = every("P1D", "2011-12-27T22:00:00Z", apia); // 27 December, 12:00
    const days = { start: at("2011-12-28T22:00:00Z"), end: at("2012-01-01T22:00:00Z") };
    const found = [...boundariesIn(daily, days)];
    expect(found.map((boundary) => formatInstantInZone(boundary, apia).slice(0, 10))).toEqual([
      "2011-12-28",
      "2011-12-29",
      "2011-12-31",
      "2012-01-01",
    ]);
    const skipped = found[2] ?? days.start;
    expect(periodAt(daily, skipped)).toEqual({ start: skipped, end: found[3] });
    expect(previousBoundary(daily, skipped, "exclusive")).toBe(found[1]);
    expect(nextBoundary(daily, instant(skipped - 1), "exclusive")).toBe(skipped);
  });
});

describe("an interval must go forward", () => {
  test.each([{ interval: "PT0S" }, { interval: "P-1M" }, { interval: "P1M-1D" }, { interval: "P1DT-1H" }])(
    "$interval is refused",
    ({ interval }) => {
      const parsed = parseRecurrence({ interval: duration(interval), anchor: instant(0), timeZone: utc });
      expect(parsed).toEqual({ ok: false, error: { type: "interval_not_positive" } });
    },
  );

  test("one that was never parsed ends with an error instead of never", () => {
    expect(() => periodAt({ interval: zeroDuration, anchor: instant(0), timeZone: utc }, instant(1))).toThrow(
      "positive interval",
    );
  });
});

const recurrences: fc.Arbitrary<Recurrence> = fc.record({
  interval: fc.oneof(
    fc.constantFrom("P1M", "P3M", "P1Y", "P1W", "P4W", "P1D", "PT1H", "P1Y1M", "P1M1D", "P1DT1H").map(duration),
    fc.record({
      years: fc.integer({ min: 0, max: 3 }),
      months: fc.integer({ min: 0, max: 20 }),
      weeks: fc.integer({ min: 0, max: 6 }),
      days: fc.integer({ min: 0, max: 45 }),
      hours: fc.integer({ min: 0, max: 60 }),
      minutes: fc.integer({ min: 0, max: 100 }),
      seconds: fc.integer({ min: 1, max: 100 }),
    }),
  ),
  anchor: fc.integer({ min: 0, max: Date.UTC(2037, 0, 1) }).map((ms) => instant(ms)),
  timeZone: fc
    .constantFrom(
      "UTC",
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Africa/Casablanca",
      "Pacific/Apia",
    )
    .map(zone),
});
const moments = fc.integer({ min: 0, max: Date.UTC(2037, 0, 1) }).map((ms) => instant(ms));

describe("laws", () => {
  test("the period at an instant contains it, and its neighbours touch it: periods tile time", () => {
    fc.assert(
      fc.property(recurrences, moments, (recurrence, moment) => {
        const period = periodAt(recurrence, moment);
        expect(contains(period, moment)).toBe(true);
        expect(periodAt(recurrence, period.end).start).toBe(period.end);
        expect(periodAt(recurrence, instant(period.start - 1)).end).toBe(period.start);
        expect(periodAt(recurrence, period.start)).toEqual(period);
      }),
      seeded,
    );
  });

  test("the boundaries in a period are those that a walk over periods meets", () => {
    fc.assert(
      fc.property(recurrences, moments, fc.integer({ min: 0, max: 90 * 86_400_000 }), (recurrence, start, lengthMs) => {
        const period = { start, end: instant(start + lengthMs) };
        const walked: Instant[] = [];
        for (let next = nextBoundary(recurrence, start, "inclusive"); next < period.end && walked.length < 50;) {
          walked.push(next);
          next = nextBoundary(recurrence, next, "exclusive");
        }
        const found: Instant[] = [];
        for (const boundary of boundariesIn(recurrence, period)) {
          if (found.push(boundary) === 50) break;
        }
        expect(found).toEqual(walked);
      }),
      seeded,
    );
  });

  test("previous and next are inverse, and an index finds its boundary", () => {
    fc.assert(
      fc.property(recurrences, moments, (recurrence, moment) => {
        const next = nextBoundary(recurrence, moment, "exclusive");
        const previous = previousBoundary(recurrence, moment, "inclusive");
        expect(previousBoundary(recurrence, next, "exclusive")).toBe(previous);
        expect(nextBoundary(recurrence, previous, "exclusive")).toBe(next);
        expect(boundaryAt(recurrence, boundaryIndex(recurrence, moment))).toBe(previous);
      }),
      seeded,
    );
  });
});
