import type { Aggregation } from "@meter/catalog";
import type { BuildId, MeterBuild, UsageQuery } from "@meter/metering";
import { planWindows } from "@meter/metering";
import { assert, createUlid, instant, parseJsonPath, parseTimeZone, utc } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { hoursInRowsMax, planSources, toScope, type UsageSource } from "./usage-plan.ts";

const path = parseJsonPath("$.x");
const kathmandu = parseTimeZone("Asia/Kathmandu");
assert(path.ok && kathmandu.ok, "they parse");

const build = (aggregation: Aggregation): MeterBuild => ({
  id: createUlid(instant(1), new Uint8Array(10)) as BuildId,
  namespace: "default",
  eventType: "call",
  aggregation,
  value: path.value,
  dimensions: [{ key: "model", path: path.value }],
});
const everything: UsageQuery = {
  from: null,
  to: null,
  notBefore: null,
  window: null,
  subjects: null,
  customers: null,
  dimensions: [],
  groupBy: [],
};
const at = (text: string): ReturnType<typeof instant> => instant(Date.parse(text));

const plan = (aggregation: Aggregation, query: UsageQuery): readonly UsageSource[] => {
  const scope = toScope(build(aggregation), query);
  assert(scope !== null, "the query can match");
  const { from, to, window } = query;
  return planSources(
    scope,
    window === null || from === null || to === null
      ? null
      : planWindows(window.size, window.zone, { start: from, end: to }),
  );
};

describe("nothing can match", () => {
  test.each([
    { query: { subjects: [] }, why: "no subjects" },
    { query: { customers: [] }, why: "no customers" },
    { query: { customers: [{ id: "c", subjects: [] }] }, why: "a customer without subjects" },
    {
      query: { subjects: ["a"], customers: [{ id: "c", subjects: ["b"] }] },
      why: "other subjects than the customer's",
    },
    { query: { from: instant(5), to: instant(5) }, why: "an empty period" },
    { query: { to: instant(9), notBefore: instant(10) }, why: "a period before the meter's first instant" },
    { query: { to: instant(0) }, why: "a period before all event time" },
    { query: { from: at("2106-02-07T00:00:00Z") }, why: "a period after all event time" },
  ])("with $why", ({ query }) => {
    expect(toScope(build("sum"), { ...everything, ...query })).toBeNull();
  });
});

describe("sources", () => {
  test("whole UTC hours come from the roll-up, the ragged edges from rows", () => {
    expect(
      plan("sum", { ...everything, from: at("2026-01-01T00:30:00Z"), to: at("2026-01-01T03:00:00.001Z") }),
    ).toEqual([
      { from: "hours", start: at("2026-01-01T01:00:00Z"), end: at("2026-01-01T03:00:00Z"), except: [] },
      {
        from: "rows",
        stretches: [
          { start: at("2026-01-01T00:30:00Z"), end: at("2026-01-01T01:00:00Z") },
          { start: at("2026-01-01T03:00:00Z"), end: at("2026-01-01T03:00:00.001Z") },
        ],
      },
    ]);
  });

  test("hours in which a window begins come from rows", () => {
    const query: UsageQuery = {
      ...everything,
      from: at("2026-01-01T00:00:00Z"),
      to: at("2026-01-02T00:00:00Z"),
      window: { size: "day", zone: kathmandu.value },
    };
    const hour = at("2026-01-01T18:00:00Z");
    expect(plan("max", query)).toEqual([
      { from: "hours", start: query.from, end: query.to, except: [hour] },
      { from: "rows", stretches: [{ start: hour, end: at("2026-01-01T19:00:00Z") }] },
    ]);
  });

  test.each([
    { aggregation: "latest", query: {}, why: "the roll-ups do not know latest" },
    { aggregation: "unique_count", query: {}, why: "nor distinct texts" },
    {
      aggregation: "sum",
      query: { subjects: ["s"], groupBy: ["model"] },
      why: "no roll-up has both subject and dimensions",
    },
    {
      aggregation: "sum",
      query: { from: at("2026-01-01T00:10:00Z"), to: at("2026-01-01T01:50:00Z") },
      why: "no whole hour lies inside",
    },
    {
      aggregation: "sum",
      query: { from: instant(0), to: at("2026-01-01T00:00:00Z"), window: { size: "minute", zone: utc } },
      why: "windows are shorter than an hour",
    },
    {
      aggregation: "sum",
      query: {
        from: at("2026-01-01T00:00:00Z"),
        to: at("2026-01-02T00:00:00Z"),
        window: { size: "hour", zone: kathmandu.value },
      },
      why: "every hour of the zone is cut",
    },
  ] as const)("rows alone: $why", ({ aggregation, query }) => {
    expect(plan(aggregation, { ...everything, ...query }).map(({ from }) => from)).toEqual(["rows"]);
  });

  test("hours that the caller wants from rows are taken from there, and touching stretches are one", () => {
    const query = { ...everything, from: at("2026-01-01T00:30:00Z"), to: at("2026-01-02T00:00:00Z") };
    const scope = toScope(build("sum"), query);
    assert(scope !== null, "the query can match");
    const except = ["2026-01-01T01:00:00Z", "2026-01-01T05:00:00Z", "2026-01-05T00:00:00Z"].map(at);
    expect(planSources(scope, null, except)).toEqual([
      { from: "hours", start: at("2026-01-01T01:00:00Z"), end: query.to, except: except.slice(0, 2) },
      {
        from: "rows",
        stretches: [
          { start: query.from, end: at("2026-01-01T02:00:00Z") },
          { start: at("2026-01-01T05:00:00Z"), end: at("2026-01-01T06:00:00Z") },
        ],
      },
    ]);
  });

  test("too many of them, and everything comes from rows", () => {
    const scope = toScope(build("sum"), everything);
    assert(scope !== null, "the query can match");
    const hours = Array.from({ length: hoursInRowsMax + 1 }, (_, index) => instant(index * 3_600_000));
    expect(planSources(scope, null, hours)).toEqual([{ from: "rows", stretches: null }]);
    expect(planSources(scope, null, hours.slice(1)).map(({ from }) => from)).toEqual(["hours", "rows"]);
  });

  test("everything, from the beginning to the end, is the roll-up alone", () => {
    expect(plan("count", everything)).toEqual([{ from: "hours", start: null, end: null, except: [] }]);
  });
});
