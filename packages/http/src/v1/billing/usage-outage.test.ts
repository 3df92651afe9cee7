import { type ControlDeps, UsageUnavailable } from "@meter/core";
import { instant, parseInstant } from "@meter/primitives";
import { createMemoryUsage } from "@meter/testkit/memory";
import { expect, test } from "vitest";
import { createBillingApp } from "../billing.test-support.ts";
import { answer, createPlan, monthlyFee, phase, publish } from "../catalog.test-support.ts";

const until = (text: string) => {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

/** Usage of which one wait hangs until whoever waits gives up; time passes by waiting alone. */
const hanging = (
  what: "store" | "worker",
): Pick<ControlDeps, "reader" | "freshness" | "log" | "monotonicNow"> & {
  hangs: boolean;
  waitedMs: number;
  asked: number;
} => {
  const usage = createMemoryUsage({ now: () => instant(0) });
  const state = { hangs: false, waitedMs: 0, asked: 0 };
  const hang = (ms: number): void => {
    state.asked += 1;
    state.waitedMs += ms;
  };
  return Object.assign(state, {
    log: usage.log,
    monotonicNow: () => state.waitedMs,
    reader: {
      ...usage.reader,
      query: async (...[build, query, at, options]: Parameters<typeof usage.reader.query>) => {
        if (!state.hangs || what !== "store") return usage.reader.query(build, query, at);
        hang(options?.timeoutMs ?? Number.POSITIVE_INFINITY);
        throw new UsageUnavailable("timed out");
      },
    },
    freshness: {
      ...usage.freshness,
      reach: async (_: unknown, timeoutMs: number) => {
        if (!state.hangs || what !== "worker") return true;
        hang(timeoutMs);
        return false;
      },
    },
  });
};

test.each(["store", "worker"] as const)(
  "while the usage %s hangs, a run over many due customers waits once, and fees go out",
  async (what) => {
    const usage = hanging(what);
    const app = await createBillingApp(usage);
    await publish(app, await createPlan(app, { key: "fees", phases: [phase([monthlyFee])] }));
    for (let index = 0; index < 20; index++) await app.subscribe(await app.createCustomer());
    const last = await app.createCustomer();
    await app.subscribe(last, { plan: { key: "fees" } });
    await app.passUntil("2026-02-15T11:00:00Z");

    usage.hangs = true;
    const at = until("2026-02-15T13:00:00Z"); // when the drafts of the month are to be issued
    app.clock.advance(at - app.clock.now());
    const { parked } = await app.scheduler.runUntil(at);
    expect(parked).toHaveLength(20);
    expect(usage.waitedMs).toBe(10_000);
    const issued = await answer<{ totalCount: number }>(
      app.get(`/api/v1/billing/invoices?statuses=issued&customers=${last.id}`),
      200,
    );
    expect(issued.totalCount).toBe(2);

    usage.waitedMs = 0;
    await app.scheduler.runUntil(at);
    expect(usage.waitedMs, "who was given up is waited for twice as long").toBe(20_000);

    usage.hangs = false;
    expect((await app.scheduler.runUntil(at)).parked).toEqual([]);
  },
);
