import type { Aggregation } from "@meter/catalog";
import { dec, formatDecimal, instant, utc } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { at, everything } from "./fixtures.ts";
import { finishRows } from "./finish-rows.ts";
import type { UsageQuery, UsageTotals } from "./usage-query.ts";
import { planWindows } from "./windows.ts";

const totals = (change: Partial<UsageTotals> = {}): UsageTotals => ({
  windowStart: null,
  firstTime: at("2024-01-01T10:00:30Z"),
  lastTime: at("2024-01-01T10:02:00Z"),
  group: [],
  count: 1,
  valueCount: 1,
  sum: null,
  min: null,
  max: null,
  latest: null,
  unique: 0,
  ...change,
});

const valueOf = (aggregation: Aggregation, change: Partial<UsageTotals>): string | null => {
  const [row] = finishRows(aggregation, everything, null, [totals(change)]);
  return row === undefined ? null : formatDecimal(row.value);
};

describe("values", () => {
  test.each<{ aggregation: Aggregation; change: Partial<UsageTotals>; value: string | null; why: string }>([
    { aggregation: "sum", change: { sum: dec("0") }, value: "0", why: "a sum of zero is an answer" },
    { aggregation: "sum", change: { sum: null, valueCount: 0 }, value: null, why: "no valid value, no row" },
    {
      aggregation: "sum",
      change: { sum: dec("0"), valueCount: 0n },
      value: null,
      why: "also where an engine sums nothing to zero",
    },
    { aggregation: "sum", change: { sum: dec("-2.5") }, value: "-2.5", why: "negative" },
    { aggregation: "avg", change: { sum: dec("1"), valueCount: 3 }, value: `0.${"3".repeat(30)}`, why: "30 digits" },
    {
      aggregation: "avg",
      change: { sum: dec("2"), valueCount: 3n },
      value: `0.${"6".repeat(29)}7`,
      why: "rounded half away from zero",
    },
    {
      aggregation: "avg",
      change: { sum: dec(`-0.${"0".repeat(29)}1`), valueCount: 2 },
      value: `-0.${"0".repeat(29)}1`,
      why: "the half itself, negative",
    },
    { aggregation: "avg", change: { sum: null, valueCount: 0 }, value: null, why: "nothing to divide" },
    { aggregation: "min", change: { min: dec("-1") }, value: "-1", why: "the least" },
    { aggregation: "max", change: { max: null, valueCount: 0 }, value: null, why: "no value, no row" },
    { aggregation: "latest", change: { latest: dec("150") }, value: "150", why: "as given" },
    { aggregation: "count", change: { count: 12n, valueCount: 0 }, value: "12", why: "invalid events count" },
    {
      aggregation: "unique_count",
      change: { unique: 0, valueCount: 0 },
      value: "0",
      why: "only nulls: zero of them, but a row",
    },
    { aggregation: "count", change: { count: 0 }, value: "0", why: "an engine's row about nothing is the zero row" },
    { aggregation: "sum", change: { count: 0n, valueCount: 0, sum: dec("0") }, value: null, why: "or none" },
  ])("$aggregation → $value ($why)", ({ aggregation, change, value }) => {
    expect(valueOf(aggregation, change)).toBe(value);
  });
});

