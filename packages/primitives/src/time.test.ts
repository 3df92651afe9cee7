import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contains, daysFromCivil, formatInstant, instant, msPerDay, parseInstant } from "./time.ts";

const seeded = { seed: 20_260_101, numRuns: 1_000 };

const parsed = (text: string): number | null => {
  const result = parseInstant(text);
  return result.ok ? result.value : null;
};

describe("an instant is read from RFC 3339", () => {
  test.each([
    { text: "1970-01-01T00:00:00Z", ms: 0, why: "the epoch" },
    { text: "1969-12-31T23:59:59.999Z", ms: -1, why: "before it" },
    { text: "2024-02-29T12:00:00Z", ms: Date.UTC(2024, 1, 29, 12), why: "a leap day" },
    { text: "2000-02-29T00:00:00Z", ms: Date.UTC(2000, 1, 29), why: "a century with a leap day" },
    { text: "2024-01-01T00:00:00+05:30", ms: Date.UTC(2023, 11, 31, 18, 30), why: "east" },
    { text: "2024-01-01T00:00:00-08:00", ms: Date.UTC(2024, 0, 1, 8), why: "west" },
    { text: "2024-01-01T00:00:00+23:59", ms: Date.UTC(2023, 11, 31, 0, 1), why: "largest offset" },
    { text: "2024-01-01T00:00:00-00:00", ms: Date.UTC(2024, 0, 1), why: "local offset unknown" },
    { text: "1970-01-01T00:00:00.5Z", ms: 500, why: "one digit is tenths" },
    { text: "1970-01-01T00:00:00.0009Z", ms: 0, why: "below a millisecond is cut" },
    { text: "1969-12-31T23:59:59.9999Z", ms: -1, why: "cut towards the past, also before 1970" },
    { text: `1970-01-01T00:00:00.${"9".repeat(5_000)}Z`, ms: 999, why: "any length" },
    { text: "0000-01-01T00:00:00Z", ms: -62_167_219_200_000, why: "the first year" },
    { text: "2024-01-01t00:00:00Z", ms: Date.UTC(2024, 0, 1), why: "RFC 3339 allows a small t" },
    { text: "2024-01-01T00:00:00.5z", ms: Date.UTC(2024, 0, 1, 0, 0, 0, 500), why: "and a small z" },
    { text: "9999-12-31T23:59:59.999Z", ms: 253_402_300_799_999, why: "the last year" },
  ])("$text → $ms ($why)", ({ text, ms }) => {
    expect(parsed(text)).toBe(ms);
  });

  test.each([
    { text: "", why: "nothing" },
    { text: "2024-01-01", why: "a date is not a moment" },
    { text: "2024-01-01T00:00:00", why: "no offset" },
    { text: "2023-02-29T00:00:00Z", why: "not a leap year" },
    { text: "1900-02-29T00:00:00Z", why: "a century without a leap day" },
    { text: "2024-04-31T00:00:00Z", why: "April has 30 days" },
    { text: "2024-00-01T00:00:00Z", why: "no month 0" },
    { text: "2024-13-01T00:00:00Z", why: "no month 13" },
    { text: "2024-01-00T00:00:00Z", why: "no day 0" },
    { text: "2024-01-01T24:00:00Z", why: "no hour 24" },
    { text: "2024-01-01T00:60:00Z", why: "no minute 60" },
    { text: "2024-01-01 00:00:00Z", why: "a space" },
    { text: "2024-01-01T00:00:00.Z", why: "a point without digits" },
    { text: "2024-01-01T00:00:00,5Z", why: "a comma" },
    { text: "2024-01-01T00:00Z", why: "no seconds" },
    { text: "2024-01-01T00:00:00+0100", why: "offset without colon" },
    { text: "2024-01-01T00:00:00+24:00", why: "offset hour 24" },
    { text: "2024-01-01T00:00:00+00:60", why: "offset minute 60" },
    { text: "2024-01-01T00:00:00+1:00", why: "one-digit offset hour" },
    { text: "2024-01-01T00:00:00Z ", why: "something after the end" },
    { text: " 2024-01-01T00:00:00Z", why: "something before the start" },
    { text: "+2024-01-01T00:00:00Z", why: "a signed year" },
    { text: "20240101T000000Z", why: "ISO 8601 basic format" },
    { text: "२०२४-01-01T00:00:00Z", why: "ASCII digits only" },
  ])("$text is refused ($why)", ({ text }) => {
    expect(parseInstant(text)).toEqual({ ok: false, error: { type: "invalid_date_time" } });
  });

  test.each([
    { text: "2016-12-31T23:59:60Z", type: "leap_second", why: "a leap second has no place on this time line" },
    { text: "2017-01-01T05:29:60.5+05:30", type: "leap_second", why: "nor has a part of one" },
    { text: "2016-12-31T23:59:61Z", type: "invalid_date_time", why: "no second 61" },
    { text: "2016-12-31T23:59:60", type: "invalid_date_time", why: "what else is wrong comes first" },
  ])("$text: $type ($why)", ({ text, type }) => {
    expect(parseInstant(text)).toEqual({ ok: false, error: { type } });
  });

  test("it agrees with the platform on every moment and offset", () => {
    const offsets = fc.integer({ min: -1_439, max: 1_439 });
    fc.assert(
      fc.property(moments, offsets, (at, offset) => {
        const local = new Date(at + offset * 60_000).toISOString().slice(0, -1);
        const minutes = String(Math.abs(offset) % 60).padStart(2, "0");
        const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, "0");
        expect(parsed(`${local}${offset < 0 ? "-" : "+"}${hours}:${minutes}`)).toBe(at);
      }),
      seeded,
    );
  });
});

