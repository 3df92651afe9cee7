import { instant } from "@meter/primitives";
import type { Instant } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { after, anySubscription } from "./arbitrary-subscription.test-support.ts";
import { afterBilling, nothingBilled, partUntil, servicePeriodsBegun, servicePeriodsDue } from "./service-periods.ts";
import type { BilledUntil, ServicePeriod } from "./service-periods.ts";
import { evolveSubscription } from "./subscription-event.ts";
import { at, dates, inAdvance, perUnit, phase, plan, rateCard, subscribe } from "./subscription.test-support.ts";
import type { Subscription } from "./subscription.ts";

const seeded = { seed: 20_270_101, numRuns: 200 };
const terms = { atSubscriptionEnd: "bill_actual_period" } as const;

const isUsage = ({ item }: ServicePeriod): boolean => item.rateCard.price?.paymentTerm === undefined;

/** What is billed when an invoice is asked for at `moment`: fixed amounts that are due, and usage before it. */
const cut = (subscription: Subscription, moment: Instant, billed: BilledUntil): readonly ServicePeriod[] =>
  [...servicePeriodsBegun(subscription, { ...terms, at: moment, billed })].flatMap((period) => {
    if (!isUsage(period)) return period.invoiceAt <= moment ? [period] : [];
    const { start, end } = period.servicePeriod;
    return moment > start || moment >= end ? [partUntil(period, moment)] : [];
  });

const due = (
  subscription: Subscription,
  until: Instant,
  billed: BilledUntil = nothingBilled,
): readonly ServicePeriod[] => [...servicePeriodsDue(subscription, { ...terms, until, billed })];

const endedAt = (subscription: Subscription, activeTo: Instant): Subscription =>
  evolveSubscription(subscription, { type: "subscription_canceled", at: activeTo, activeTo });

describe("a month of usage, cut on the 10th and the 20th", () => {
  const monthly = plan([phase("main", null, [rateCard("fee", inAdvance, "P1M"), rateCard("tokens", perUnit, "P1M")])]);
  const subscription = subscribe({ now: at("2025-01-01") }, { plan: monthly });
  const show = ({ key, servicePeriod, invoiceAt, isFinal }: ServicePeriod): string =>
    `${key.slice(key.indexOf("/") + 1)} ${dates(servicePeriod)} ${dates({ start: invoiceAt, end: invoiceAt }).split("/")[0]} ${isFinal ? "final" : "open"}`;
  const fee = cut(subscription, at("2025-01-01"), nothingBilled);
  const first = cut(subscription, at("2025-01-10"), afterBilling(nothingBilled, fee));
  const second = cut(subscription, at("2025-01-20"), afterBilling(nothingBilled, [...fee, ...first]));
  const billed = afterBilling(nothingBilled, [...fee, ...first, ...second]);

  test("at the very start there is no usage to cut", () => {
    expect(fee.map(show)).toEqual(["main/fee/v[0]/period[0] 2025-01-01/2025-02-01 2025-01-01 final"]);
  });

  test("each part has the key of its start, and the last one is due with the month", () => {
    expect([...first, ...second, ...due(subscription, at("2025-02-01"), billed)].map(show)).toEqual([
      "main/tokens/v[0]/period[0] 2025-01-01/2025-01-10 2025-01-10 open",
      "main/tokens/v[0]/period[0]/from[2025-01-10T00:00:00Z] 2025-01-10/2025-01-20 2025-01-20 open",
      "main/fee/v[0]/period[1] 2025-02-01/2025-03-01 2025-02-01 final",
      "main/tokens/v[0]/period[0]/from[2025-01-20T00:00:00Z] 2025-01-20/2025-02-01 2025-02-01 final",
    ]);
  });

  test("cut again at the same instant there is nothing more", () => {
    expect(cut(subscription, at("2025-01-20"), billed)).toEqual([]);
  });

  test("canceled at the second cut: an empty last part, once", () => {
    const ended = endedAt(subscription, at("2025-01-20"));
    const last = due(ended, at("2030-01-01"), billed);
    expect(last.map(show)).toEqual([
      "main/tokens/v[0]/period[0]/from[2025-01-20T00:00:00Z] 2025-01-20/2025-01-20 2025-01-20 final",
    ]);
    expect(last.map(({ wholePeriod }) => dates(wholePeriod))).toEqual(["2025-01-01/2025-01-20"]);
    expect(due(ended, at("2030-01-01"), afterBilling(billed, last))).toEqual([]);
  });
});