describe("bounds without a window", () => {
  const from = at("2024-01-01T10:00:00.250Z");
  const to = at("2024-01-01T10:02:00Z");

  test.each<{ query: Partial<UsageQuery>; start: string; end: string; why: string }>([
    {
      query: {},
      start: "2024-01-01T10:00:00Z",
      end: "2024-01-01T10:03:00Z",
      why: "outwards to the minute; the last minute has just begun",
    },
    { query: { from }, start: "2024-01-01T10:00:00.250Z", end: "2024-01-01T10:03:00Z", why: "from as given" },
    { query: { to }, start: "2024-01-01T10:00:00Z", end: "2024-01-01T10:02:00Z", why: "to as given" },
    {
      query: { from, to, notBefore: at("2024-01-01T10:01:00Z") },
      start: "2024-01-01T10:00:00.250Z",
      end: "2024-01-01T10:02:00Z",
      why: "notBefore is never a bound",
    },
  ])("$start … $end ($why)", ({ query, start, end }) => {
    const [row] = finishRows("sum", { ...everything, ...query }, null, [totals({ sum: dec("1") })]);
    expect(row).toMatchObject({ windowStart: at(start), windowEnd: at(end), group: {} });
  });

  test.each<{ query: Partial<UsageQuery>; start: string; end: string; why: string }>([
    { query: {}, start: "1970-01-01T00:00:00Z", end: "1970-01-01T00:01:00Z", why: "nothing known" },
    { query: { from }, start: "2024-01-01T10:00:00.250Z", end: "1970-01-01T00:01:00Z", why: "only from" },
    { query: { to }, start: "1970-01-01T00:00:00Z", end: "2024-01-01T10:02:00Z", why: "only to" },
    { query: { from, to }, start: "2024-01-01T10:00:00.250Z", end: "2024-01-01T10:02:00Z", why: "both" },
  ])("count of nothing: zero in $start … $end ($why)", ({ query, start, end }) => {
    const zeroRow = { windowStart: at(start), windowEnd: at(end), group: {}, value: dec("0") };
    expect(finishRows("count", { ...everything, ...query }, null, [])).toEqual([zeroRow]);
    expect(finishRows("unique_count", { ...everything, ...query }, null, [])).toEqual([zeroRow]);
    expect(finishRows("sum", { ...everything, ...query }, null, [])).toEqual([]);
  });

  test("totals without entries are nothing, whatever else they say", () => {
    const none = totals({ count: 0, unique: 5, sum: dec("1") });
    expect(finishRows("count", everything, null, [none])).toEqual(finishRows("count", everything, null, []));
    expect(finishRows("count", { ...everything, groupBy: ["subject"] }, null, [none])).toEqual([]);
    expect(finishRows("sum", everything, null, [none])).toEqual([]);
  });

  test("grouping or windows: nothing is nothing", () => {
    expect(finishRows("count", { ...everything, groupBy: ["subject"] }, null, [])).toEqual([]);
    const window = { size: "day", zone: utc } as const;
    const plan = planWindows("day", utc, { start: instant(0), end: instant(0) });
    expect(finishRows("count", { ...everything, window }, plan, [])).toEqual([]);
  });
});

describe("order and windows", () => {
  test("by window start, then by group values in the order of groupBy, by UTF-8 bytes", () => {
    const window = { size: "hour", zone: utc } as const;
    const plan = planWindows("hour", utc, { start: at("2024-01-01T10:30:00Z"), end: at("2024-01-01T12:00:00Z") });
    const ten = at("2024-01-01T10:00:00Z");
    const eleven = at("2024-01-01T11:00:00Z");
    const groups = [
      { windowStart: eleven, group: ["", ""] },
      { windowStart: ten, group: ["\u{10000}", "a"] },
      { windowStart: ten, group: ["\uffff", "b"] },
      { windowStart: ten, group: ["\uffff", "a"] },
    ];
    const rows = finishRows(
      "count",
      { ...everything, window, groupBy: ["y", "x"] },
      plan,
      groups.map((group) => totals(group)),
    );
    expect(rows.map(({ windowStart, windowEnd, group }) => [windowStart, windowEnd, group])).toEqual([
      [ten, eleven, { y: "\uffff", x: "a" }],
      [ten, eleven, { y: "\uffff", x: "b" }],
      [ten, eleven, { y: "\u{10000}", x: "a" }],
      [eleven, at("2024-01-01T12:00:00Z"), { y: "", x: "" }],
    ]);
  });

  test("totals that begin where no window begins are a bug of the engine", () => {
    const window = { size: "hour", zone: utc } as const;
    const plan = planWindows("hour", utc, { start: at("2024-01-01T10:00:00Z"), end: at("2024-01-01T12:00:00Z") });
    const odd = totals({ windowStart: at("2024-01-01T10:30:00Z") });
    expect(() => finishRows("count", { ...everything, window }, plan, [odd])).toThrow("window of the plan");
  });

  test("a dimension called __proto__ is a member like any other", () => {
    const [row] = finishRows("count", { ...everything, groupBy: ["__proto__"] }, null, [totals({ group: ["x"] })]);
    expect(Object.entries(row?.group ?? {})).toEqual([["__proto__", "x"]]);
  });
});