/** Years 0001 to 9998, so that an offset stays inside four digits. */
const moments = fc.integer({ min: Date.UTC(1, 0, 1) - 1_900 * 365.25 * msPerDay, max: Date.UTC(9998, 11, 31) });

describe("an instant is written in UTC", () => {
  test.each([
    { ms: 0, text: "1970-01-01T00:00:00Z", why: "no fraction where there is none" },
    { ms: 120, text: "1970-01-01T00:00:00.120Z", why: "three digits where there is one" },
    { ms: -1, text: "1969-12-31T23:59:59.999Z", why: "before the epoch" },
  ])("$ms → $text ($why)", ({ ms, text }) => {
    expect(formatInstant(instant(ms))).toBe(text);
  });

  test("and read back", () => {
    fc.assert(
      fc.property(moments, (at) => parsed(formatInstant(instant(at))) === at),
      seeded,
    );
  });

  test("an instant is a whole number of milliseconds, and there is one zero", () => {
    expect(() => instant(0.5)).toThrow("whole number");
    expect(() => instant(Number.NaN)).toThrow("whole number");
    expect(() => instant(2 ** 53)).toThrow("whole number");
    expect(Object.is(instant(-0), 0)).toBe(true);
  });
});

test("days are counted as the platform counts them", () => {
  fc.assert(
    fc.property(moments, (at) => {
      const date = new Date(at);
      const days = daysFromCivil(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate());
      expect(days).toBe(Math.floor(at / msPerDay));
    }),
    seeded,
  );
});

describe("a period contains its start and not its end", () => {
  const period = { start: instant(10), end: instant(20) };
  test.each([
    { at: 9, inside: false },
    { at: 10, inside: true },
    { at: 19, inside: true },
    { at: 20, inside: false },
  ])("$at → $inside", ({ at, inside }) => {
    expect(contains(period, instant(at))).toBe(inside);
  });

  test("an empty period contains nothing", () => {
    expect(contains({ start: instant(10), end: instant(10) }, instant(10))).toBe(false);
  });
});
