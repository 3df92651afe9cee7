import { instant } from "@meter/primitives";
import type { Instant } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { after, anySubscription } from "./arbitrary-subscription.test-support.ts";
import { decideCancelSubscription, decideContinueSubscription } from "./end-subscription.ts";
import { afterBilling, hasBillables, nextDueAt, nothingBilled, servicePeriodsDue } from "./service-periods.ts";
import type { BilledUntil, ServicePeriod } from "./service-periods.ts";
import { evolveSubscription } from "./subscription-event.ts";
import {
  at,
  date,
  dates,
  duration,
  inAdvance,
  inArrears,
  perUnit,
  phase,
  plan,
  rateCard,
  subscribe,
} from "./subscription.test-support.ts";
import type { Subscription } from "./subscription.ts";
import { itemSpans } from "./timeline.ts";

const seeded = { seed: 20_260_101, numRuns: 200 };

const due = (
  subscription: Subscription,
  until: Instant,
  billed: BilledUntil = nothingBilled,
): readonly ServicePeriod[] => [
  ...servicePeriodsDue(subscription, { until, billed, atSubscriptionEnd: "bill_actual_period" }),
];

/** PHASE/ITEM/v[0]/period[0] service invoiceAt, and the share where it is not the whole. */
const show = ({ key, servicePeriod, invoiceAt, proration }: ServicePeriod): string => {
  const { numerator, denominator } = proration;
  const share = numerator === denominator ? "" : ` ${numerator / 86_400_000n}/${denominator / 86_400_000n}`;
  return `${key.slice(key.indexOf("/") + 1)} ${dates(servicePeriod)} ${date(invoiceAt)}${share}`;
};

const canceled = (subscription: Subscription, activeTo: string): Subscription =>
  evolveSubscription(subscription, { type: "subscription_canceled", at: at(activeTo), activeTo: at(activeTo) });

const usual = plan([
  phase("main", null, [
    rateCard("seat", inAdvance, "P1M"),
    rateCard("support", inArrears, "P3M"),
    rateCard("tokens", perUnit, "P1M"),
    rateCard("setup", inAdvance, null),
    rateCard("free", null, "P1M"),
  ]),
]);

describe("what is due", () => {
  const subscription = subscribe({ now: at("2025-01-20") }, { plan: usual, billingAnchor: at("2025-01-01") });

  test("at the start: what is billed in advance, its first part by share", () => {
    expect(due(subscription, at("2025-01-20")).map(show)).toEqual([
      "main/seat/v[0]/period[0] 2025-01-20/2025-02-01 2025-01-20 12/31",
      "main/setup/v[0] 2025-01-20/2025-01-20 2025-01-20",
    ]);
  });

  test("nothing before the start", () => {
    expect(due(subscription, instant(subscription.activeFrom - 1))).toEqual([]);
  });

  test("by time, then in the plan's order; usage is never shared out", () => {
    expect(due(subscription, at("2025-04-01")).map(show)).toEqual([
      "main/seat/v[0]/period[0] 2025-01-20/2025-02-01 2025-01-20 12/31",
      "main/setup/v[0] 2025-01-20/2025-01-20 2025-01-20",
      "main/seat/v[0]/period[1] 2025-02-01/2025-03-01 2025-02-01",
      "main/tokens/v[0]/period[0] 2025-01-20/2025-02-01 2025-02-01",
      "main/seat/v[0]/period[2] 2025-03-01/2025-04-01 2025-03-01",
      "main/tokens/v[0]/period[1] 2025-02-01/2025-03-01 2025-03-01",
      "main/seat/v[0]/period[3] 2025-04-01/2025-05-01 2025-04-01",
      "main/support/v[0]/period[0] 2025-01-20/2025-04-01 2025-04-01 71/90",
      "main/tokens/v[0]/period[2] 2025-03-01/2025-04-01 2025-04-01",
    ]);
  });

  test("the end cuts what is running, and makes it due", () => {
    const ending = canceled(subscription, "2025-02-11");
    expect(due(ending, at("2030-01-01")).map(show)).toEqual([
      "main/seat/v[0]/period[0] 2025-01-20/2025-02-01 2025-01-20 12/31",
      "main/setup/v[0] 2025-01-20/2025-02-11 2025-01-20",
      "main/seat/v[0]/period[1] 2025-02-01/2025-02-11 2025-02-01 10/28",
      "main/tokens/v[0]/period[0] 2025-01-20/2025-02-01 2025-02-01",
      "main/support/v[0]/period[0] 2025-01-20/2025-02-11 2025-02-11 22/90",
      "main/tokens/v[0]/period[1] 2025-02-01/2025-02-11 2025-02-11",
    ]);
  });

  test("an end at the very start leaves nothing", () => {
    expect(due(canceled(subscription, "2025-01-20"), at("2030-01-01"))).toEqual([]);
    expect(nextDueAt(canceled(subscription, "2025-01-20"), nothingBilled)).toBeNull();
  });

  test("nothing of a deleted subscription", () => {
    expect(due({ ...subscription, deletedAt: at("2025-01-19") }, at("2030-01-01"))).toEqual([]);
  });
});

