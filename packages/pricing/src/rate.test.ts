import { builtInPriceModels, noCommitments, noDiscounts, parsePrice } from "@meter/catalog";
import type { GraduatedPrice, Price, Tier } from "@meter/catalog";
import { dec, findCurrency, formatDecimal } from "@meter/primitives";
import type { Currency } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { builtInModels, createPricing, createStep, toRatedPart, verify } from "./index.ts";
import type { ExplainedRated, PricingModel, RatedPart, RatedRateCard } from "./index.ts";

const pricing = createPricing({ models: builtInModels });

const currency = (code: string): Currency => findCurrency(code) ?? expect.fail(`no currency ${code}`);
const usd = currency("USD");

const priceOf = (definition: unknown): Price => {
  const parsed = parsePrice(builtInPriceModels, definition);
  return parsed.ok ? parsed.value : expect.fail(JSON.stringify(parsed.error));
};

const card = (definition: unknown, adjustments: Partial<RatedRateCard> = {}): RatedRateCard => ({
  price: definition === null ? null : priceOf(definition),
  discounts: noDiscounts,
  commitments: noCommitments,
  unitConfig: null,
  taxConfig: null,
  ...adjustments,
});

const percentage = (percent: string): Partial<RatedRateCard> => ({
  discounts: { percentage: { percentage: dec(percent), correlationId: null }, usage: null },
});
const free = (quantity: string): Partial<RatedRateCard> => ({
  discounts: { percentage: null, usage: { quantity: dec(quantity), correlationId: null } },
});
const spend = (minimum: string | null, maximum: string | null): Partial<RatedRateCard> => ({
  commitments: {
    minimumAmount: minimum === null ? null : dec(minimum),
    maximumAmount: maximum === null ? null : dec(maximum),
  },
});
const divide = (factor: string, rounding: "none" | "ceiling" | "floor" | "half_up", precision = 0) =>
  ({
    unitConfig: { operation: "divide", conversionFactor: dec(factor), rounding, precision, displayUnit: null },
  }) satisfies Partial<RatedRateCard>;

type Options = Readonly<{ earlier?: readonly RatedPart[]; final?: boolean; in?: Currency }>;

const rate = (rateCard: RatedRateCard, total: string, options: Options = {}): ExplainedRated => {
  const { earlier = [], final = true } = options;
  const rated = pricing.rate({ rateCard, currency: options.in ?? usd, usage: { total: dec(total) }, earlier, final });
  if (!rated.ok) return expect.fail(rated.error.type);
  expect(verify(rated.value.explanation)).toEqual({ ok: true, value: null });
  return rated.value;
};

const amountOf = (rateCard: RatedRateCard, total: string, options: Options = {}): string =>
  formatDecimal(rate(rateCard, total, options).amount);

/** reference: quantity × unit amount = amount − discounts = total */
const rows = ({ details }: ExplainedRated): readonly string[] =>
  details.map(({ reference, quantity, perUnitAmount, amount, discounts, total }) => {
    const less = discounts.map((discount) => ` - ${formatDecimal(discount.amount)} ${discount.reason}`).join("");
    const sum = `${formatDecimal(quantity)} × ${formatDecimal(perUnitAmount)} = ${formatDecimal(amount)}`;
    return `${reference}: ${sum}${less}${discounts.length === 0 ? "" : ` = ${formatDecimal(total)}`}`;
  });

/** The parts of a period cut at these cumulative quantities. */
const cut = (rateCard: RatedRateCard, totals: readonly string[], options: Options = {}): readonly ExplainedRated[] => {
  const parts: ExplainedRated[] = [];
  for (const [index, total] of totals.entries()) {
    const final = index === totals.length - 1 && options.final !== false;
    parts.push(rate(rateCard, total, { ...options, earlier: parts.map(toRatedPart), final }));
  }
  return parts;
};

const amountsOf = (parts: readonly ExplainedRated[]): readonly string[] =>
  parts.map(({ amount }) => formatDecimal(amount));

