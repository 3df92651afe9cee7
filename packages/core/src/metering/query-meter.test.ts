import type { Meter, MeterId } from "@meter/catalog";
import type { BuildId, MeterBuild, UsageQuery } from "@meter/metering";
import { instant, type Ulid } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import type { Customer, CustomerId } from "../shared/customer.ts";
import type { LogId } from "../shared/event-log.ts";
import type { MeterWithBuilds } from "./meter-store.ts";
import { UsageUnavailable } from "./usage-reader.ts";
import { usageWaitMs } from "./fresh-usage.ts";
import { createMeterBuild } from "./meter-build.ts";
import { type MeterQuery, queryMeter, type QueryMeterDeps } from "./query-meter.ts";

const meter: Meter = {
  id: "01KF0RDQG0Z5W8Q4B3N7M2C1XM" as MeterId, // a ULID that is a meter's id in these tests
  namespace: "default",
  key: "tokens",
  name: "Tokens",
  description: null,
  metadata: null,
  eventType: "prompt",
  aggregation: "sum",
  valueProperty: "$.tokens",
  groupBy: { model: "$.model", region: "$.region" },
  eventFrom: instant(5_000),
  createdAt: instant(0),
  updatedAt: instant(0),
  deletedAt: null,
};

const build = (name: string, groupBy: Meter["groupBy"]): MeterBuild =>
  createMeterBuild({ ulid: () => name as Ulid }, "default", { ...meter, groupBy }); // names tell builds apart here
const pending = build("pending", meter.groupBy);
const current = build("current", { model: "$.model", region: "$.place" });

const all: MeterQuery = {
  from: null,
  to: null,
  windowSize: null,
  timeZone: null,
  subjects: null,
  customerIds: null,
  dimensions: [],
  groupBy: [],
};

const customer = {
  id: "01KF0RDQG0Z5W8Q4B3N7M2C1XC" as CustomerId,
  key: "acme",
  subjectKeys: ["acme-1"],
  deletedAt: null,
} as unknown as Customer; // what the use case reads of one

/** Ports that record in which order they were asked, on a stopwatch that only waiting moves. */
const createPorts = (
  state: Readonly<{
    found?: MeterWithBuilds | null;
    reached?: boolean;
    readyAfterMs?: number;
    changed?: MeterWithBuilds;
  }> = {},
) => {
  const calls: string[] = [];
  let now = 0;
  let asked: { build: BuildId; query: UsageQuery } | null = null;
  let finds = 0;
  const found = state.found === undefined ? { meter, current: null, pending } : state.found;
  const readyAfterMs = state.readyAfterMs ?? 0;
  const deps: QueryMeterDeps = {
    meters: {
      find: async () => {
        finds += 1;
        calls.push("find");
        return finds > 1 && state.changed !== undefined ? state.changed : found;
      },
    },
    customers: { findMany: async (_, ids) => (ids.includes(customer.id) ? [customer] : []) },
    log: {
      head: async () => {
        calls.push("head");
        return [{ log: "log" as LogId, partition: 0, offset: 3 }]; // the use case only hands it on
      },
    },
    freshness: {
      reach: async (positions, timeoutMs) => {
        calls.push(`reach ${positions[0]?.offset} in ${timeoutMs}`);
        now += 4_000;
        return state.reached ?? true;
      },
      buildReady: async (id, timeoutMs) => {
        calls.push(`ready ${id} in ${timeoutMs}`);
        const waited = Math.min(readyAfterMs, timeoutMs);
        now += waited;
        return waited >= readyAfterMs ? { ready: true } : { ready: false, progress: 0.5 };
      },
    },
    reader: {
      query: async (of, query) => {
        calls.push(`query ${of.id}`);
        asked = { build: of.id, query };
        return [];
      },
    },
    monotonicNow: () => now,
  };
  return { deps, calls, asked: () => asked };
};

describe("a read sees every event that was acknowledged before it", () => {
  test("the end of the log is read first, waited for, and the build is resolved after that", async () => {
    const { deps, calls } = createPorts();
    await queryMeter(deps)("default", "tokens", all);
    expect(calls).toEqual(["find", "head", `reach 3 in ${usageWaitMs}`, "find", "ready pending in 0", "query pending"]);
  });

  test("usage_behind when that takes too long; nothing is asked", async () => {
    const { deps, calls } = createPorts({ reached: false });
    expect(await queryMeter(deps)("default", "tokens", all)).toEqual({ ok: false, error: { type: "usage_behind" } });
    expect(calls.some((call) => call.startsWith("query"))).toBe(false);
  });

  test("a meter that is deleted while the call waits is not found", async () => {
    const { deps } = createPorts({
      changed: { meter: { ...meter, deletedAt: instant(1) }, current: null, pending: null },
    });
    expect(await queryMeter(deps)("default", "tokens", all)).toMatchObject({ error: { type: "meter_not_found" } });
  });

  test("a group-by that is removed while the call waits is refused", async () => {
    const without = { ...meter, groupBy: {} };
    const { deps } = createPorts({ changed: { meter: without, current: null, pending } });
    expect(await queryMeter(deps)("default", "tokens", { ...all, groupBy: ["model"] })).toMatchObject({
      error: { type: "invalid_input" },
    });
  });
});

