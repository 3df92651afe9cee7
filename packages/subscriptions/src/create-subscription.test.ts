import { formatDuration, instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { decideCreateSubscription, startAgeMsMax } from "./create-subscription.ts";
import type { CreateSubscription } from "./create-subscription.ts";
import {
  at,
  command,
  createIds,
  date,
  id,
  inAdvance,
  phase,
  plan,
  rateCard,
  subscribe,
} from "./subscription.test-support.ts";
import type { SubscriptionId } from "./subscription.ts";

const now = at("2025-03-15");
const fee = rateCard("fee", inAdvance, "P1M");
const simple = plan([phase("trial", "P14D", [rateCard("api", null, null)]), phase("main", null, [fee])]);

const refusal = (
  change: Partial<CreateSubscription>,
  others: Parameters<typeof decideCreateSubscription>[1]["others"] = [],
): unknown => {
  const created = decideCreateSubscription(command({ plan: simple, ...change }), { now, others, nextId: createIds() });
  return created.ok ? null : created.error;
};

describe("a subscription is a copy of its plan version", () => {
  const subscription = subscribe({ now }, { plan: simple });

  test("with the plan's terms, unless the request says otherwise", () => {
    expect(subscription).toMatchObject({
      name: "Pro",
      description: "For many",
      metadata: { tier: "2" },
      plan: { key: "pro", version: 3 },
      currency: "USD",
      settlementMode: "credit_then_invoice",
      activeTo: null,
    });
    const named = subscribe({ now }, { plan: simple, name: "Mine", metadata: {}, settlementMode: "credit_only" });
    expect(named).toMatchObject({ name: "Mine", metadata: {}, settlementMode: "credit_only", description: "For many" });
  });

  test("with every phase and rate card, and ids of its own, all different", () => {
    expect(subscription.phases.map(({ key, startAfter }) => `${key} ${formatDuration(startAfter)}`)).toEqual([
      "trial PT0S",
      "main P14D",
    ]);
    expect(subscription.phases[1]?.items.map(({ key, version, rateCard: copy }) => ({ key, version, copy }))).toEqual([
      { key: "fee", version: 0, copy: fee },
    ]);
    const ids = [
      subscription.id,
      ...subscription.phases.flatMap((one) => [one.id, ...one.items.map((item) => item.id)]),
    ];
    expect(new Set(ids).size).toBe(5);
  });

  test("its anchor is its start unless one is given, which is kept as given", () => {
    expect(date(subscription.billingAnchor)).toBe("2025-03-15");
    const anchored = subscribe({ now }, { plan: simple, billingAnchor: at("2024-01-31T10:00:00.250Z") });
    expect(anchored.billingAnchor).toBe(at("2024-01-31T10:00:00.250Z"));
  });
});

describe("it begins", () => {
  test.each([
    { start: at("2025-04-01"), why: "in the future" },
    { start: now, why: "now" },
    { start: instant(now - startAgeMsMax), why: "as old as a request may be" },
  ])("$why", ({ start }) => {
    const subscription = subscribe({ now }, { plan: simple, timing: { type: "at", at: start } });
    expect(subscription.activeFrom).toBe(start);
  });

  test("not earlier", () => {
    const start = instant(now - startAgeMsMax - 1);
    expect(refusal({ timing: { type: "at", at: start } })).toEqual({
      type: "subscription_start_too_old",
      oldest: instant(now - startAgeMsMax),
    });
  });

  test("and not with a billing cycle that it does not have yet", () => {
    expect(refusal({ timing: { type: "next_billing_cycle" } })).toEqual({
      type: "timing_not_supported",
      timing: "next_billing_cycle",
    });
  });
});

describe("only an active plan version", () => {
  test.each([
    { change: { effectiveFrom: null }, status: "draft" },
    { change: { effectiveFrom: instant(now + 1) }, status: "scheduled" },
    { change: { effectiveTo: now }, status: "archived" },
    { change: { deletedAt: now }, status: "deleted" },
  ])("a $status one is refused", ({ change, status }) => {
    expect(refusal({ plan: { ...simple, ...change } })).toEqual({ type: "plan_not_active", status });
  });

  test("at the instant of its publication it is active", () => {
    expect(refusal({ plan: { ...simple, effectiveFrom: now } })).toBeNull();
  });
});

test("an unknown phase to start with is refused", () => {
  expect(refusal({ startingPhase: "gold" })).toEqual({ type: "starting_phase_not_found", phaseKey: "gold" });
});

describe("the customer's currency", () => {
  const euro = { id: id(7), currency: "EUR" };

  test("must be the plan's when something is priced", () => {
    expect(refusal({ customer: euro })).toEqual({
      type: "customer_currency_mismatch",
      customerCurrency: "EUR",
      currency: "USD",
    });
    expect(refusal({ customer: { ...euro, currency: "USD" } })).toBeNull();
  });

  test("does not matter when everything is free", () => {
    const free = plan([phase("main", null, [rateCard("api", null, null)])]);
    expect(refusal({ customer: euro, plan: free })).toBeNull();
  });
});

describe("one subscription at a time", () => {
  const other = { id: id(500) as SubscriptionId, activeFrom: at("2025-01-01"), activeTo: now, deletedAt: null };

  test("touching is fine, and deleted ones do not count", () => {
    expect(refusal({}, [other, { ...other, activeTo: null, deletedAt: at("2025-02-01") }])).toBeNull();
  });

  test("a common instant is refused, naming every other one", () => {
    const running = { ...other, activeTo: instant(now + 1) };
    const scheduled = { ...other, id: id(501) as SubscriptionId, activeFrom: at("2026-01-01"), activeTo: null };
    expect(refusal({}, [running, other, scheduled])).toMatchObject({
      type: "only_single_subscription_allowed_per_customer_at_a_time",
      subscription: { activeFrom: now, activeTo: null },
      others: [running, scheduled],
    });
  });
});