describe("the calendar over years", () => {
  const services = (start: string, cadence: string, count: number): readonly string[] => {
    const yearly = plan([phase("main", null, [rateCard("seat", inAdvance, cadence)])], {
      billingCadence: duration(cadence),
    });
    const subscription = subscribe({ now: at(start) }, { plan: yearly });
    return due(subscription, at("2032-01-01"))
      .slice(0, count)
      .map(({ servicePeriod }) => dates(servicePeriod));
  };

  test("the 31st: the last day of shorter months, and the 31st again", () => {
    expect(services("2027-12-31", "P1M", 5)).toEqual([
      "2027-12-31/2028-01-31",
      "2028-01-31/2028-02-29",
      "2028-02-29/2028-03-31",
      "2028-03-31/2028-04-30",
      "2028-04-30/2028-05-31",
    ]);
  });

  test("29 February: the 28th in other years", () => {
    expect(services("2024-02-29", "P1Y", 5)).toEqual([
      "2024-02-29/2025-02-28",
      "2025-02-28/2026-02-28",
      "2026-02-28/2027-02-28",
      "2027-02-28/2028-02-29",
      "2028-02-29/2029-02-28",
    ]);
  });
});

test("nothing is due before the millisecond of the start", () => {
  const start = at("2025-01-01T00:00:00.900Z");
  const subscription = subscribe({ now: at("2025-01-01") }, { plan: usual, timing: { type: "at", at: start } });
  expect(nextDueAt(subscription, nothingBilled)).toBe(start);
  expect(due(subscription, instant(start - 1))).toEqual([]);
  expect(due(subscription, start).map(({ servicePeriod }) => servicePeriod.start)).toEqual([start, start]);
});

