import { contains, formatInstantInZone, instant, utc } from "@meter/primitives";
import type { Instant, Period, TimeZone } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { at, zone } from "./fixtures.ts";
import { planWindows, windowOf, windowSizes } from "./windows.ts";
import type { WindowSize } from "./windows.ts";

const windowAt = (size: WindowSize, name: TimeZone, time: Instant): Period =>
  windowOf(planWindows(size, name, { start: time, end: instant(time + 1) }), time);

describe("the window of one instant, in local time", () => {
  test.each<{ size: WindowSize; name: string; time: string; start: string; end: string; why: string }>([
    {
      size: "minute",
      name: "UTC",
      time: "1970-01-01T00:00:00Z",
      start: "1970-01-01T00:00:00Z",
      end: "1970-01-01T00:01:00Z",
      why: "the first instant",
    },
    {
      size: "minute",
      name: "UTC",
      time: "2024-01-01T00:00:59.999Z",
      start: "2024-01-01T00:00:00Z",
      end: "2024-01-01T00:01:00Z",
      why: "the last millisecond",
    },
    {
      size: "hour",
      name: "UTC",
      time: "2024-01-01T01:00:00Z",
      start: "2024-01-01T01:00:00Z",
      end: "2024-01-01T02:00:00Z",
      why: "a boundary opens",
    },
    {
      size: "month",
      name: "UTC",
      time: "2024-02-29T23:59:59.999Z",
      start: "2024-02-01T00:00:00Z",
      end: "2024-03-01T00:00:00Z",
      why: "leap day",
    },
    {
      size: "hour",
      name: "America/Los_Angeles",
      time: "2025-03-09T09:59:59Z",
      start: "2025-03-09T01:00:00-08:00",
      end: "2025-03-09T03:00:00-07:00",
      why: "the hour before the clocks go forward ends at three",
    },
    {
      size: "hour",
      name: "America/Los_Angeles",
      time: "2025-03-09T10:00:00Z",
      start: "2025-03-09T03:00:00-07:00",
      end: "2025-03-09T04:00:00-07:00",
      why: "there is no hour two",
    },
    {
      size: "day",
      name: "America/Los_Angeles",
      time: "2025-03-09T12:00:00Z",
      start: "2025-03-09T00:00:00-08:00",
      end: "2025-03-10T00:00:00-07:00",
      why: "23 hours",
    },
    {
      size: "day",
      name: "America/Los_Angeles",
      time: "2025-03-09T07:59:59.999Z",
      start: "2025-03-08T00:00:00-08:00",
      end: "2025-03-09T00:00:00-08:00",
      why: "the day before",
    },
    {
      size: "month",
      name: "America/Los_Angeles",
      time: "2025-03-31T00:00:00Z",
      start: "2025-03-01T00:00:00-08:00",
      end: "2025-04-01T00:00:00-07:00",
      why: "an hour short",
    },
    {
      size: "hour",
      name: "America/Los_Angeles",
      time: "2025-11-02T08:30:00Z",
      start: "2025-11-02T01:00:00-07:00",
      end: "2025-11-02T01:00:00-08:00",
      why: "the first hour one",
    },
    {
      size: "hour",
      name: "America/Los_Angeles",
      time: "2025-11-02T09:30:00Z",
      start: "2025-11-02T01:00:00-08:00",
      end: "2025-11-02T02:00:00-08:00",
      why: "the second hour one",
    },
    {
      size: "day",
      name: "America/Los_Angeles",
      time: "2025-11-02T07:00:00Z",
      start: "2025-11-02T00:00:00-07:00",
      end: "2025-11-03T00:00:00-08:00",
      why: "25 hours",
    },
    {
      size: "hour",
      name: "Asia/Kolkata",
      time: "2025-01-01T00:29:59Z",
      start: "2025-01-01T05:00:00+05:30",
      end: "2025-01-01T06:00:00+05:30",
      why: "local hours begin at half past",
    },
    {
      size: "minute",
      name: "Asia/Kolkata",
      time: "2025-01-01T00:29:59Z",
      start: "2025-01-01T05:59:00+05:30",
      end: "2025-01-01T06:00:00+05:30",
      why: "minutes are the same everywhere",
    },
    {
      size: "hour",
      name: "Asia/Kathmandu",
      time: "2025-01-01T00:15:00Z",
      start: "2025-01-01T06:00:00+05:45",
      end: "2025-01-01T07:00:00+05:45",
      why: "at quarter past",
    },
    {
      size: "day",
      name: "Asia/Kathmandu",
      time: "2024-12-31T18:14:59Z",
      start: "2024-12-31T00:00:00+05:45",
      end: "2025-01-01T00:00:00+05:45",
      why: "before local midnight",
    },
    {
      size: "hour",
      name: "Australia/Lord_Howe",
      time: "2025-04-05T14:59:59Z",
      start: "2025-04-06T01:00:00+11:00",
      end: "2025-04-06T01:30:00+10:30",
      why: "a whole hour before the half hour comes again",
    },
    {
      size: "hour",
      name: "Australia/Lord_Howe",
      time: "2025-04-05T15:00:00Z",
      start: "2025-04-06T01:30:00+10:30",
      end: "2025-04-06T02:00:00+10:30",
      why: "the repeated half hour is a window",
    },
    {
      size: "hour",
      name: "Australia/Lord_Howe",
      time: "2025-10-04T15:30:00Z",
      start: "2025-10-05T02:30:00+11:00",
      end: "2025-10-05T03:00:00+11:00",
      why: "the skipped half hour is not",
    },
    {
      size: "day",
      name: "Australia/Lord_Howe",
      time: "2025-10-04T15:30:00Z",
      start: "2025-10-05T00:00:00+10:30",
      end: "2025-10-06T00:00:00+11:00",
      why: "23 and a half hours",
    },
    {
      size: "day",
      name: "Africa/Cairo",
      time: "2025-04-25T00:00:00Z",
      start: "2025-04-25T01:00:00+03:00",
      end: "2025-04-26T00:00:00+03:00",
      why: "midnight is skipped: the day begins at one",
    },
    {
      size: "hour",
      name: "America/St_Johns",
      time: "2006-04-02T03:30:30Z",
      start: "2006-04-02T00:00:00-03:30",
      end: "2006-04-02T01:01:00-02:30",
      why: "the clocks go forward a minute after midnight: an hour of one minute",
    },
    {
      size: "hour",
      name: "America/St_Johns",
      time: "2006-04-02T03:31:00Z",
      start: "2006-04-02T01:01:00-02:30",
      end: "2006-04-02T02:00:00-02:30",
      why: "and one of 59",
    },
  ])("$size, $name, $time → $start … $end ($why)", ({ size, name, time, start, end }) => {
    const window = windowAt(size, zone(name), at(time));
    expect(formatInstantInZone(window.start, zone(name))).toBe(start.replace("+00:00", "Z"));
    expect(formatInstantInZone(window.end, zone(name))).toBe(end);
  });
});

