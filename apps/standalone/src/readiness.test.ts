import type { Standing } from "@meter/core";
import { instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { parkedCountMax, readinessKeptMs, standingMsMax, watchReadiness } from "./readiness.ts";

type Parts = Parameters<typeof watchReadiness>[0];

/** Stores that answer and count what they are asked; `now` moves by `pass` only. */
const watched = (
  overrides: Partial<Parts["postgres"]> = {},
  standing: () => Standing | null = () => null,
  isWhole = true,
) => {
  let now = 0;
  let asked = 0;
  const readiness = watchReadiness({
    postgres: {
      ping: async () => void (asked += 1),
      parked: { count: async () => 0 },
      billing: { countParked: async () => 0 },
      ...overrides,
    },
    usage: { ping: async () => undefined },
    worker: {
      status: () => ({
        phase: "running",
        syncHealthy: true,
        tablesWhole: isWhole,
        next: 0,
        applied: 0,
        standing: standing(),
      }),
    } as unknown as Parts["worker"], // of its status, what readiness looks at
    log: { space: async () => null, backlogEventsMax: 1_000 },
    billing: { healthy: () => true },
    clock: { now: () => instant(now) },
    monotonicNow: () => now,
  });
  return {
    ...readiness,
    asked: () => asked,
    pass: (ms: number): void => {
      now += ms;
    },
  };
};

describe("readiness, which anybody may ask for", () => {
  test("many at once, and whoever comes within the moment after, cost one question", async () => {
    const { check, asked, pass } = watched();
    const answers = await Promise.all(Array.from({ length: 100 }, check));
    expect(answers.every(({ status }) => status === "ready")).toBe(true);
    pass(readinessKeptMs - 1);
    await check();
    expect(asked()).toBe(1);
    pass(1);
    await check();
    expect(asked()).toBe(2);
  });

  test("parts of the tables that are not whole need a restart", async () => {
    expect(await watched({}, () => null, false).check()).toEqual({
      status: "degraded",
      reasons: ["parts of the usage tables are not whole: restart Meter, which repairs them"],
    });
  });

  test("what is parked is counted up to a bound", async () => {
    const bounds: number[] = [];
    const count = async (max: number): Promise<number> => {
      bounds.push(max);
      return max;
    };
    expect(await watched({ parked: { count }, billing: { countParked: count } }).check()).toEqual({
      status: "degraded",
      reasons: [
        "1000 or more parked events: see /api/v1/parked-events",
        "the billing of 1000 or more customers waits: see /api/v1/billing/parked",
      ],
    });
    expect(bounds).toEqual([parkedCountMax, parkedCountMax]);
  });

  test("a count that fails is a store that does not answer, and is asked again after the moment", async () => {
    let fails = true;
    const { check, pass } = watched({
      parked: { count: () => (fails ? Promise.reject(new Error("gone")) : Promise.resolve(0)) },
    });
    expect(await check()).toEqual({ status: "not_ready", reasons: ["Postgres does not answer"] });
    fails = false;
    pass(readinessKeptMs);
    expect(await check()).toEqual({ status: "ready" });
  });

  test("a log that has not moved for a minute is said, with the event that it stands at", async () => {
    let standing: Standing | null = null;
    const { check, pass } = watched({}, () => standing);
    standing = {
      since: instant(0),
      offset: 7,
      event: { namespace: "default", type: "request", source: "test", id: '"1"' },
      error: "241: memory limit",
    };
    pass(standingMsMax - 1);
    expect(await check()).toEqual({ status: "ready" });
    pass(readinessKeptMs);
    const at =
      'at offset 7, at event "\\"1\\"" from "test" of type "request" in namespace "default": 241: memory limit';
    expect(await check()).toEqual({
      status: "degraded",
      reasons: [`no event has been counted since 1970-01-01T00:00:00Z: the log stands ${at}`],
    });
    standing = { ...standing, event: null, error: null };
    pass(readinessKeptMs);
    expect(await check()).toEqual({
      status: "degraded",
      reasons: ["no event has been counted since 1970-01-01T00:00:00Z: the log stands at offset 7"],
    });
    standing = null;
    pass(readinessKeptMs);
    expect(await check()).toEqual({ status: "ready" });
  });

  test("stopping is said at once", async () => {
    const { check, stop } = watched();
    await check();
    stop();
    expect(await check()).toEqual({ status: "not_ready", reasons: ["stopping"] });
  });
});