describe("what is billed stays billed", () => {
  const yearlyInAdvance = plan([phase("main", null, [rateCard("seat", inAdvance, "P1Y")])]);
  const subscription = subscribe({ now: at("2025-01-01") }, { plan: yearlyInAdvance });
  const ending = canceled(subscription, "2025-04-01");
  const continued = evolveSubscription(ending, { type: "subscription_continued", at: at("2025-02-01") });

  test("an end does not bill again what was billed beyond it", () => {
    const billed = afterBilling(nothingBilled, due(subscription, at("2025-01-01")));
    expect(due(ending, at("2030-01-01"), billed)).toEqual([]);
    expect(nextDueAt(ending, billed)).toBeNull();
  });

  test("an end that goes away leaves a rest, which is due at once: a part of the whole, up to whose end all is charged", () => {
    const cut = due(ending, at("2025-01-01"));
    expect(cut.map(show)).toEqual(["main/seat/v[0]/period[0] 2025-01-01/2025-04-01 2025-01-01 90/365"]);
    const rest = due(continued, at("2026-01-01"), afterBilling(nothingBilled, cut));
    expect(rest.map(show)).toEqual([
      "main/seat/v[0]/period[0]/from[2025-04-01T00:00:00Z] 2025-04-01/2026-01-01 2025-01-01",
      "main/seat/v[0]/period[1] 2026-01-01/2027-01-01 2026-01-01",
    ]);
    expect(rest[0]?.wholeKey).toBe(cut[0]?.key);
    expect(rest[0]?.wholePeriod).toEqual({ start: at("2025-01-01"), end: at("2026-01-01") });
  });

  test("no rest where the cut service was charged in full", () => {
    const cut = [
      ...servicePeriodsDue(ending, {
        until: at("2025-01-01"),
        billed: nothingBilled,
        atSubscriptionEnd: "bill_full_period",
      }),
    ];
    expect(cut.map(show)).toEqual(["main/seat/v[0]/period[0] 2025-01-01/2025-04-01 2025-01-01"]);
    expect(due(continued, at("2026-01-01"), afterBilling(nothingBilled, cut)).map(show)).toEqual([
      "main/seat/v[0]/period[1] 2026-01-01/2027-01-01 2026-01-01",
    ]);
  });

  test("billing the same twice changes nothing", () => {
    const periods = due(subscription, at("2026-01-01"));
    const once = afterBilling(nothingBilled, periods);
    expect(afterBilling(once, periods.slice(0, 1))).toEqual(once);
    expect(JSON.parse(JSON.stringify(once))).toEqual(once);
  });
});

test("hasBillables: a free plan never makes a line", () => {
  const free = subscribe(
    { now: at("2025-01-01") },
    { plan: plan([phase("main", null, [rateCard("api", null, null)])]) },
  );
  expect(hasBillables(free)).toBe(false);
  expect(nextDueAt(free, nothingBilled)).toBeNull();
  expect(hasBillables(subscribe({ now: at("2025-01-01") }, { plan: usual }))).toBe(true);
});

/** Days from the start of the subscription. */
const anyDays = fc.integer({ min: 0, max: 400 });

const ended = (subscription: Subscription, days: number | null): Subscription =>
  days === null ? subscription : { ...subscription, activeTo: after(subscription, days) };

const byItem = (periods: readonly ServicePeriod[]): ReadonlyMap<string, readonly ServicePeriod[]> =>
  Map.groupBy(periods, ({ itemKey }) => itemKey);

