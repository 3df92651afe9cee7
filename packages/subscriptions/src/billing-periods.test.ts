import { formatInstant, instant, parseDuration, parseInstant, utc } from "@meter/primitives";
import type { Instant, IsoDuration, Period, Recurrence } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { billablePeriods } from "./billing-periods.ts";
import type { BillableItem, BillablePeriod, ItemBilling } from "./billing-periods.ts";

const seeded = { seed: 20_260_101, numRuns: 300 };

const at = (text: string): Instant => {
  const parsed = parseInstant(text.includes("T") ? text : `${text}T00:00:00Z`);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

const duration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

const every = (interval: string, anchor: string): Recurrence => ({
  interval: duration(interval),
  anchor: at(anchor),
  timeZone: utc,
});

const inAdvance: ItemBilling = { price: "flat", paymentTerm: "in_advance" };
const inArrears: ItemBilling = { price: "flat", paymentTerm: "in_arrears" };
const metered: ItemBilling = { price: "metered" };

const open = { start: at("2025-01-01"), end: null };
const monthly = { billing: every("P1M", "2025-01-01"), phase: open, active: open, cadence: duration("P1M") };

const date = (moment: Instant): string => formatInstant(moment).replace("T00:00:00Z", "");
const dates = ({ start, end }: Period): string => `${date(start)}/${date(end)}`;

/** index service full billing invoiceAt */
const show = ({ index, servicePeriod, fullServicePeriod, billingPeriod, invoiceAt }: BillablePeriod): string =>
  [index ?? "once", dates(servicePeriod), dates(fullServicePeriod), dates(billingPeriod), date(invoiceAt)].join(" ");

const list = (item: BillableItem, until: string): readonly string[] =>
  [...billablePeriods(item, { until: at(until) })].map(show);

describe("when a service can be billed", () => {
  test("in advance at the start of the billing period, which is due at once", () => {
    expect(list({ ...monthly, ...inAdvance }, "2025-02-01")).toEqual([
      "0 2025-01-01/2025-02-01 2025-01-01/2025-02-01 2025-01-01/2025-02-01 2025-01-01",
      "1 2025-02-01/2025-03-01 2025-02-01/2025-03-01 2025-02-01/2025-03-01 2025-02-01",
    ]);
  });

  test.each([
    { name: "flat in arrears", billing: inArrears },
    { name: "metered", billing: metered },
  ])("$name at the end", ({ billing }) => {
    expect(list({ ...monthly, ...billing }, "2025-01-31")).toEqual([]);
    expect(list({ ...monthly, ...billing }, "2025-02-01")).toEqual([
      "0 2025-01-01/2025-02-01 2025-01-01/2025-02-01 2025-01-01/2025-02-01 2025-02-01",
    ]);
  });

  test("a service longer than the billing period waits for its own end", () => {
    expect(list({ ...monthly, ...metered, cadence: duration("P3M") }, "2025-04-01")).toEqual([
      "0 2025-01-01/2025-04-01 2025-01-01/2025-04-01 2025-01-01/2025-02-01 2025-04-01",
    ]);
  });

  test("shorter ones wait for the end of the billing period, together", () => {
    const daily = [
      ...billablePeriods({ ...monthly, ...metered, cadence: duration("P1D") }, { until: at("2025-02-01") }),
    ];
    expect(daily).toHaveLength(31);
    expect(new Set(daily.map(({ invoiceAt }) => date(invoiceAt)))).toEqual(new Set(["2025-02-01"]));
  });
});

describe("what cuts a service", () => {
  const lateStart = { start: at("2025-01-11"), end: null };

  test("a start after the anchor cuts service and billing period, never the full one", () => {
    expect(list({ ...monthly, ...metered, phase: lateStart, active: lateStart }, "2025-02-01")).toEqual([
      "0 2025-01-11/2025-02-01 2025-01-01/2025-02-01 2025-01-11/2025-02-01 2025-02-01",
    ]);
  });

  test("a version cuts only the service", () => {
    expect(list({ ...monthly, ...inAdvance, active: lateStart }, "2025-01-31")).toEqual([
      "0 2025-01-11/2025-02-01 2025-01-01/2025-02-01 2025-01-01/2025-02-01 2025-01-01",
    ]);
  });

  test("the end of the phase makes it due", () => {
    const phase = { start: at("2025-01-01"), end: at("2025-01-21") };
    expect(list({ ...monthly, ...metered, phase }, "2026-01-01")).toEqual([
      "0 2025-01-01/2025-01-21 2025-01-01/2025-02-01 2025-01-01/2025-01-21 2025-01-21",
    ]);
  });

  test("an item that begins with the end of its phase or later has no period", () => {
    const phase = { start: at("2025-01-01"), end: at("2025-01-21") };
    for (const start of ["2025-01-21", "2025-03-01"]) {
      expect(list({ ...monthly, ...inAdvance, phase, active: { start: at(start), end: null } }, "2026-01-01")).toEqual(
        [],
      );
    }
  });

  test("31 January is counted from the anchor", () => {
    const billing = every("P1M", "2025-01-31");
    const phase = { start: at("2025-01-31"), end: null };
    expect(list({ ...monthly, ...metered, billing, phase }, "2025-04-30").map((line) => line.split(" ")[1])).toEqual([
      "2025-01-31/2025-02-28",
      "2025-02-28/2025-03-31",
      "2025-03-31/2025-04-30",
    ]);
  });
});

describe("what is billed once", () => {
  const once = { ...monthly, cadence: null };

  test("lasts until the end of its phase", () => {
    const phase = { start: at("2025-01-01"), end: at("2025-01-21") };
    expect(list({ ...once, ...inAdvance, phase }, "2025-01-01")).toEqual([
      "once 2025-01-01/2025-01-21 2025-01-01/2025-01-21 2025-01-01/2025-01-21 2025-01-01",
    ]);
    expect(list({ ...once, ...inArrears, phase }, "2025-01-21")).toEqual([
      "once 2025-01-01/2025-01-21 2025-01-01/2025-01-21 2025-01-01/2025-01-21 2025-01-21",
    ]);
  });

  test("without an end it is an instant in advance, and not yet due in arrears", () => {
    expect(list({ ...once, ...inAdvance }, "2025-01-01")).toEqual([
      "once 2025-01-01/2025-01-01 2025-01-01/2025-01-01 2025-01-01/2025-02-01 2025-01-01",
    ]);
    expect(list({ ...once, ...inArrears }, "2099-01-01")).toEqual([]);
  });

  test("comes once", () => {
    const billed = billablePeriods({ ...once, ...inAdvance }, { until: at("2099-01-01"), fromIndex: 1 });
    expect([...billed]).toEqual([]);
  });
});

test("milliseconds count: what begins amid a second is due amid a second", () => {
  const anchor = at("2025-01-01T00:00:00.9Z");
  const phase = { start: anchor, end: null };
  const item = { ...monthly, billing: { ...monthly.billing, anchor }, phase, active: phase, ...metered };
  expect(list(item, "2025-02-01T00:00:00.899Z")).toEqual([]);
  expect([...billablePeriods(item, { until: at("2025-02-01T00:00:00.9Z") })]).toMatchObject([
    { index: 0, servicePeriod: { start: anchor, end: at("2025-02-01T00:00:00.9Z") } },
  ]);
});

describe("laws", () => {
  const items: fc.Arbitrary<BillableItem> = fc
    .record({
      anchorMs: fc.integer({ min: 0, max: Date.UTC(2030, 0, 1) }),
      start: fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2025, 0, 1) }),
      phaseMs: fc.option(fc.integer({ min: 1, max: 400 * 86_400_000 })),
      activeFromMs: fc.integer({ min: 0, max: 100 * 86_400_000 }),
      activeMs: fc.option(fc.integer({ min: 1, max: 400 * 86_400_000 })),
      billingCadence: fc.constantFrom("P1M", "P1W", "P4W", "P3M", "P1Y"),
      cadence: fc.constantFrom("P1M", "P1D", "P1W", "P3M", "P1Y", "P10D"),
      price: fc.constantFrom(inAdvance, inArrears, metered),
    })
    .map(({ anchorMs, start, phaseMs, activeFromMs, activeMs, billingCadence, cadence, price }) => ({
      billing: { interval: duration(billingCadence), anchor: wholeSecond(anchorMs), timeZone: utc },
      phase: { start: wholeSecond(start), end: phaseMs === null ? null : wholeSecond(start + phaseMs) },
      active: {
        start: wholeSecond(start + activeFromMs),
        end: activeMs === null ? null : wholeSecond(start + activeFromMs + activeMs),
      },
      cadence: duration(cadence),
      ...price,
    }));
  const wholeSecond = (ms: number): Instant => instant(Math.floor(ms / 1_000) * 1_000);
  const until = at("2026-06-01");

  test("service periods follow one another without a gap, from the item's start, inside the full period", () => {
    fc.assert(
      fc.property(items, (item) => {
        const found = [...billablePeriods(item, { until })];
        for (const [index, { servicePeriod, fullServicePeriod, billingPeriod }] of found.entries()) {
          const previous = found[index - 1]?.servicePeriod.end;
          expect(servicePeriod.start).toBe(previous ?? Math.max(item.active.start, item.phase.start));
          expect(servicePeriod.start).toBeLessThan(servicePeriod.end);
          expect(fullServicePeriod.start).toBeLessThanOrEqual(servicePeriod.start);
          expect(fullServicePeriod.end).toBeGreaterThanOrEqual(servicePeriod.end);
          expect(billingPeriod.start).toBeLessThanOrEqual(servicePeriod.start);
          expect(billingPeriod.end).toBeGreaterThan(servicePeriod.start);
        }
      }),
      seeded,
    );
  });

  test("an ended item is billed to its end", () => {
    fc.assert(
      fc.property(items, (item) => {
        const ends = [item.active.end, item.phase.end].filter((end) => end !== null);
        if (ends.length === 0) return;
        const end = Math.min(...ends);
        const last = [...billablePeriods(item, { until: at("2040-01-01") })].at(-1);
        if (end > Math.max(item.active.start, item.phase.start)) expect(last?.servicePeriod.end).toBe(end);
        else expect(last).toBeUndefined();
      }),
      seeded,
    );
  });

  test("going on at an index gives what a run from the start gives from there", () => {
    fc.assert(
      fc.property(items, fc.nat({ max: 40 }), (item, fromIndex) => {
        const all = [...billablePeriods(item, { until })];
        expect([...billablePeriods(item, { until, fromIndex })]).toEqual(
          all.filter(({ index }) => (index ?? 0) >= fromIndex),
        );
      }),
      seeded,
    );
  });

  test("asking later only adds", () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 0, max: 500 }), (item, days) => {
        const later = [...billablePeriods(item, { until })];
        const earlier = [...billablePeriods(item, { until: instant(until - days * 86_400_000) })];
        expect(earlier).toEqual(later.slice(0, earlier.length));
        for (const { invoiceAt } of earlier) expect(invoiceAt).toBeLessThanOrEqual(until - days * 86_400_000);
      }),
      seeded,
    );
  });
});