describe("flat: the amount, once", () => {
  const inAdvance = card({ type: "flat", amount: "100" });
  const inArrears = card({ type: "flat", amount: "100", paymentTerm: "in_arrears" });

  test("in advance it is in the first part, in arrears in the final one", () => {
    expect(amountsOf(cut(inAdvance, ["0", "1", "2"]))).toEqual(["100", "0", "0"]);
    expect(amountsOf(cut(inArrears, ["0", "1", "2"]))).toEqual(["0", "0", "100"]);
    expect(rate(inAdvance, "0").details[0]?.paymentTerm).toBe("in_advance");
    expect(rate(inArrears, "0").details[0]?.paymentTerm).toBe("in_arrears");
  });

  test("it takes no other adjustment than the percentage", () => {
    const adjusted = card({ type: "flat", amount: "100" }, { ...percentage("10"), ...spend("500", "50") });
    expect(rows(rate(adjusted, "7"))).toEqual(["flat-price: 1 × 100 = 100 - 10 ratecard_percentage = 90"]);
  });
});

describe("unit: quantity × amount", () => {
  const unit = card({ type: "unit", amount: "0.005" });

  test.each([
    { total: "0", amount: "0", why: "nothing" },
    { total: "-5", amount: "0", why: "below zero counts as zero" },
    { total: "1", amount: "0.01", why: "half a cent goes up" },
    { total: "2", amount: "0.01", why: "a cent" },
    { total: "0.9", amount: "0", why: "less than half a cent" },
  ])("$total → $amount ($why)", ({ total, amount }) => {
    expect(amountOf(unit, total)).toBe(amount);
  });

  test("in a currency without minor units it rounds to one", () => {
    expect(amountOf(card({ type: "unit", amount: "1.25" }), "10", { in: currency("JPY") })).toBe("13");
    expect(amountOf(card({ type: "unit", amount: "1.2345" }), "1", { in: currency("KWD") })).toBe("1.235");
  });

  test("three parts of half a cent are a cent and a half, rounded once: two cents", () => {
    expect(amountsOf(cut(unit, ["1", "2", "3"]))).toEqual(["0.01", "0", "0.01"]);
  });

  test("no usage has no detail", () => {
    expect(rate(unit, "0").details).toEqual([]);
  });
});

describe("graduated: each unit at the rate of its tier", () => {
  const graduated = card({
    type: "graduated",
    tiers: [
      { upTo: "5", unitAmount: "0", flatAmount: "100" },
      { upTo: "10", flatAmount: "50" },
      { upTo: "15", unitAmount: "5" },
      { upTo: null, unitAmount: "1" },
    ],
  });

  test.each([
    { total: "0", amount: "100", why: "the first tier's flat amount is due at zero usage" },
    { total: "5", amount: "100", why: "the boundary belongs to the lower tier" },
    { total: "5.001", amount: "150", why: "the next tier is entered just above it" },
    { total: "12", amount: "160", why: "two units in the third tier" },
    { total: "15", amount: "175", why: "the third tier is full" },
    { total: "15.5", amount: "175.5", why: "fractions split at the boundary" },
    { total: "22", amount: "182", why: "seven units in the open tier" },
  ])("$total → $amount ($why)", ({ total, amount }) => {
    expect(amountOf(graduated, total)).toBe(amount);
  });

  test("zero usage is shown as zero units of the first tier, in every part", () => {
    const [first, second] = cut(graduated, ["0", "0"]);
    expect(rows(first ?? expect.fail())).toEqual([
      "graduated-tiered-1-price-usage: 0 × 0 = 0",
      "graduated-tiered-1-flat-price: 1 × 100 = 100",
    ]);
    expect(rows(second ?? expect.fail())).toEqual(["graduated-tiered-1-price-usage: 0 × 0 = 0"]);
  });

  test("a part continues in the tier where the last one stopped, and charges no flat amount twice", () => {
    expect(rows(cut(graduated, ["12", "22"])[1] ?? expect.fail())).toEqual([
      "graduated-tiered-3-price-usage: 3 × 5 = 15",
      "graduated-tiered-4-price-usage: 7 × 1 = 7",
    ]);
  });

  test("tiers in any order are the same price", () => {
    const shuffled = card({
      type: "graduated",
      tiers: [
        { upTo: null, unitAmount: "1" },
        { upTo: "15", unitAmount: "5" },
        { upTo: "5", unitAmount: "10" },
      ],
    });
    expect(amountOf(shuffled, "20")).toBe("105");
    const tier = (upTo: string | null, unitAmount: string): Tier => ({
      upTo: upTo === null ? null : dec(upTo),
      unitAmount: dec(unitAmount),
      flatAmount: null,
    });
    const unsorted: GraduatedPrice = { type: "graduated", tiers: [tier(null, "1"), tier("15", "5"), tier("5", "10")] };
    expect(amountOf({ ...shuffled, price: unsorted }, "20")).toBe("105");
  });
});

