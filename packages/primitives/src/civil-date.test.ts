import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addMonths, civilFromDays } from "./civil-date.ts";
import { daysFromCivil, msPerDay } from "./time.ts";

const seeded = { seed: 20_260_101, numRuns: 2_000 };

test("civilFromDays is the inverse of daysFromCivil, and agrees with Date", () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
      const { year, month, day } = civilFromDays(days);
      const date = new Date(days * msPerDay);
      expect([year, month, day]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
      expect(daysFromCivil(year, month, day)).toBe(days);
    }),
    seeded,
  );
});

describe("months later or earlier, on the last day of a month that is too short", () => {
  test.each([
    { from: "2025-01-31", months: 0, to: "2025-01-31" },
    { from: "2025-01-31", months: 1, to: "2025-02-28" },
    { from: "2024-01-31", months: 1, to: "2024-02-29" },
    { from: "2024-12-31", months: 1, to: "2025-01-31" },
    { from: "2025-01-15", months: -1, to: "2024-12-15" },
    { from: "2025-03-31", months: -1, to: "2025-02-28" },
    { from: "2024-02-29", months: 12, to: "2025-02-28" },
    { from: "2024-02-29", months: -48, to: "2020-02-29" },
    { from: "2000-02-29", months: -1_200, to: "1900-02-28" },
  ])("$from + $months months = $to", ({ from, months, to }) => {
    const [year = 0, month = 0, day = 0] = from.split("-").map(Number);
    const added = addMonths({ year, month, day }, months);
    expect(new Date(Date.UTC(added.year, added.month - 1, added.day)).toISOString().slice(0, 10)).toBe(to);
  });
});