describe("laws", () => {
  const anyMoments = fc.array(fc.integer({ min: 0, max: 200 * 86_400 }), { maxLength: 6 });

  /** Cut at each moment, in order, and ended at the last one when `isCanceled`; then everything until a later day. */
  const cutAt = (open: Subscription, seconds: readonly number[], isCanceled: boolean) => {
    const start = open.activeFrom;
    const moments = seconds.toSorted((a, b) => a - b).map((after) => instant(start + after * 1_000));
    let billed = nothingBilled;
    const parts: ServicePeriod[] = [];
    const bill = (some: readonly ServicePeriod[]): void => {
      billed = afterBilling(billed, some);
      parts.push(...some);
    };
    for (const moment of moments) bill(cut(open, moment, billed));
    const last = moments.at(-1);
    const subscription = isCanceled && last !== undefined ? endedAt(open, last) : open;
    const until = after(subscription, 570); // whatever was begun by a cut is due by then, a year later at most
    bill(due(subscription, until, billed));
    return { parts, uncut: due(subscription, until) };
  };

  test("the parts of a service period tile it, and one alone is final: the last", () => {
    fc.assert(
      fc.property(anySubscription, anyMoments, fc.boolean(), (open, seconds, isCanceled) => {
        const { parts, uncut } = cutAt(open, seconds, isCanceled);
        const byWhole = Map.groupBy(parts.filter(isUsage), ({ wholeKey }) => wholeKey);
        const wholes = uncut.filter(isUsage);
        expect([...byWhole.keys()].toSorted()).toEqual(wholes.map(({ key }) => key).toSorted());
        for (const { key, servicePeriod } of wholes) {
          const own = byWhole.get(key) ?? [];
          expect(own.map(({ servicePeriod: { end } }) => end)).toEqual([
            ...own.slice(1).map(({ servicePeriod: { start } }) => start),
            servicePeriod.end,
          ]);
          expect(own[0]?.servicePeriod.start).toBe(servicePeriod.start);
          expect(own.map(({ isFinal }) => isFinal)).toEqual(own.map((_, index) => index === own.length - 1));
          expect(own.at(-1)?.wholePeriod).toEqual(servicePeriod);
          for (const part of own.slice(0, -1)) expect(part.servicePeriod.start).toBeLessThan(part.servicePeriod.end);
        }
      }),
      seeded,
    );
  });

  test("keys are there once, and fixed amounts are billed as without cuts", () => {
    fc.assert(
      fc.property(anySubscription, anyMoments, (open, seconds) => {
        const { parts, uncut } = cutAt(open, seconds, false);
        expect(new Set(parts.map(({ key }) => key)).size).toBe(parts.length);
        const fixed = (some: readonly ServicePeriod[]) =>
          some.filter((period) => !isUsage(period)).toSorted((a, b) => (a.key < b.key ? -1 : 1));
        expect(fixed(parts)).toEqual(fixed(uncut));
      }),
      seeded,
    );
  });

  test("canceled exactly at a cut, usage that was billed to there gets an empty last part", () => {
    let empty = 0;
    fc.assert(
      fc.property(anySubscription, fc.integer({ min: 1, max: 200 * 86_400 }), (open, seconds) => {
        const { parts } = cutAt(open, [seconds], true);
        const byWhole = Map.groupBy(parts.filter(isUsage), ({ wholeKey }) => wholeKey);
        for (const [first, last, ...more] of byWhole.values()) {
          if (last === undefined) continue;
          expect([first?.isFinal, last.isFinal, more]).toEqual([false, true, []]);
          expect(last.servicePeriod).toEqual({ start: first?.servicePeriod.end, end: first?.servicePeriod.end });
          empty += 1;
        }
      }),
      seeded,
    );
    expect(empty).toBeGreaterThan(50);
  });
});
