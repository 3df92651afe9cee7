import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatInstantInZone, offsetSegments, parseTimeZone, utc } from "./time-zone.ts";
import type { TimeZone } from "./time-zone.ts";
import { formatInstant, instant, parseInstant } from "./time.ts";
import type { Instant } from "./time.ts";

const seeded = { seed: 20_260_101, numRuns: 1_000 };

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

describe("a time zone is a name of the IANA database", () => {
  test.each([
    { name: "UTC", answer: "UTC", why: "UTC itself" },
    { name: "Europe/Budapest", answer: "Europe/Budapest", why: "a region" },
    { name: "America/Argentina/Buenos_Aires", answer: "America/Argentina/Buenos_Aires", why: "three parts" },
    { name: "Etc/GMT+5", answer: "Etc/GMT+5", why: "a fixed offset that has a name" },
    { name: "Asia/Calcutta", answer: "Asia/Calcutta", why: "a link stays as it was asked for" },
    { name: "europe/budapest", answer: "Europe/Budapest", why: "case is put right" },
    { name: "", answer: null, why: "nothing" },
    { name: "Local", answer: null, why: "nobody's zone" },
    { name: "+05:30", answer: null, why: "an offset is not a zone" },
    { name: "-08:00", answer: null, why: "an offset is not a zone" },
    { name: "Z", answer: null, why: "an offset letter is not a zone" },
    { name: "Europe/Atlantis", answer: null, why: "no such place" },
    { name: "Europe/Budapest ", answer: null, why: "a space" },
    { name: "2020-01-01T00:00:00Z[UTC]", answer: null, why: "a moment" },
    { name: `A${"a".repeat(100_000)}`, answer: null, why: "too long to be looked up" },
  ])("$name.length chars → $answer ($why)", ({ name, answer }) => {
    const parsed = parseTimeZone(name);
    expect(parsed.ok ? parsed.value : null).toBe(answer);
  });
});

describe("an instant is written with the offset of its zone", () => {
  test.each([
    { instant: "2024-01-01T00:00:00Z", name: "UTC", text: "2024-01-01T00:00:00Z", why: "zero is Z" },
    {
      instant: "2024-01-01T00:00:00Z",
      name: "Europe/London",
      text: "2024-01-01T00:00:00Z",
      why: "zero is Z, in winter",
    },
    { instant: "2024-07-01T00:00:00Z", name: "Europe/London", text: "2024-07-01T01:00:00+01:00", why: "summer" },
    { instant: "2025-03-09T08:00:00Z", name: "America/Los_Angeles", text: "2025-03-09T00:00:00-08:00", why: "west" },
    {
      instant: "2025-03-09T10:00:00Z",
      name: "America/Los_Angeles",
      text: "2025-03-09T03:00:00-07:00",
      why: "the hour 02 is skipped",
    },
    {
      instant: "2025-11-02T08:00:00Z",
      name: "America/Los_Angeles",
      text: "2025-11-02T01:00:00-07:00",
      why: "the first 01:00",
    },
    {
      instant: "2025-11-02T09:00:00Z",
      name: "America/Los_Angeles",
      text: "2025-11-02T01:00:00-08:00",
      why: "the second 01:00",
    },
    {
      instant: "2024-01-01T00:00:00Z",
      name: "Asia/Kathmandu",
      text: "2024-01-01T05:45:00+05:45",
      why: "three quarters",
    },
    {
      instant: "2024-01-01T00:00:00.999Z",
      name: "Asia/Tokyo",
      text: "2024-01-01T09:00:00+09:00",
      why: "a fraction is cut",
    },
    {
      instant: "1969-12-31T23:59:59.001Z",
      name: "Asia/Tokyo",
      text: "1970-01-01T08:59:59+09:00",
      why: "towards the past",
    },
    {
      instant: "1970-01-01T00:00:00Z",
      name: "Africa/Monrovia",
      text: "1969-12-31T23:16:00-00:44",
      why: "−00:44:30 has no text; the second is the same",
    },
  ])("$instant in $name → $text ($why)", ({ instant: text, name, text: expected }) => {
    expect(formatInstantInZone(at(text), zone(name))).toBe(expected);
  });

  test("the text names the same second, in every zone", () => {
    fc.assert(
      fc.property(moments, zones, (moment, name) => {
        const second = Math.floor(moment / 1_000) * 1_000;
        expect(at(formatInstantInZone(moment, name))).toBe(second);
      }),
      seeded,
    );
  });
});