describe("a plan covers its period and the windows that overlap it, no more", () => {
  test("outside is an error, not a guess", () => {
    const day = planWindows("day", utc, { start: at("2024-01-01T10:00:00Z"), end: at("2024-01-01T12:00:00Z") });
    expect(windowOf(day, at("2024-01-01T00:00:00Z")).start).toBe(at("2024-01-01T00:00:00Z"));
    expect(() => windowOf(day, at("2023-12-31T23:59:59.999Z"))).toThrow("does not cover");
    expect(() => windowOf(day, at("2024-01-02T00:00:00Z"))).toThrow("does not cover");
  });

  test("the first and the last window keep their full width", () => {
    const period = { start: at("2024-01-01T10:20:00Z"), end: at("2024-01-01T11:40:00Z") };
    const plan = planWindows("hour", utc, period);
    expect(windowOf(plan, period.start).start).toBe(at("2024-01-01T10:00:00Z"));
    expect(windowOf(plan, instant(period.end - 1)).end).toBe(at("2024-01-01T12:00:00Z"));
  });
});

describe("laws", () => {
  const zones = fc.constantFrom(
    ...[
      "UTC",
      "America/Los_Angeles",
      "Asia/Kolkata",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
      "Africa/Cairo",
      "Pacific/Apia",
      "America/St_Johns",
    ].map(zone),
  );
  const sizes = fc.constantFrom(...windowSizes);
  const clockChanges = [
    "2025-03-09T10:00:00Z",
    "2025-11-02T09:00:00Z",
    "2025-04-05T15:00:00Z",
    "2025-10-04T15:30:00Z",
    "2006-04-02T03:31:00Z",
    "2011-12-30T10:00:00Z",
  ].map(at);
  const times = fc.oneof(
    fc.integer({ min: 0, max: at("2106-02-06T00:00:00Z") }),
    fc
      .tuple(fc.constantFrom(...clockChanges), fc.integer({ min: -7_200_000, max: 7_200_000 }))
      .map(([change, offset]) => change + offset),
  );

  test("windows partition the period: each instant is in its window, and the next window begins where one ends", () => {
    fc.assert(
      fc.property(sizes, zones, times, (size, name, time) => {
        const period = { start: instant(time), end: instant(time + 10_800_000) };
        const plan = planWindows(size, name, period);
        let reached = windowOf(plan, period.start);
        expect(contains(reached, period.start)).toBe(true);
        while (reached.end < period.end) {
          expect(windowOf(plan, instant(reached.end - 1))).toEqual(reached);
          const next = windowOf(plan, reached.end);
          expect(next.start).toBe(reached.end);
          expect(next.end).toBeGreaterThan(next.start);
          reached = next;
        }
      }),
      { seed: 6, numRuns: 400 },
    );
  });

  test("the window of an instant does not hang on the period that was planned", () => {
    fc.assert(
      fc.property(sizes, zones, times, fc.nat(7_200_000), fc.nat(7_200_000), (size, name, time, before, after) => {
        const plan = planWindows(size, name, { start: instant(time - before), end: instant(time + after + 1) });
        expect(windowOf(plan, instant(time))).toEqual(windowAt(size, name, instant(time)));
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  test("an instant after the beginning of the window has the same local date and hour", () => {
    fc.assert(
      fc.property(zones, times, (name, time) => {
        const local = (of: Instant): string => formatInstantInZone(of, name).slice(0, 13);
        const day = windowAt("day", name, instant(time));
        expect(local(instant(time)).slice(0, 10)).toBe(local(day.start).slice(0, 10));
        const hour = windowAt("hour", name, instant(time));
        expect(local(instant(time))).toBe(local(hour.start));
      }),
      { seed: 8, numRuns: 400 },
    );
  });
});