describe("volume: all units at the rate of the tier of the total", () => {
  const volume = card({
    type: "volume",
    tiers: [
      { upTo: "5", flatAmount: "100" },
      { upTo: "10", flatAmount: "150" },
      { upTo: "15", unitAmount: "10" },
      { upTo: null, unitAmount: "5" },
    ],
  });

  test.each([
    { total: "0", amount: "100", why: "the flat amount is due at zero usage" },
    { total: "5", amount: "100", why: "the boundary belongs to the lower tier" },
    { total: "7", amount: "150", why: "the second tier" },
    { total: "15", amount: "150", why: "all fifteen at ten" },
    { total: "16", amount: "80", why: "all sixteen at five" },
  ])("$total → $amount ($why)", ({ total, amount }) => {
    expect(amountOf(volume, total)).toBe(amount);
  });

  test("a part in which the price falls is negative, and undoes what is no longer so", () => {
    const parts = cut(volume, ["15", "16"]);
    expect(amountsOf(parts)).toEqual(["150", "-70"]);
    expect(rows(parts[1] ?? expect.fail())).toEqual([
      "volume-tiered-price: 16 × 5 = 80",
      "volume-tiered-price#reversal:volume-tiered-price:3:10: -15 × 10 = -150",
    ]);
  });

  test("what was undone is not undone again", () => {
    expect(amountsOf(cut(volume, ["15", "16", "17", "12"]))).toEqual(["150", "-70", "5", "35"]);
  });

  test("the collector does not cut it, so a stateless line is the whole", () => {
    const quantity = dec("6");
    const stateless = pricing.rateStateless({
      rateCard: volume,
      currency: usd,
      quantity,
      quantityBefore: dec("10"),
      final: true,
    });
    expect(stateless.ok && formatDecimal(stateless.value.amount)).toBe("80");
  });
});

describe("package: every begun package", () => {
  const packages = card({ type: "package", amount: "15", quantityPerPackage: "10" });

  test.each([
    { total: "0", amount: "0", why: "none is begun" },
    { total: "0.1", amount: "15", why: "a fraction begins one" },
    { total: "10", amount: "15", why: "one is full" },
    { total: "10.01", amount: "30", why: "the next is begun" },
  ])("$total → $amount ($why)", ({ total, amount }) => {
    expect(amountOf(packages, total)).toBe(amount);
  });

  test("a package is begun once, however the period is cut", () => {
    expect(amountsOf(cut(packages, ["1", "9", "10", "11"]))).toEqual(["15", "0", "0", "15"]);
  });
});

describe("dynamic: usage is money", () => {
  test("it is shown as one at the rounded amount, rounded over all parts", () => {
    const parts = cut(card({ type: "dynamic", multiplier: "1.33333" }), ["1", "2", "3"]);
    expect(parts.flatMap(rows)).toEqual(["usage: 1 × 1.33 = 1.33", "usage: 1 × 1.34 = 1.34", "usage: 1 × 1.33 = 1.33"]);
  });

  test("usage that fell is minus one at a positive amount", () => {
    expect(rows(cut(card({ type: "dynamic" }), ["5", "3"])[1] ?? expect.fail())).toEqual(["usage: -1 × 2 = -2"]);
  });
});

test("no price is free of charge, and usage is still counted", () => {
  const rated = rate(card(null), "12");
  expect(formatDecimal(rated.amount)).toBe("0");
  expect(rated.details).toEqual([]);
  expect(formatDecimal(rated.quantities.metered.part)).toBe("12");
});

