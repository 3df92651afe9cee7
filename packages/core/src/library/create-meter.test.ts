import { builtInModels, verify } from "@meter/pricing";
import { dec, instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { createMemoryMeters } from "../memory/meter-store.ts";
import { createMemoryUsage, MemoryFull } from "../memory/usage.ts";
import type { EventInput } from "./add.ts";
import { createMeter } from "./create-meter.ts";
import { MeterError } from "./failure.ts";
import type { MeterParts } from "./parts.ts";

const tokens = {
  key: "tokens",
  eventType: "call",
  aggregation: "sum",
  valueProperty: "$.tokens",
  groupBy: { model: "$.model" },
} as const;

const call = (id: string, data: EventInput["data"], time = "2026-11-01T10:00:00Z"): EventInput => ({
  id,
  source: "test",
  type: "call",
  subject: "acme",
  time,
  data: data ?? null,
});

/** What the library is called with when no compiler has checked it. */
const unchecked = <T>(value: unknown): T => value as T;

describe("add: what the server's parser accepts, once", () => {
  test("exact to the last digit, from numbers, texts, bigints and JSON", async () => {
    const meter = createMeter();
    await meter.define(tokens);
    await meter.add([
      call("a", { tokens: 0.1 }),
      call("b", { tokens: "0.2" }),
      call("c", { tokens: 9007199254740993n }),
    ]);
    const json = `{"specversion":"1.0","id":"d","source":"test","type":"call","subject":"acme","data":{"tokens":0.12345678901234567890123456789}}`;
    expect(await meter.add(json)).toEqual({ added: 1, duplicates: 0, uncounted: [] });
    expect(await meter.quantity("tokens")).toBe("9007199254740993.42345678901234567890123456789");
  });

  test("duplicates within a call and between calls, by source and id", async () => {
    const meter = createMeter();
    await meter.define({ key: "calls", eventType: "call", aggregation: "count" });
    const first = await meter.add([call("a", null), call("a", { other: 1 }), { ...call("a", null), source: "other" }]);
    expect(first).toEqual({ added: 2, duplicates: 1, uncounted: [] });
    expect(await meter.add(call("a", null))).toEqual({ added: 0, duplicates: 1, uncounted: [] });
    expect(await meter.quantity("calls")).toBe("2");
  });

  test("a meter sees events that were there before it; one without a time happened now", async () => {
    const meter = createMeter({ clock: { now: () => instant(1_000) } });
    const { time: _, ...timeless } = call("a", { tokens: 3 });
    await meter.add(timeless);
    await meter.define(tokens);
    expect(await meter.quantity("tokens", { from: new Date(1_000), to: new Date(1_001) })).toBe("3");
  });

  test("says what counts nowhere, and why", async () => {
    const meter = createMeter();
    await meter.define(tokens);
    const { uncounted } = await meter.add([call("a", { token: 1 }), { ...call("b", null), type: "cal" }]);
    expect(uncounted).toEqual([
      `event a of test: invalid event: missing value property: "$.tokens"`,
      "event b of test: no meter found for event type: cal",
    ]);
    for (const key of ["b", "c", "d", "e", "f", "g"]) await meter.define({ ...tokens, key });
    expect((await meter.add(call("c", {}))).uncounted).toEqual([
      `event c of test: invalid event: missing value property: "$.tokens" (in 7 meters: tokens, b, c, d, e and 2 more)`,
    ]);
    const many = Array.from({ length: 101 }, (_, index) => call(`many-${index}`, {}));
    expect((await meter.add(many)).uncounted).toHaveLength(100);
  });

  test("all or nothing", async () => {
    const meter = createMeter();
    await meter.define(tokens);
    await expect(meter.add([call("a", { tokens: 1 }), call("", { tokens: 1 })])).rejects.toThrow(MeterError);
    expect(await meter.quantity("tokens")).toBe("0");
  });

  test("memory has a bound; duplicates take no room", async () => {
    const meter = createMeter({ eventsMax: 2 });
    await meter.define(tokens);
    await meter.add([call("a", { tokens: 1 }), call("b", { tokens: 1 })]);
    await expect(meter.add([call("b", null), call("c", { tokens: 1 })])).rejects.toThrow(MemoryFull);
    expect(await meter.add(call("a", null))).toMatchObject({ added: 0, duplicates: 1 });
    expect(await meter.quantity("tokens")).toBe("2");
  });
});

describe("query", () => {
  test("by subject, dimension, group and window in a time zone; the end is outside", async () => {
    const meter = createMeter();
    await meter.define(tokens);
    await meter.add([
      call("a", { tokens: 1, model: "small" }, "2026-11-01T18:29:59.999Z"),
      call("b", { tokens: 2, model: "large" }, "2026-11-01T18:30:00Z"),
      { ...call("c", { tokens: 4, model: "large" }, "2026-11-02T00:00:00Z"), subject: "globex" },
    ]);
    expect(await meter.quantity("tokens", { to: "2026-11-02T00:00:00Z" })).toBe("3");
    expect(await meter.quantity("tokens", { subject: ["acme", "globex"], where: { model: "large" } })).toBe("6");
    expect(await meter.quantity("tokens", { where: { model: ["small", "none"] } })).toBe("1");
    expect(await meter.quantity("tokens", { subject: [] })).toBe("0");
    const days = await meter.query("tokens", { groupBy: ["subject"], window: "day", timeZone: "asia/kolkata" });
    const [first, second] = ["2026-11-01T00:00:00+05:30", "2026-11-02T00:00:00+05:30"];
    expect(days).toEqual([
      { from: first, to: second, group: { subject: "acme" }, value: "1" },
      { from: second, to: "2026-11-03T00:00:00+05:30", group: { subject: "acme" }, value: "2" },
      { from: second, to: "2026-11-03T00:00:00+05:30", group: { subject: "globex" }, value: "4" },
    ]);
  });

  test.each([
    { aggregation: "sum", answer: "0", why: "nothing used is nothing" },
    { aggregation: "unique_count", answer: "0", why: "nobody came" },
    { aggregation: "avg", answer: null, why: "the average of nothing is not zero" },
    { aggregation: "min", answer: null, why: "the smallest of nothing is not zero" },
    { aggregation: "max", answer: null, why: "the largest of nothing is not zero" },
    { aggregation: "latest", answer: null, why: "nothing was ever said" },
  ] as const)("$aggregation of no events: $answer ($why)", async ({ aggregation, answer }) => {
    const meter = createMeter();
    await meter.define({ ...tokens, aggregation });
    const quantity = await meter.attempt.quantity("tokens");
    if (answer !== null) expect(quantity).toEqual({ ok: true, value: answer });
    else expect(quantity).toEqual({ ok: false, error: { type: "no_usage", meter: "tokens", aggregation } });
  });
});

describe("rate", () => {
  test("rounded once, with the currency's digits; explained, and verified", () => {
    const { amount, exact, sentences, details, explanation } = createMeter().rate({
      quantity: "1",
      currency: "USD",
      price: { type: "unit", amount: "0.005" },
    });
    expect({ amount, exact }).toEqual({ amount: "0.01", exact: "0.005" });
    expect(details.map(({ total }) => total)).toEqual(["0.01"]);
    expect(sentences).toEqual([
      "1 units were metered",
      "every unit: 1 × 0.005 = 0.005",
      "0.005 is 0.01 USD, rounded half away from zero",
    ]);
    expect(verify(explanation).ok).toBe(true);
    expect(verify({ ...explanation, amount: "0" }).ok).toBe(false);
  });

  test("a rate card: conversion, free units, tiers, discount, at most, at least", () => {
    const { amount, exact, sentences } = createMeter().rate({
      quantity: 7_000n,
      currency: "EUR",
      rateCard: {
        price: { type: "graduated", tiers: [{ upTo: "2", flatAmount: "1", unitAmount: "3" }, { unitAmount: "2" }] },
        unitConfig: { operation: "divide", conversionFactor: "3000", rounding: "none", precision: 0 },
        discounts: { percentage: { percentage: "50" }, usage: { quantity: "0.25" } },
        commitments: { minimumAmount: "4", maximumAmount: "100" },
      },
    });
    expect({ amount, exact }).toEqual({ amount: "4.00", exact: "4" });
    expect(sentences).toEqual([
      "7000 units were metered",
      "unit conversion: 7000 are 7/3",
      "0.25 free: 7/3 − 0.25 = 25/12",
      "units above 0 up to 2: 2 × 3 = 6",
      "once: 1 × 1 = 1",
      "units above 2: 1/12 × 2 = 1/6",
      "less 50 %: 43/6 becomes 43/12",
      "not above the most, 100",
      "at least 4: 43/12 + 5/12 = 4",
      "4 is 4 EUR, rounded half away from zero",
    ]);
  });

  test("parts of a period sum to the whole", () => {
    const { rate } = createMeter();
    const price = { type: "unit", amount: "0.005" } as const;
    const first = rate({ quantity: "1", currency: "USD", price, final: false });
    const second = rate({ quantity: dec("2"), currency: "USD", price, earlier: [first.part] });
    expect([first.amount, second.amount]).toEqual(["0.01", "0.00"]);
    expect(second.sentences.slice(-3)).toEqual([
      "earlier parts came to 0.01 (exactly 0.005)",
      "0.01 is 0.01 USD, rounded half away from zero",
      "less the earlier parts: 0 USD",
    ]);
  });

  test("a fixed price needs no quantity; yen have no fraction; no price is free", () => {
    const { rate } = createMeter();
    expect(rate({ currency: "JPY", price: { type: "flat", amount: "99.5" } }).amount).toBe("100");
    expect(rate({ quantity: "5", currency: "USD", rateCard: { price: null } })).toMatchObject({
      amount: "0.00",
      sentences: ["no price: free of charge"],
    });
  });
});

describe("what is wrong is named, all of it", () => {
  const meter = createMeter();
  const cases: readonly Readonly<{ why: string; wrong: () => unknown; message: string }>[] = [
    {
      why: "a meter of another dialect",
      wrong: () => meter.define(unchecked({ slug: "a", eventType: "b", aggregation: "SUM", groupBy: { c: 1 } })),
      message:
        "define: slug is not a field here; key is required; aggregation must be one of sum, count, unique_count, avg, min, max, latest; groupBy.c: must be a text",
    },
    {
      why: "no meter at all",
      wrong: () => meter.define(unchecked(null)),
      message: "define: must be an object; key is",
    },
    {
      why: "an event",
      wrong: () => meter.add(unchecked({ ...call("", null), time: "yesterday" })),
      message:
        "add: events.0.id: must not be empty; events.0.time: must be an RFC 3339 date-time with an offset, such as 2026-01-01T00:00:00Z",
    },
    { why: "no event", wrong: () => meter.add(unchecked([undefined])), message: "add: events.0: must be an object" },
    {
      why: "what JSON would turn into null",
      wrong: () => meter.add([call("a", { b: { c: Number.NaN } }), { ...call("b", null), time: new Date(Number.NaN) }]),
      message: "add: events.0: c is NaN, which JSON cannot hold; events.1: time is a date that is none",
    },
    { why: "no JSON", wrong: () => meter.add("[{]"), message: "add: the events are no JSON at character 2" },
    {
      why: "a question",
      wrong: () => meter.query("a", unchecked({ from: "2026-11-01", groupby: "subject", window: "week", subject: 1 })),
      message:
        "query: groupby is not a field here; from: must be an RFC 3339 date-time with an offset, such as 2026-01-01T00:00:00Z; window must be one of minute, hour, day, month; subject: must be a text or a list of texts",
    },
    {
      why: "a missing meter",
      wrong: () => meter.quantity("a"),
      message: "quantity: there is no meter a: define it first",
    },
    {
      why: "a price",
      wrong: () => meter.rate(unchecked({ quantity: 3, currency: "XXX", price: { type: "unit", amount: 3 } })),
      message:
        'rate: currency: XXX is no currency of ISO 4217 in use; price.amount: amount must be a decimal as text; quantity must be a decimal as text ("1200.3"), not a number, which loses digits',
    },
    {
      why: "usage is never taken to be zero",
      wrong: () => meter.rate({ currency: "USD", price: { type: "unit", amount: "3" } }),
      message: "rate: quantity is required: the price depends on usage",
    },
    {
      why: "a rate card",
      wrong: () =>
        meter.rate({
          currency: "USD",
          rateCard: { price: { type: "flat", amount: "1" }, discounts: { percentage: { percentage: "101" } } },
        }),
      message: "rate: rateCard.discounts.percentage: a percentage discount must be from 0 to 100",
    },
    {
      why: "nothing to rate",
      wrong: () => meter.rate(unchecked({ currency: "USD" })),
      message: "rate: price: either a price or a rateCard is required",
    },
  ];
  test.each(cases)("$why", async ({ wrong, message }) => {
    const thrown = await Promise.resolve()
      .then(wrong)
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(MeterError);
    expect(String(thrown)).toContain(`MeterError: ${message}`);
  });

  test("fields of a question are called as the question calls them", async () => {
    await meter.define(tokens);
    const asked = await meter.attempt.query("tokens", { timeZone: "Mars", groupBy: "size", where: { size: "1" } });
    expect(asked).toMatchObject({
      ok: false,
      error: { faults: [{ field: "timeZone" }, { field: "groupBy" }, { field: "where" }] },
    });
  });
});

describe("parts of one's own", () => {
  test("two meters over the same parts share what they know, by namespace", async () => {
    const clock = { now: () => instant(0) };
    const memory = createMemoryUsage(clock);
    const parts: MeterParts = { log: memory.log, usage: memory, store: { meters: createMemoryMeters() }, clock };
    const [one, same, other] = [createMeter(parts), createMeter(parts), createMeter({ ...parts, namespace: "other" })];
    await one.define(tokens);
    await one.add(call("a", { tokens: 1 }));
    expect(await same.quantity("tokens")).toBe("1");
    expect(await other.attempt.quantity("tokens")).toMatchObject({ ok: false, error: { type: "meter_not_found" } });
    expect(await same.attempt.define(tokens)).toMatchObject({ ok: false, error: { type: "conflict" } });
  });

  test("usage that does not answer is a failure, not zero", async () => {
    const clock = { now: () => instant(0) };
    const memory = createMemoryUsage(clock);
    const freshness = { ...memory.freshness, reach: async () => false };
    const meter = createMeter({ log: memory.log, usage: { reader: memory.reader, freshness }, clock });
    await meter.define(tokens);
    await expect(meter.quantity("tokens")).rejects.toThrow("usage has not caught up");
  });

  test("a log without its usage is refused", () => {
    const { log } = createMemoryUsage({ now: () => instant(0) });
    expect(() => createMeter(unchecked({ log }))).toThrow("log and usage belong together");
  });

  test("a price model that was left out is unknown", () => {
    const { flat } = builtInModels;
    const { rate } = createMeter({ models: { flat } });
    expect(() => rate({ quantity: "1", currency: "USD", price: unchecked({ type: "unit", amount: "1" }) })).toThrow(
      "price.type: the price type must be one of flat",
    );
  });
});
