import type { Price } from "@meter/catalog";
import { noCommitments, noDiscounts } from "@meter/catalog";
import { dec, findCurrency } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { createPricing } from "./create-pricing.ts";
import { builtInModels } from "./models/built-in.ts";
import type { RateInput } from "./create-pricing.ts";
import { toRatedPart } from "./rated-part.ts";
import { verify } from "./verify/verify.ts";

const nines = "9".repeat(38);
const usd =
  findCurrency("USD") ??
  (() => {
    throw new Error("USD is known");
  })();
const half = dec(`5${"0".repeat(37)}`);

const input = (price: object, total: string, rateCard: Partial<RateInput["rateCard"]> = {}): RateInput => ({
  rateCard: {
    price: price as Price, // of a type of ours
    discounts: noDiscounts,
    unitConfig: null,
    commitments: noCommitments,
    taxConfig: null,
    ...rateCard,
  },
  currency: usd,
  usage: { total: dec(total) },
  earlier: [],
  final: true,
});
const unit = (amount: string) => ({ type: "unit", amount: dec(amount) });
const tiers = (...some: readonly (readonly [string | null, string | null, string | null])[]) =>
  some.map(([upTo, unitAmount, flatAmount]) => ({
    upTo: upTo === null ? null : dec(upTo),
    unitAmount: unitAmount === null ? null : dec(unitAmount),
    flatAmount: flatAmount === null ? null : dec(flatAmount),
  }));

const pricing = createPricing({ models: builtInModels });

describe("an amount has at most 38 integer digits, and so has every figure of its line", () => {
  test.each([
    { why: "the largest amount", of: input(unit(nines), "1"), ok: true },
    { why: "twice the largest amount", of: input(unit(nines), "2"), ok: false },
    {
      why: "two tiers that each can be",
      of: input({ type: "graduated", tiers: tiers(["1", nines, null], [null, "1", null]) }, "2"),
      ok: false,
    },
    {
      why: "the same in one tier less",
      of: input({ type: "graduated", tiers: tiers(["1", nines, null], [null, "1", null]) }, "1"),
      ok: true,
    },
    {
      why: "packages",
      of: input({ type: "package", amount: dec(nines), quantityPerPackage: dec("1") }, "1.5"),
      ok: false,
    },
    { why: "usage below zero rates as zero", of: input(unit(nines), `-${nines}`), ok: true },
    {
      why: "half of it off: what it is taken off is printed, too",
      of: input(unit(nines), "2", {
        discounts: { percentage: { percentage: dec("50"), correlationId: null }, usage: null },
      }),
      ok: false,
    },
    {
      why: "a maximum does not hold back what is above it",
      of: input(unit(nines), "2", { commitments: { minimumAmount: null, maximumAmount: dec("1") } }),
      ok: false,
    },
    {
      why: "a converted quantity",
      of: input(unit("0"), nines, {
        unitConfig: {
          operation: "multiply",
          conversionFactor: dec("2"),
          rounding: "none",
          precision: 0,
          displayUnit: null,
        },
      }),
      ok: false,
    },
    {
      why: "a quantity that events may sum to",
      of: { ...input(unit("0"), "0"), usage: { total: { coefficient: 10n ** 38n, scale: 0 } } },
      ok: false,
    },
  ])("$why", ({ of, ok }) => {
    const rated = pricing.rate(of);
    expect(rated.ok ? true : rated.error).toEqual(ok ? true : { type: "amount_out_of_range", integerDigitsMax: 38 });
    if (rated.ok) expect(verify(rated.value.explanation).ok).toBe(true);
  });

  test("what rounds up to 39 digits is out of range", () => {
    const rated = pricing.rate(input({ type: "unit", amount: dec(`${nines}.999`) }, "1"));
    expect(rated).toMatchObject({ ok: false, error: { type: "amount_out_of_range" } });
  });

  test("later parts can be taken from the largest amounts there are", () => {
    const first = pricing.rate({ ...input({ type: "unit", amount: half }, "1"), final: false });
    if (!first.ok) throw new Error(first.error.type);
    const second = pricing.rate({
      ...input({ type: "unit", amount: half }, "1.5"),
      earlier: [toRatedPart(first.value)],
    });
    expect(second.ok).toBe(true);
    const back = pricing.rate({ ...input({ type: "unit", amount: half }, "0"), earlier: [toRatedPart(first.value)] });
    expect(back).toMatchObject({ ok: true, value: { amount: { coefficient: -half.coefficient * 100n } } });
  });

  test("without stored parts, too", () => {
    const { usage: _, earlier: __, ...rest } = input(unit(nines), "0");
    for (const [before, part] of [
      ["2", "0"],
      ["1", "1"],
    ])
      expect(
        pricing.rateStateless({ ...rest, quantityBefore: dec(before ?? ""), quantity: dec(part ?? "") }),
      ).toMatchObject({ ok: false, error: { type: "amount_out_of_range" } });
  });
});

test.each([
  {
    why: "rate throws",
    model: {
      rate: () => {
        throw new Error("no rates today");
      },
    },
  },
  {
    why: "explain throws",
    model: {
      explain: () => {
        throw new Error("no rates today");
      },
    },
  },
])("a model of one's own that fails is an answer: $why", ({ model }) => {
  const models = { ...builtInModels, unit: { ...builtInModels["unit"], ...model } } as typeof builtInModels; // as a user writes it
  expect(createPricing({ models }).rate(input(unit("1"), "1"))).toEqual({
    ok: false,
    error: { type: "price_model_failed", priceType: "unit", reason: "no rates today" },
  });
});