describe("which build answers", () => {
  const both = { meter, current, pending };
  test.each([
    { why: "the only one", found: { meter, current, pending: null }, groupBy: [], readyAfterMs: 0, build: "current" },
    { why: "the new one, when it is complete", found: both, groupBy: ["model"], readyAfterMs: 0, build: "pending" },
    {
      why: "the old one meanwhile, without dimensions",
      found: both,
      groupBy: [],
      readyAfterMs: 60_000,
      build: "current",
    },
    {
      why: "the old one, by a dimension that stayed",
      found: both,
      groupBy: ["subject", "model"],
      readyAfterMs: 60_000,
      build: "current",
    },
    {
      why: "the new one, waited for, by one that changed",
      found: both,
      groupBy: ["region"],
      readyAfterMs: 6_000,
      build: "pending",
    },
    {
      why: "the first one, waited for",
      found: { meter, current: null, pending },
      groupBy: [],
      readyAfterMs: 6_000,
      build: "pending",
    },
  ])("$why", async ({ found, groupBy, readyAfterMs, build: expected }) => {
    const { deps, asked } = createPorts({ found, readyAfterMs });
    expect(await queryMeter(deps)("default", "tokens", { ...all, groupBy })).toMatchObject({ ok: true });
    expect(asked()?.build).toBe(expected);
  });

  test("usage_building with its progress, when the rest of the ten seconds does not do", async () => {
    const { deps, calls } = createPorts({ readyAfterMs: 6_001 });
    expect(await queryMeter(deps)("default", "tokens", all)).toEqual({
      ok: false,
      error: { type: "usage_building", progress: 0.5 },
    });
    expect(calls.at(-1)).toBe("ready pending in 6000");
  });

  test("a filter needs its dimension, too", async () => {
    const { deps, asked } = createPorts({ found: both, readyAfterMs: 6_000 });
    await queryMeter(deps)("default", "tokens", {
      ...all,
      dimensions: [{ key: "region", filter: { op: "eq", value: "eu" } }],
    });
    expect(asked()?.build).toBe("pending");
  });
});

describe("what is asked of the engine", () => {
  test("eventFrom narrows, customers bring their subjects, keys come once", async () => {
    const { deps, asked } = createPorts();
    await queryMeter(deps)("default", "tokens", {
      ...all,
      customerIds: [customer.id, customer.id],
      groupBy: ["customer_id", "model", "model"],
    });
    expect(asked()?.query).toMatchObject({
      from: null,
      notBefore: 5_000,
      customers: [{ id: customer.id, subjects: ["acme", "acme-1"] }],
      groupBy: ["customer_id", "model"],
    });
  });

  test("no customers is not all customers", async () => {
    const { deps, asked } = createPorts();
    await queryMeter(deps)("default", "tokens", { ...all, customerIds: [] });
    expect(asked()?.query.customers).toEqual([]);
  });

  test("an unknown customer", async () => {
    const { deps } = createPorts();
    expect(await queryMeter(deps)("default", "tokens", { ...all, customerIds: ["nobody"] })).toEqual({
      ok: false,
      error: { type: "customer_not_found", customers: ["nobody"] },
    });
  });
});

test("no answer is not zero", async () => {
  const { deps } = createPorts();
  const down = { ...deps, reader: { query: () => Promise.reject(new UsageUnavailable("no connection")) } };
  expect(await queryMeter(down)("default", "tokens", all)).toEqual({
    ok: false,
    error: { type: "usage_unavailable", reason: "no connection" },
  });
});

test("a bug is not taken for an engine that is down", async () => {
  const { deps } = createPorts();
  const broken = { ...deps, reader: { query: () => Promise.reject(new TypeError("undefined is not a function")) } };
  await expect(queryMeter(broken)("default", "tokens", all)).rejects.toThrow(TypeError);
});

test("a build's dimensions stand in ascending order of key", () => {
  expect(build("b", { b: "$.b", B: "$.B", a_1: "$.x" }).dimensions.map(({ key }) => key)).toEqual(["B", "a_1", "b"]);
  expect(pending.value?.text).toBe("$.tokens");
});
