import { describe, expect, test } from "vitest";

import { at, date, dates, duration, inAdvance, phase, plan, rateCard, subscribe } from "./subscription.test-support.ts";
import type { Subscription } from "./subscription.ts";
import { billingPeriodAt, itemSpans, phaseAt, phaseSpans } from "./timeline.ts";

const fee = rateCard("fee", inAdvance, "P1M");
const threePhases = plan([phase("trial", "P1M", [fee]), phase("intro", "P2M", [fee]), phase("full", null, [fee])]);

const create = (start: string, change: Partial<Subscription> = {}): Subscription => ({
  ...subscribe({ now: at(start) }, { plan: threePhases }),
  ...change,
});

const showPhases = (subscription: Subscription): readonly string[] =>
  phaseSpans(subscription).map(
    ({ phase: { key }, span }) => `${key} ${date(span.start)}/${span.end === null ? "" : date(span.end)}`,
  );

describe("phaseSpans", () => {
  test("each phase ends where the next begins, the last is open", () => {
    expect(showPhases(create("2021-01-01"))).toEqual([
      "trial 2021-01-01/2021-02-01",
      "intro 2021-02-01/2021-04-01",
      "full 2021-04-01/",
    ]);
  });

  test("starts are counted from the subscription's start: a short month does not move later phases", () => {
    expect(showPhases(create("2024-01-31"))).toEqual([
      "trial 2024-01-31/2024-02-29",
      "intro 2024-02-29/2024-04-30",
      "full 2024-04-30/",
    ]);
  });

  test.each([
    {
      end: "2021-01-01",
      expected: ["trial 2021-01-01/2021-01-01", "intro 2021-02-01/2021-02-01"],
      why: "no time at all",
    },
    {
      end: "2021-01-10",
      expected: ["trial 2021-01-01/2021-01-10", "intro 2021-02-01/2021-02-01"],
      why: "in the first",
    },
    {
      end: "2021-02-01",
      expected: ["trial 2021-01-01/2021-02-01", "intro 2021-02-01/2021-02-01"],
      why: "at a boundary",
    },
    {
      end: "2021-03-01",
      expected: ["trial 2021-01-01/2021-02-01", "intro 2021-02-01/2021-03-01"],
      why: "in the second",
    },
  ])("an end $end cuts, and empties what begins later ($why)", ({ end, expected }) => {
    const spans = showPhases(create("2021-01-01", { activeTo: at(end) }));
    expect(spans).toEqual([...expected, "full 2021-04-01/2021-04-01"]);
  });

  test("phases before the one to start with are empty", () => {
    const now = at("2021-01-01");
    const subscription = subscribe({ now }, { plan: threePhases, startingPhase: "intro" });
    expect(showPhases(subscription)).toEqual([
      "trial 2021-01-01/2021-01-01",
      "intro 2021-01-01/2021-03-01",
      "full 2021-03-01/",
    ]);
    expect(phaseAt(subscription, now)?.phase.key).toBe("intro");
  });
});

test.each([
  { moment: "2020-12-31T23:59:59Z", expected: undefined },
  { moment: "2021-01-01", expected: "trial" },
  { moment: "2021-02-01", expected: "intro" },
  { moment: "2021-05-01", expected: undefined },
])("phaseAt $moment is $expected: the start belongs to a phase, the end does not", ({ moment, expected }) => {
  const subscription = create("2021-01-01", { activeTo: at("2021-05-01") });
  expect(phaseAt(subscription, at(moment))?.phase.key).toBe(expected);
});

describe("itemSpans", () => {
  const withOverrides = (from: string | null, to: string | null, activeTo: string | null): string => {
    const subscription = create("2021-01-01", { activeTo: activeTo === null ? null : at(activeTo) });
    const phases = subscription.phases.map((one) => ({
      ...one,
      items: one.items.map((item) => ({
        ...item,
        activeFromOverride: from === null ? null : duration(from),
        activeToOverride: to === null ? null : duration(to),
      })),
    }));
    const [, second] = itemSpans({ ...subscription, phases });
    return second === undefined
      ? ""
      : `${date(second.span.start)}/${second.span.end === null ? "" : date(second.span.end)}`;
  };

  test.each([
    { from: null, to: null, activeTo: null, expected: "2021-02-01/2021-04-01", why: "with the phase" },
    { from: "P2D", to: null, activeTo: null, expected: "2021-02-03/2021-04-01", why: "begins later" },
    { from: null, to: "P1M", activeTo: null, expected: "2021-02-01/2021-03-01", why: "ends earlier" },
    { from: null, to: "P9M", activeTo: null, expected: "2021-02-01/2021-04-01", why: "never outlives its phase" },
    {
      from: "P1M",
      to: null,
      activeTo: "2021-02-10",
      expected: "2021-02-10/2021-02-10",
      why: "empty at the end of its phase",
    },
    {
      from: "P1M",
      to: null,
      activeTo: "2021-01-10",
      expected: "2021-02-01/2021-02-01",
      why: "empty in an empty phase",
    },
  ])("$why", ({ from, to, activeTo, expected }) => {
    expect(withOverrides(from, to, activeTo)).toBe(expected);
  });
});

describe("billingPeriodAt", () => {
  const anchored = create("2021-01-10", { billingAnchor: at("2020-12-31") });

  test.each([
    { moment: "2021-01-09", expected: null, why: "before the start" },
    { moment: "2021-01-10", expected: "2021-01-10/2021-01-31", why: "cut at the start" },
    { moment: "2021-01-31", expected: "2021-01-31/2021-02-10", why: "cut at the end of the phase" },
    { moment: "2021-02-10", expected: "2021-02-10/2021-02-28", why: "the next phase begins amid a period" },
    { moment: "2021-02-28", expected: "2021-02-28/2021-03-31", why: "counted from the 31st, not from the 28th" },
  ])("$moment: $why", ({ moment, expected }) => {
    const period = billingPeriodAt(anchored, at(moment));
    expect(period === null ? null : dates(period)).toBe(expected);
  });
});
