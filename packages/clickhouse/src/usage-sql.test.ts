import type { Aggregation } from "@meter/catalog";
import type { LogId } from "@meter/core";
import type { BuildId, MeterBuild, UsageQuery } from "@meter/metering";
import { planWindows } from "@meter/metering";
import { assert, createUlid, instant, parseJsonPath, parseTimeZone } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { toListStatement } from "./list-events.ts";
import type { Statement } from "./statement.ts";
import { planSources, toScope } from "./usage-plan.ts";
import { toExtentStatement, toHoursAboveStatement, toTotalsStatement } from "./usage-sql.ts";

const path = parseJsonPath("$.x");
const kathmandu = parseTimeZone("Asia/Kathmandu");
const losAngeles = parseTimeZone("America/Los_Angeles");
assert(path.ok && kathmandu.ok && losAngeles.ok, "they parse");

const build = (aggregation: Aggregation): MeterBuild => ({
  id: createUlid(instant(1), new Uint8Array(10)) as BuildId,
  namespace: "default",
  eventType: "call",
  aggregation,
  value: path.value,
  dimensions: [
    { key: "model", path: path.value },
    { key: "region", path: path.value },
  ],
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

const totals = (aggregation: Aggregation, query: UsageQuery): Statement => {
  const scope = toScope(build(aggregation), query);
  assert(scope !== null, "the query can match");
  const { from, to } = query;
  const windows =
    query.window === null || from === null || to === null
      ? null
      : planWindows(query.window.size, query.window.zone, { start: from, end: to });
  return toTotalsStatement(scope, windows, planSources(scope, windows), []).statement;
};

/** The SQL of representative questions. Whether it means what it should is for the tests against the engine to say. */
describe("SQL", () => {
  test("a subject's sum of a month: the roll-up alone", () => {
    expect(
      totals("sum", {
        ...everything,
        from: at("2026-01-01T00:00:00Z"),
        to: at("2026-02-01T00:00:00Z"),
        subjects: ["s1"],
        groupBy: ["subject"],
      }),
    ).toMatchSnapshot();
  });

  test("customers by day of a half-hour zone: roll-up and rows", () => {
    const query: UsageQuery = {
      ...everything,
      from: at("2026-01-01T00:00:00Z"),
      to: at("2026-01-03T00:30:00Z"),
      window: { size: "day", zone: kathmandu.value },
      customers: [{ id: "c1", subjects: ["s1", "s2"] }],
      groupBy: ["customer_id"],
    };
    expect(totals("avg", query)).toMatchSnapshot();
  });

  test("distinct texts by hour over a clock change, with a filter: rows alone", () => {
    const query: UsageQuery = {
      ...everything,
      from: at("2025-11-02T00:00:00Z"),
      to: at("2025-11-03T00:00:00Z"),
      window: { size: "hour", zone: losAngeles.value },
      dimensions: [
        {
          key: "region",
          filter: {
            op: "or",
            filters: [
              { op: "ilike", value: "EU\\" },
              { op: "in", values: ["us", "ca"] },
            ],
          },
        },
      ],
      groupBy: ["model", "subject"],
    };
    expect(totals("unique_count", query)).toMatchSnapshot();
  });

  test("the latest value", () => {
    expect(totals("latest", everything)).toMatchSnapshot();
  });

  test("as of a position: which hours hold something above it, and the totals without them", () => {
    const scope = toScope(build("count"), { ...everything, from: instant(5) });
    assert(scope !== null, "the query can match");
    const positions = [{ log: createUlid(instant(1), new Uint8Array(10)) as LogId, partition: 3, offset: 17 }];
    expect(toHoursAboveStatement(scope, positions, 401)).toMatchSnapshot();
    expect(
      toTotalsStatement(scope, null, planSources(scope, null, [instant(7_200_000)]), positions).statement,
    ).toMatchSnapshot();
  });

  test("where data lies", () => {
    const scope = toScope(build("count"), { ...everything, from: instant(5), to: instant(3_600_001) });
    assert(scope !== null, "the query can match");
    expect(toExtentStatement(scope)).toMatchSnapshot();
  });

  test("a page of events", () => {
    const position = { log: createUlid(instant(1), new Uint8Array(10)) as LogId, partition: 3, offset: 17 };
    const filter = {
      id: [{ op: "like", value: "%x%" }],
      time: [{ gte: instant(1), lt: instant(2) }],
      subjects: ["a", "b"],
    } as const;
    expect(toListStatement("default", filter, { limit: 100, after: { time: instant(5), position } })).toMatchSnapshot();
  });
});
