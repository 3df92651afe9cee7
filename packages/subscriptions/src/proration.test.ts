import { dec, formatDecimal, formatRatio, instant, parseInstant, zero } from "@meter/primitives";
import type { Instant, Period } from "@meter/primitives";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { makesFlatLine, prorate, prorationRatio } from "./proration.ts";
import type { ProrationInput } from "./proration.ts";

const seeded = { seed: 20_260_101, numRuns: 1_000 };

const at = (text: string): Instant => {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

const period = (start: string, end: string): Period => ({ start: at(start), end: at(end) });

const january = period("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z");
const usd = { code: "USD", minorUnits: 2 };

const input: ProrationInput = {
  enabled: true,
  servicePeriod: january,
  fullServicePeriod: january,
  subscriptionEnd: null,
  atSubscriptionEnd: "bill_actual_period",
};

describe("the share of the full service period that is served", () => {
  const cases: readonly Readonly<{ why: string; change: Partial<ProrationInput>; ratio: string }>[] = [
    { why: "all of it", change: {}, ratio: "1" },
    {
      why: "one day of 31",
      change: { servicePeriod: period("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z") },
      ratio: "1/31",
    },
    {
      why: "all but its first second",
      change: { servicePeriod: period("2024-01-01T00:00:01Z", "2024-02-01T00:00:00Z") },
      ratio: "2678399/2678400",
    },
    {
      why: "all but its first millisecond",
      change: { servicePeriod: period("2024-01-01T00:00:00.001Z", "2024-02-01T00:00:00Z") },
      ratio: "2678399999/2678400000",
    },
    {
      why: "an empty service is charged whole",
      change: { servicePeriod: period("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z") },
      ratio: "1",
    },
    {
      why: "an empty full period",
      change: {
        servicePeriod: period("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
        fullServicePeriod: period("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"),
      },
      ratio: "1",
    },
    {
      why: "never more than all",
      change: { servicePeriod: period("2024-01-01T00:00:00Z", "2024-03-01T00:00:00Z") },
      ratio: "1",
    },
    {
      why: "proration is off",
      change: { enabled: false, servicePeriod: period("2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z") },
      ratio: "1",
    },
  ];

  test.each(cases)("$why: $ratio", ({ change, ratio }) => {
    expect(formatRatio(prorationRatio({ ...input, ...change }))).toBe(ratio);
  });
});

describe("bill_full_period charges a service that ends with the subscription whole", () => {
  const servicePeriod = period("2024-01-11T00:00:00Z", "2024-01-21T00:00:00Z");
  const cases: readonly Readonly<{ why: string; change: Partial<ProrationInput>; ratio: string }>[] = [
    { why: "it ends there, though it began late", change: { subscriptionEnd: servicePeriod.end }, ratio: "1" },
    {
      why: "the subscription goes on a millisecond longer",
      change: { subscriptionEnd: at("2024-01-21T00:00:00.001Z") },
      ratio: "10/31",
    },
    { why: "no end is known", change: { subscriptionEnd: null }, ratio: "10/31" },
    {
      why: "bill_actual_period does not",
      change: { subscriptionEnd: servicePeriod.end, atSubscriptionEnd: "bill_actual_period" },
      ratio: "10/31",
    },
  ];

  test.each(cases)("$why: $ratio", ({ change, ratio }) => {
    const atEnd = { ...input, servicePeriod, atSubscriptionEnd: "bill_full_period" as const, ...change };
    expect(formatRatio(prorationRatio(atEnd))).toBe(ratio);
  });
});

describe("a prorated amount is rounded once", () => {
  test.each([
    { amount: "10", days: 1, prorated: "0.32" },
    { amount: "20", days: 30, prorated: "19.35" },
    { amount: "0", days: 7, prorated: "0" },
    { amount: "0.155", days: 1, prorated: "0.01" }, // exactly half a cent
    { amount: "-0.155", days: 1, prorated: "-0.01" },
  ])("$amount for $days of 31 days → $prorated", ({ amount, days, prorated }) => {
    const servicePeriod = { start: january.start, end: instant(january.start + days * 86_400_000) };
    expect(formatDecimal(prorate(dec(amount), prorationRatio({ ...input, servicePeriod }), usd))).toBe(prorated);
  });
});

describe("what makes a line", () => {
  const empty = { start: january.start, end: january.start };

  test.each([
    { amount: dec("0.01"), paymentTerm: "in_advance", fullServicePeriod: january, line: true },
    { amount: zero, paymentTerm: "in_advance", fullServicePeriod: january, line: false },
    { amount: dec("5"), paymentTerm: "in_advance", fullServicePeriod: empty, line: true },
    { amount: dec("5"), paymentTerm: "in_arrears", fullServicePeriod: empty, line: false },
    { amount: dec("5"), paymentTerm: "in_arrears", fullServicePeriod: january, line: true },
  ] as const)("case %#: $paymentTerm $line", ({ line, ...given }) => {
    expect(makesFlatLine(given)).toBe(line);
  });
});

describe("laws", () => {
  const moments = fc.integer({ min: 0, max: 4_000_000_000_000 }).map((ms) => instant(ms));
  const periods = fc
    .tuple(moments, fc.integer({ min: 0, max: 100_000_000_000 }))
    .map(([start, lengthMs]): Period => ({ start, end: instant(start + lengthMs) }));

  test("the share is above 0 and at most 1", () => {
    fc.assert(
      fc.property(
        fc.record({
          enabled: fc.boolean(),
          servicePeriod: periods,
          fullServicePeriod: periods,
          subscriptionEnd: fc.option(moments),
          atSubscriptionEnd: fc.constantFrom("bill_actual_period", "bill_full_period"),
        }),
        (given) => {
          const { numerator, denominator } = prorationRatio(given);
          expect(numerator > 0n && numerator <= denominator).toBe(true);
        },
      ),
      seeded,
    );
  });

  test("the two parts of a period cost what the whole does, to half a cent each", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_678_399 }), fc.bigInt({ min: 0n, max: 10n ** 9n }), (second, cents) => {
        const cut = instant(january.start + second * 1_000);
        const amount = { coefficient: cents, scale: 2 };
        const [first, rest] = [
          { start: january.start, end: cut },
          { start: cut, end: january.end },
        ].map((servicePeriod) => prorate(amount, prorationRatio({ ...input, servicePeriod }), usd).coefficient);
        const difference = (first ?? 0n) + (rest ?? 0n) - cents;
        expect(difference >= 0n && difference <= 1n).toBe(true);
      }),
      seeded,
    );
  });
});