describe("laws", () => {
  test("the service periods of a recurring item are its life, without gap or overlap", () => {
    fc.assert(
      fc.property(anySubscription, fc.option(anyDays), (open, days) => {
        const subscription = ended(open, days);
        const periods = byItem(due(subscription, after(subscription, 400)));
        for (const { item, path, span } of itemSpans(subscription)) {
          if (item.rateCard.billingCadence === null) continue;
          const key = [...periods.keys()].find((one) => one.endsWith(`/${path.phaseKey}/${path.itemKey}/v[0]`));
          const own = key === undefined ? [] : (periods.get(key) ?? []);
          for (const [index, { servicePeriod, fullServicePeriod }] of own.entries()) {
            const expectedStart = index === 0 ? span.start : own[index - 1]?.servicePeriod.end;
            expect(servicePeriod.start).toBe(expectedStart);
            expect(servicePeriod.start).toBeLessThan(servicePeriod.end);
            expect(fullServicePeriod.start).toBeLessThanOrEqual(servicePeriod.start);
            expect(fullServicePeriod.end).toBeGreaterThanOrEqual(servicePeriod.end);
          }
          const isOver = subscription.activeTo !== null || (span.end !== null && span.end < after(subscription, 300));
          const isEmpty = span.end !== null && span.end <= span.start;
          if (isOver && !isEmpty && span.end !== null) {
            expect(own.at(-1)?.servicePeriod.end).toBe(span.end);
          }
        }
      }),
      seeded,
    );
  });

  test("billing up to an instant and then the rest is billing at once, also item by item", () => {
    fc.assert(
      fc.property(anySubscription, fc.option(anyDays), anyDays, fc.nat(60), (open, days, firstDays, count) => {
        const subscription = ended(open, days);
        const until = after(subscription, 400);
        const atOnce = due(subscription, until);
        const first = due(subscription, after(subscription, firstDays));
        expect([...first, ...due(subscription, until, afterBilling(nothingBilled, first))]).toEqual(atOnce);
        const prefix = atOnce.slice(0, count);
        expect(due(subscription, until, afterBilling(nothingBilled, prefix))).toEqual(atOnce.slice(count));
      }),
      seeded,
    );
  });

  test("nextDueAt is when the list is no longer empty", () => {
    fc.assert(
      fc.property(anySubscription, fc.option(anyDays), anyDays, (open, days, billedDays) => {
        const subscription = ended(open, days);
        const billed = afterBilling(nothingBilled, due(subscription, after(subscription, billedDays)));
        const next = nextDueAt(subscription, billed);
        if (next === null) {
          expect(due(subscription, after(subscription, 5_000), billed)).toEqual([]);
          return;
        }
        expect(due(subscription, instant(next - 1), billed)).toEqual([]);
        expect(due(subscription, next, billed)[0]?.invoiceAt).toBe(next);
      }),
      seeded,
    );
  });

  test("every key is there once, in ascending time", () => {
    fc.assert(
      fc.property(anySubscription, fc.option(anyDays), (open, days) => {
        const periods = due(ended(open, days), after(open, 400));
        expect(new Set(periods.map(({ key }) => key)).size).toBe(periods.length);
        const times = periods.map(({ invoiceAt }) => invoiceAt);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
      seeded,
    );
  });

  test("canceled and continued is never canceled, however much was billed in between", () => {
    fc.assert(
      fc.property(anySubscription, fc.integer({ min: 0, max: 200 }), anyDays, (subscription, days, waited) => {
        const now = after(subscription, days);
        const decision = decideCancelSubscription(subscription, { timing: { type: "next_billing_cycle" }, now });
        if (!decision.ok) throw new Error(decision.error.type);
        const pending = evolveSubscription(subscription, decision.value);
        const { activeTo } = decision.value;
        const later = instant(Math.min(after(subscription, days + waited), activeTo - 1));

        const before = due(subscription, now);
        const meanwhile = due(pending, later, afterBilling(nothingBilled, before));
        const billed = afterBilling(nothingBilled, [...before, ...meanwhile]);
        const back = decideContinueSubscription(pending, { others: [], now: later });
        if (!back.ok) throw new Error(back.error.type);
        const continued = evolveSubscription(pending, back.value);
        expect({ ...continued, updatedAt: subscription.updatedAt }).toEqual(subscription);

        const until = after(subscription, 450);
        const disturbed = [...before, ...meanwhile, ...due(continued, until, billed)];
        expect(new Set(disturbed.map(({ key }) => key)).size).toBe(disturbed.length);
        expect(sharesOf(disturbed)).toEqual(sharesOf(due(subscription, until)));
      }),
      seeded,
    );
  });
});

/** Item and full service period → what was charged of it: usage by time, of a fixed amount the share up to its last part. */
const sharesOf = (periods: readonly ServicePeriod[]): Readonly<Record<string, bigint>> => {
  const shares: Record<string, bigint> = {};
  for (const { itemKey, index, fullServicePeriod, servicePeriod, item, proration } of periods) {
    const key = `${itemKey} ${index === null ? "" : date(fullServicePeriod.start)}`;
    const isUsage = item.rateCard.price === perUnit;
    const length = BigInt(servicePeriod.end - servicePeriod.start);
    shares[key] = isUsage
      ? (shares[key] ?? 0n) + length
      : (proration.numerator * 1_000_000_000n) / proration.denominator;
  }
  return shares;
};
