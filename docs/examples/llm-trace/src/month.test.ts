import { expect, test } from "vitest";
import { closedMonths } from "./clock.ts";
import { firstMonthFrom, hoursInto, monthOf, nextMonth } from "./month.ts";

test.each([
  { at: "2023-11-01T00:00:00Z", month: "2023-11", first: "2023-11", next: "2023-12", why: "the instant it begins" },
  { at: "2023-11-01T00:00:00.001Z", month: "2023-11", first: "2023-12", next: "2023-12", why: "a millisecond later" },
  { at: "2023-12-31T23:59:59.9999999Z", month: "2023-12", first: "2024-01", next: "2024-01", why: "the end of a year" },
  { at: "2024-01-31T12:00:00Z", month: "2024-01", first: "2024-02", next: "2024-02", why: "a day the next has not" },
])("$at is in $month, and $first begins from there on ($why)", ({ at, month, first, next }) => {
  expect([monthOf(at), firstMonthFrom(at), nextMonth(month)]).toEqual([month, first, next]);
});

test("hours into a month", () => {
  expect(hoursInto("2023-12", 2)).toBe("2023-12-01T02:00:00Z");
});

test.each([
  { now: "2023-11-30T00:00:00Z", closed: [], why: "it runs" },
  { now: "2023-12-01T00:59:59.999Z", closed: [], why: "its usage is collected for another hour" },
  { now: "2023-12-01T01:00:00Z", closed: ["2023-11"], why: "the hour is over" },
  { now: "2024-02-15T00:00:00Z", closed: ["2023-11", "2023-12", "2024-01"], why: "others followed" },
])("at $now $closed are closed ($why)", ({ now, closed }) => {
  expect(closedMonths("2023-11", now)).toEqual(closed);
});
