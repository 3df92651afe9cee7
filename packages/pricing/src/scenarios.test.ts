import { builtInPriceModels, noCommitments, noDiscounts, parsePrice } from "@meter/catalog";
import { add, dec, formatDecimal, sum } from "@meter/primitives";
import type { Decimal } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { builtInModels, createPricing, toRatedPart, verify } from "./index.ts";
import type { RatedPart, RatedRateCard } from "./index.ts";

// Price lists of companies that do not exist, to the cent.

const pricing = createPricing({ models: builtInModels });
const currency = { code: "USD", minorUnits: 2 };

type Offer = Readonly<{ price: unknown; per?: string; free?: string; percentOff?: string }>;

/** A rate card: the price, per how many metered units, how many are free, and how much is taken off. */
const offer = ({ price, per, free, percentOff }: Offer): RatedRateCard => {
  const parsed = parsePrice(builtInPriceModels, price);
  if (!parsed.ok) return expect.fail(JSON.stringify(parsed.error));
  return {
    price: parsed.value,
    unitConfig:
      per === undefined
        ? null
        : { operation: "divide", conversionFactor: dec(per), rounding: "none", precision: 0, displayUnit: null },
    discounts: {
      ...noDiscounts,
      percentage: percentOff === undefined ? null : { percentage: dec(percentOff), correlationId: null },
      usage: free === undefined ? null : { quantity: dec(free), correlationId: null },
    },
    commitments: noCommitments,
    taxConfig: null,
  };
};

const bill = (rateCard: RatedRateCard, total: string, earlier: readonly RatedPart[] = [], final = true) => {
  const rated = pricing.rate({ rateCard, currency, usage: { total: dec(total) }, earlier, final });
  if (!rated.ok) return expect.fail(rated.error.type);
  expect(verify(rated.value.explanation).ok).toBe(true);
  return rated.value;
};

const texts = (amounts: readonly Decimal[]): readonly string[] => amounts.map(formatDecimal);

describe("Larkspur Compute: seconds of accelerators, cores, memory and disk", () => {
  const lines = [
    { card: offer({ price: { type: "unit", amount: "0.001097" } }), total: "36000" },
    { card: offer({ price: { type: "unit", amount: "0.0000131" } }), total: "288000" },
    { card: offer({ price: { type: "unit", amount: "0.00000222" } }), total: "2304000" },
    { card: offer({ price: { type: "unit", amount: "0.09" } }), total: "512" },
  ];

  test("each line rounds by itself: 39.49 + 3.77 + 5.11 + 46.08 = 94.45", () => {
    const rated = lines.map(({ card, total }) => bill(card, total).amount);
    expect(texts(rated)).toEqual(["39.49", "3.77", "5.11", "46.08"]);
    expect(formatDecimal(sum(rated))).toBe("94.45");
  });

  test("by tiers, 500,000 seconds are 527.92", () => {
    const tiered = offer({
      price: {
        type: "graduated",
        tiers: [
          { upTo: "360000", unitAmount: "0.001097" },
          { upTo: "3600000", unitAmount: "0.00095" },
          { upTo: null, unitAmount: "0.00085" },
        ],
      },
    });
    expect(formatDecimal(bill(tiered, "500000").amount)).toBe("527.92");
  });
});

describe("Quarry Index: reads and writes by the million, storage by the gigabyte", () => {
  const offers = (percentOff?: string): readonly RatedRateCard[] => [
    offer({
      price: { type: "unit", amount: "16" },
      per: "1000000",
      ...(percentOff === undefined ? {} : { percentOff }),
    }),
    offer({
      price: { type: "unit", amount: "4" },
      per: "1000000",
      ...(percentOff === undefined ? {} : { percentOff }),
    }),
    offer({ price: { type: "unit", amount: "0.33" } }),
  ];

  test.each([
    { usage: ["1200000", "800000", "30"], percentOff: undefined, amount: "32.3", why: "a small month at list" },
    { usage: ["4500000", "3000000", "120"], percentOff: undefined, amount: "123.6", why: "a larger one" },
    { usage: ["4500000", "3000000", "120"], percentOff: "18", amount: "108.48", why: "18 % off all but storage" },
  ])("$why: $amount", ({ usage, percentOff, amount }) => {
    const rated = offers(percentOff).map((card, index) => bill(card, usage[index] ?? "0").amount);
    expect(formatDecimal(sum(rated))).toBe(amount);
  });
});

describe("Tidewater Desk: answers that solved something, and actions in credits", () => {
  test("49 a month with 50 answers in it, 212 answers: 209.38", () => {
    const base = offer({ price: { type: "flat", amount: "49" } });
    const answers = offer({ price: { type: "unit", amount: "0.99" }, free: "50" });
    expect(formatDecimal(add(bill(base, "0").amount, bill(answers, "212").amount))).toBe("209.38");
  });

  test("26,700 credits at 500 a hundred thousand: 133.50", () => {
    const credits = offer({ price: { type: "unit", amount: "500" }, per: "100000" });
    expect(formatDecimal(bill(credits, "26700").amount)).toBe("133.5");
  });
});

describe("Meridian Freight: a year's contract", () => {
  const contract = offer({ price: { type: "unit", amount: "1" }, percentOff: "15" });

  test("120,000 at list less 15 % is 102,000", () => {
    expect(formatDecimal(bill(contract, "120000").amount)).toBe("102000");
  });

  test("in four quarters of 30,000 it is 4 × 25,500", () => {
    const parts: RatedPart[] = [];
    for (const total of ["30000", "60000", "90000", "120000"]) {
      parts.push(toRatedPart(bill(contract, total, parts, total === "120000")));
    }
    expect(parts.map(({ amount }) => amount)).toEqual(["25500", "25500", "25500", "25500"]);
  });
});