describe("a period is covered by stretches of constant offset", () => {
  const segments = (name: string, start: string, end: string): string[] =>
    offsetSegments(zone(name), { start: at(start), end: at(end) }).map(
      ({ start: begin, offsetMs }) => `${formatInstant(begin)} ${offsetMs / 60_000}`,
    );

  test.each([
    {
      name: "UTC",
      start: "2024-01-01T00:00:00Z",
      end: "2025-01-01T00:00:00Z",
      answer: ["2024-01-01T00:00:00Z 0"],
      why: "always the same: begins with the period",
    },
    {
      name: "America/Los_Angeles",
      start: "2025-01-01T00:00:00Z",
      end: "2026-01-01T00:00:00Z",
      answer: ["2024-11-03T09:00:00Z -480", "2025-03-09T10:00:00Z -420", "2025-11-02T09:00:00Z -480"],
      why: "the first begins where winter began",
    },
    {
      name: "America/Los_Angeles",
      start: "2025-03-09T10:00:00Z",
      end: "2025-03-09T11:00:00Z",
      answer: ["2025-03-09T10:00:00Z -420"],
      why: "a change at the start is inside",
    },
    {
      name: "America/Los_Angeles",
      start: "2025-03-09T09:59:59.999Z",
      end: "2025-03-09T10:00:00Z",
      answer: ["2024-11-03T09:00:00Z -480"],
      why: "a change at the end is outside",
    },
    {
      name: "America/Los_Angeles",
      start: "2025-03-09T10:00:00Z",
      end: "2025-03-09T10:00:00Z",
      answer: ["2025-03-09T10:00:00Z -420"],
      why: "an empty period has the offset of its instant",
    },
    {
      name: "Australia/Lord_Howe",
      start: "2024-04-01T00:00:00Z",
      end: "2024-05-01T00:00:00Z",
      answer: ["2023-09-30T15:30:00Z 660", "2024-04-06T15:00:00Z 630"],
      why: "summer time is half an hour",
    },
    {
      name: "Asia/Kolkata",
      start: "2024-01-01T00:00:00Z",
      end: "2024-02-01T00:00:00Z",
      answer: ["1945-10-14T17:30:00Z 330"],
      why: "its true begin, however long ago",
    },
    {
      name: "Pacific/Apia",
      start: "2011-12-30T00:00:00Z",
      end: "2011-12-31T00:00:00Z",
      answer: ["2011-09-24T14:00:00Z -600", "2011-12-30T10:00:00Z 840"],
      why: "a whole day is skipped",
    },
  ])("$name [$start, $end) ($why)", ({ name, start, end, answer }) => {
    expect(segments(name, start, end)).toEqual(answer);
  });

  test("the offset of every moment is that of its stretch, as Intl knows it", () => {
    fc.assert(
      fc.property(moments, moments, zones, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, name, share) => {
        const period = { start: instant(Math.min(a, b)), end: instant(Math.max(a, b)) };
        const found = offsetSegments(name, period);
        const moment = instant(period.start + Math.floor((period.end - period.start) * share));
        const last = found.findLast(({ start }) => start <= moment);
        expect(last?.offsetMs).toBe(intlOffsetMs(moment, name));
        expect(found[0]?.start).toBeLessThanOrEqual(period.start);
        for (const [index, segment] of found.entries()) {
          const next = found[index + 1];
          if (next !== undefined) expect(next.start).toBeGreaterThan(segment.start);
          if (next !== undefined) expect(next.offsetMs).not.toBe(segment.offsetMs);
        }
      }),
      { ...seeded, numRuns: 300 },
    );
  });
});

const moments = fc.integer({ min: 0, max: Date.UTC(2037, 0, 1) }).map((ms) => instant(ms));

const zones = fc
  .constantFrom(
    "UTC",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Africa/Casablanca",
    "Africa/Monrovia",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Budapest",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
  )
  .map(zone);

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The offset by another road than Temporal: local fields written by Intl, read as UTC. */
const intlOffsetMs = (moment: Instant, name: TimeZone): number => {
  const formatter =
    formatters.get(name) ??
    new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  formatters.set(name, formatter);
  const fields = Object.fromEntries(formatter.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day, hour, minute, second } = fields;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return local - Math.floor(moment / 1_000) * 1_000;
};

test("UTC is a zone of the database", () => {
  expect(parseTimeZone("UTC")).toEqual({ ok: true, value: utc });
});