describe("adjustments, in their order", () => {
  test("the conversion applies to the whole quantity, so that parts do not round twice", () => {
    const converted = card({ type: "unit", amount: "10" }, divide("1000", "ceiling"));
    expect(amountsOf(cut(converted, ["1400", "2700"]))).toEqual(["20", "10"]);
    expect(amountOf(converted, "2700")).toBe("30");
  });

  test.each([
    { rounding: "none", precision: 0, total: "1000", amount: "111.11", why: "a ninth stays one until the line rounds" },
    { rounding: "ceiling", precision: 0, total: "-2500", amount: "0", why: "negative is nothing" },
    { rounding: "half_up", precision: 1, total: "22.05", amount: "2.5", why: "2.45 to one digit is 2.5" },
    { rounding: "floor", precision: 0, total: "26.9", amount: "2", why: "2.98… is 2" },
  ] as const)("$total ÷ 9, $rounding → $amount ($why)", ({ rounding, precision, total, amount }) => {
    expect(amountOf(card({ type: "unit", amount: "1" }, divide("9", rounding, precision)), total)).toBe(amount);
  });

  test("three times a third is one", () => {
    expect(amountOf(card({ type: "unit", amount: "3" }, divide("3", "none")), "1")).toBe("1");
  });

  test("the usage discount counts converted units, over all parts", () => {
    const discounted = card({ type: "unit", amount: "100" }, free("110"));
    const parts = cut(discounted, ["50", "125", "155"]);
    expect(amountsOf(parts)).toEqual(["0", "1500", "3000"]);
    expect(parts.map(({ quantities }) => formatDecimal(quantities.free.part))).toEqual(["50", "60", "0"]);
    const converted = card({ type: "unit", amount: "1" }, { ...divide("1000", "none"), ...free("2") });
    expect(amountOf(converted, "5000")).toBe("3");
  });

  test("the percentage comes off before the maximum is looked at", () => {
    const both = card({ type: "unit", amount: "10" }, { ...percentage("50"), ...spend(null, "100") });
    expect(rows(rate(both, "20"))).toEqual(["unit-price-usage: 20 × 10 = 200 - 100 ratecard_percentage = 100"]);
    expect(rows(rate(both, "30"))).toEqual([
      "unit-price-usage: 30 × 10 = 300 - 150 ratecard_percentage - 50 maximum_spend = 100",
    ]);
  });

  test("a maximum holds over all parts, discounted or not", () => {
    expect(amountsOf(cut(card({ type: "unit", amount: "10" }, spend(null, "100")), ["7", "12", "13"]))).toEqual([
      "70",
      "30",
      "0",
    ]);
    const both = card({ type: "unit", amount: "10" }, { ...percentage("50"), ...spend(null, "100") });
    expect(amountsOf(cut(both, ["10", "20", "30"]))).toEqual(["50", "50", "0"]);
  });

  test("the maximum takes from the details in their order", () => {
    const capped = card(
      {
        type: "graduated",
        tiers: [
          { upTo: "10", unitAmount: "5" },
          { upTo: null, unitAmount: "1" },
        ],
      },
      spend(null, "40"),
    );
    expect(rows(rate(capped, "12"))).toEqual([
      "graduated-tiered-1-price-usage: 10 × 5 = 50 - 10 maximum_spend = 40",
      "graduated-tiered-2-price-usage: 2 × 1 = 2 - 2 maximum_spend = 0",
    ]);
  });

  test("the minimum is a detail of its own, in the final part only, and not discounted", () => {
    const least = card({ type: "unit", amount: "10" }, { ...percentage("100"), ...spend("100", null) });
    const parts = cut(least, ["2", "5", "5"]);
    expect(amountsOf(parts)).toEqual(["0", "0", "100"]);
    expect(rows(parts[2] ?? expect.fail())).toEqual(["min-spend: 1 × 100 = 100"]);
    expect(parts[2]?.details[0]?.category).toBe("commitment");
    expect(amountsOf(cut(least, ["2"], { final: false }))).toEqual(["0"]);
  });

  test("negative usage is nothing, and then the minimum is due", () => {
    expect(amountOf(card({ type: "unit", amount: "10" }, spend("25", null)), "-4")).toBe("25");
  });

  test("package and dynamic prices refuse a conversion", () => {
    for (const definition of [{ type: "package", amount: "1", quantityPerPackage: "1" }, { type: "dynamic" }]) {
      const rateCard = card(definition, divide("10", "none"));
      const rated = pricing.rate({ rateCard, currency: usd, usage: { total: dec("1") }, earlier: [], final: true });
      expect(rated).toEqual({ ok: false, error: { type: "unit_conversion_refused", priceType: definition.type } });
    }
  });

  test("tax settings pass through and change nothing", () => {
    const taxConfig = { behavior: "inclusive", taxCodeId: null, stripe: null, customInvoicing: null } as const;
    const rated = rate(card({ type: "unit", amount: "10" }, { taxConfig }), "1");
    expect(rated.taxConfig).toBe(taxConfig);
    expect(formatDecimal(rated.amount)).toBe("10");
  });
});

