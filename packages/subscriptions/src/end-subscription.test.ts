import { instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { decideCancelSubscription, decideContinueSubscription, decideDeleteSubscription } from "./end-subscription.ts";
import { evolveSubscription } from "./subscription-event.ts";
import { at, date, id, inAdvance, phase, plan, rateCard, subscribe } from "./subscription.test-support.ts";
import type { Subscription, SubscriptionId } from "./subscription.ts";
import type { Timing } from "./timing.ts";

const fee = rateCard("fee", inAdvance, "P1M");
const twoPhases = plan([phase("trial", "P10D", [fee]), phase("main", null, [fee])]);
const subscription = subscribe({ now: at("2025-01-01") }, { plan: twoPhases });
const immediate: Timing = { type: "immediate" };

const cancel = (timing: Timing, now: string, of: Subscription = subscription): unknown => {
  const canceled = decideCancelSubscription(of, { timing, now: at(now) });
  return canceled.ok ? date(canceled.value.activeTo) : canceled.error.type;
};

const canceledTo = (activeTo: string): Subscription =>
  evolveSubscription(subscription, { type: "subscription_canceled", at: at("2025-01-01"), activeTo: at(activeTo) });

describe("cancel", () => {
  test.each([
    { timing: immediate, now: "2025-01-01", expected: "2025-01-01", why: "at its very start, which leaves nothing" },
    { timing: immediate, now: "2025-01-05T10:00:00Z", expected: "2025-01-05T10:00:00Z", why: "now" },
    { timing: { type: "next_billing_cycle" }, now: "2025-01-05", expected: "2025-01-11", why: "the phase ends first" },
    { timing: { type: "next_billing_cycle" }, now: "2025-01-11", expected: "2025-02-01", why: "the month ends first" },
    { timing: { type: "next_billing_cycle" }, now: "2025-02-01", expected: "2025-03-01", why: "a boundary begins one" },
    {
      timing: { type: "at", at: at("2025-03-01") },
      now: "2025-01-05",
      expected: "2025-03-01",
      why: "a boundary ahead",
    },
    { timing: { type: "at", at: at("2025-01-11") }, now: "2025-01-05", expected: "2025-01-11", why: "that of a phase" },
    { timing: { type: "at", at: at("2025-02-01") }, now: "2025-02-01", expected: "2025-02-01", why: "a boundary now" },
    {
      timing: { type: "at", at: at("2025-03-02") },
      now: "2025-01-05",
      expected: "cancel_not_aligned",
      why: "amid a period",
    },
    { timing: { type: "at", at: at("2025-02-01") }, now: "2025-02-02", expected: "cancel_in_the_past", why: "gone by" },
  ] as const)("$expected: $why", ({ timing, now, expected }) => {
    expect(cancel(timing, now)).toBe(expected);
  });

  test("the end is the very millisecond", () => {
    const start = at("2025-01-01T00:00:00.500Z");
    const late = subscribe({ now: start }, { plan: twoPhases });
    expect(cancel(immediate, "2025-01-01T00:00:00.700Z", late)).toBe("2025-01-01T00:00:00.700Z");
    expect(cancel({ type: "next_billing_cycle" }, "2025-01-20", late)).toBe("2025-02-01T00:00:00.500Z");
    expect(cancel({ type: "at", at: at("2025-02-01T00:00:00.500Z") }, "2025-01-20", late)).toBe(
      "2025-02-01T00:00:00.500Z",
    );
    expect(cancel({ type: "at", at: at("2025-02-01") }, "2025-01-20", late)).toBe("cancel_not_aligned");
  });

  test.each([
    { now: "2024-12-31", of: subscription, status: "scheduled" },
    { now: "2025-01-05", of: canceledTo("2025-02-01"), status: "canceled" },
    { now: "2025-02-01", of: canceledTo("2025-02-01"), status: "inactive" },
    { now: "2025-01-05", of: { ...subscription, deletedAt: at("2025-01-02") }, status: "inactive" },
  ])("not when $status", ({ now, of, status }) => {
    expect(decideCancelSubscription(of, { timing: immediate, now: at(now) })).toEqual({
      ok: false,
      error: { type: "subscription_transition_not_allowed", transition: "cancel", status },
    });
  });
});

describe("continue", () => {
  const pending = canceledTo("2025-02-01");
  const now = at("2025-01-20");

  test("as if it had never been canceled, but for when it was touched", () => {
    const continued = decideContinueSubscription(pending, { others: [], now });
    expect(continued.ok && evolveSubscription(pending, continued.value)).toEqual({ ...subscription, updatedAt: now });
  });

  test.each([
    { of: subscription, moment: "2025-01-20", status: "active" },
    { of: pending, moment: "2025-02-01", status: "inactive" },
    { of: pending, moment: "2024-12-01", status: "scheduled" },
  ])("not when $status", ({ of, moment, status }) => {
    expect(decideContinueSubscription(of, { others: [], now: at(moment) })).toEqual({
      ok: false,
      error: { type: "subscription_transition_not_allowed", transition: "continue", status },
    });
  });

  test("not into another subscription of the customer", () => {
    const successor = { id: id(9) as SubscriptionId, activeFrom: at("2025-02-01"), activeTo: null, deletedAt: null };
    const itself = { ...pending };
    expect(decideContinueSubscription(pending, { others: [itself, successor], now })).toMatchObject({
      error: { type: "only_single_subscription_allowed_per_customer_at_a_time", others: [{ id: successor.id }] },
    });
    const deleted = { ...successor, deletedAt: at("2025-01-10") };
    expect(decideContinueSubscription(pending, { others: [deleted], now }).ok).toBe(true);
  });
});

describe("delete", () => {
  test("before the start", () => {
    const now = instant(subscription.activeFrom - 1);
    const deleted = decideDeleteSubscription(subscription, now);
    expect(deleted.ok && evolveSubscription(subscription, deleted.value).deletedAt).toBe(now);
  });

  test("not from the start on", () => {
    expect(decideDeleteSubscription(subscription, subscription.activeFrom)).toMatchObject({
      error: { type: "subscription_transition_not_allowed", transition: "delete", status: "active" },
    });
  });
});