describe("rounding", () => {
  const halves = card({
    type: "graduated",
    tiers: [
      { upTo: "3", unitAmount: "0.005" },
      { upTo: null, unitAmount: "0.005" },
    ],
  });

  test("details share the rounding of the line: 1.5 and 0.5 cents are 2 and 0", () => {
    expect(rows(rate(halves, "4"))).toEqual([
      "graduated-tiered-1-price-usage: 3 × 0.005 = 0.02",
      "graduated-tiered-2-price-usage: 1 × 0.005 = 0",
    ]);
  });

  test("a discount is what the rounded amount loses", () => {
    const third = card(
      {
        type: "graduated",
        tiers: [
          { upTo: "10", unitAmount: "1" },
          { upTo: null, unitAmount: "0.5" },
        ],
      },
      percentage("33.333"),
    );
    expect(rows(rate(third, "15"))).toEqual([
      "graduated-tiered-1-price-usage: 10 × 1 = 10 - 3.33 ratecard_percentage = 6.67",
      "graduated-tiered-2-price-usage: 5 × 0.5 = 2.5 - 0.84 ratecard_percentage = 1.66",
    ]);
  });

  test("after a deletion the last detail carries the cent that running rounding misses", () => {
    const parts = cut(card({ type: "unit", amount: "0.005" }), ["1", "2"], { final: false }).map(toRatedPart);
    const second = parts[1] ?? expect.fail();
    expect(second.amount).toBe("0");
    const last = rate(card({ type: "unit", amount: "0.005" }), "3", { earlier: [second] });
    expect(rows(last)).toEqual(["unit-price-usage: 2 × 0.005 = 0.02"]);
    expect(last.explanation.steps.at(-1)).toMatchObject({ remainder: "0.01" });
  });

  test("a remainder with no usage to carry it has a detail of its own", () => {
    const parts = cut(card({ type: "unit", amount: "0.005" }), ["1", "2"], { final: false }).map(toRatedPart);
    const second = parts[1] ?? expect.fail();
    expect(rows(rate(card({ type: "unit", amount: "0.005" }), "1", { earlier: [second] }))).toEqual([
      "unit-price-usage: 0 × 0.005 = 0.01",
    ]);
  });
});

describe("a stateless call", () => {
  const graduated = card({
    type: "graduated",
    tiers: [
      { upTo: "10", unitAmount: "1", flatAmount: "5" },
      { upTo: null, unitAmount: "0.5" },
    ],
  });

  test.each([
    { before: null, quantity: "12", amount: "16", why: "the first line is the whole" },
    { before: "0", quantity: "12", amount: "11", why: "with an earlier quantity, even zero, it is not the first" },
    { before: "8", quantity: "4", amount: "3", why: "it continues in the tier" },
  ])("after $before, $quantity → $amount ($why)", ({ before, quantity, amount }) => {
    const rated = pricing.rateStateless({
      rateCard: graduated,
      currency: usd,
      quantity: dec(quantity),
      quantityBefore: before === null ? null : dec(before),
      final: true,
    });
    expect(rated.ok && formatDecimal(rated.value.amount)).toBe(amount);
  });
});

describe("models of one's own", () => {
  const hourly: PricingModel = {
    type: "hourly",
    needs: "total",
    parse: () => ({ ok: true, value: { type: "hourly" } }),
    rate: (_, { total }) => [createStep({ reference: "hours", quantity: total, unitAmount: dec("2") })],
    explain: () => [{ rule: "each_unit" }],
  };

  test("they go through the same door", () => {
    const extended = createPricing({ models: { ...builtInModels, hourly } });
    const rateCard = { ...card(null, percentage("50")), price: { type: "hourly" } };
    const rated = extended.rate({ rateCard, currency: usd, usage: { total: dec("3") }, earlier: [], final: true });
    if (!rated.ok) return expect.fail(rated.error.type);
    expect(formatDecimal(rated.value.amount)).toBe("3");
    expect(verify(rated.value.explanation).ok).toBe(true);
  });

  test("a model under a wrong name is refused at once", () => {
    expect(() => createPricing({ models: { daily: hourly } })).toThrow("stands under the name daily");
  });

  test("a price without its model, and a model that needs more than a total, are errors", () => {
    const input = { currency: usd, usage: { total: dec("1") }, earlier: [], final: true };
    expect(pricing.rate({ ...input, rateCard: { ...card(null), price: { type: "hourly" } } })).toEqual({
      ok: false,
      error: { type: "unknown_price_type", priceType: "hourly" },
    });
    const perEvent = createPricing({ models: { hourly: { ...hourly, needs: "events" } } });
    expect(perEvent.rate({ ...input, rateCard: { ...card(null), price: { type: "hourly" } } })).toEqual({
      ok: false,
      error: { type: "usage_not_given", priceType: "hourly", needs: "events" },
    });
  });
});
