import { dec, ok } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { acceptsUnitConversion, parsePrice, paymentTermOf, printPrice } from "./price-model.ts";
import type { PriceModel, PriceModels } from "./price-model.ts";
import { builtInPriceModels, isBuiltInPrice } from "./price-models/built-in.ts";

const faultsOf = (definition: unknown, models: PriceModels = builtInPriceModels): readonly string[] => {
  const parsed = parsePrice(models, definition);
  return parsed.ok ? [] : parsed.error.map(({ field, code }) => `${field} ${code}`);
};

const tiered = (...tiers: readonly unknown[]): unknown => ({ type: "graduated", tiers });
const open = { upTo: null, unitAmount: "1" };

describe("parsePrice", () => {
  test.each([
    { definition: { type: "flat", amount: "0" }, why: "a flat price may be nothing" },
    { definition: { type: "flat", amount: "9.99", paymentTerm: "in_arrears" }, why: "in arrears" },
    { definition: { type: "unit", amount: "0.000001" }, why: "any number of digits" },
    { definition: { type: "package", amount: "15", quantityPerPackage: "0.5" }, why: "half a unit a package" },
    { definition: { type: "dynamic" }, why: "the multiplier has a default" },
    { definition: { type: "dynamic", multiplier: "0" }, why: "money that is not passed on" },
    { definition: tiered(open), why: "one tier" },
    { definition: tiered({ upTo: null, flatAmount: "1" }, { upTo: "5", unitAmount: "0" }), why: "in any order" },
    { definition: { type: "volume", tiers: [open] }, why: "volume" },
  ])("accepts: $why", ({ definition }) => {
    expect(faultsOf(definition)).toEqual([]);
  });

  test.each([
    { definition: null, faults: [" invalid_price"], why: "no object" },
    { definition: [], faults: [" invalid_price"], why: "a list is no object" },
    { definition: {}, faults: ["type unknown_price_type"], why: "no type" },
    { definition: { type: "tiered" }, faults: ["type unknown_price_type"], why: "a type of the wire only" },
    { definition: { type: "toString" }, faults: ["type unknown_price_type"], why: "inherited names are no types" },
    { definition: { type: "flat" }, faults: ["amount required"], why: "no amount" },
    { definition: { type: "flat", amount: null }, faults: ["amount required"], why: "null is no amount" },
    { definition: { type: "flat", amount: 5 }, faults: ["amount not_a_decimal"], why: "numbers lose digits" },
    { definition: { type: "flat", amount: "5,0" }, faults: ["amount not_a_decimal"], why: "a comma" },
    { definition: { type: "flat", amount: "1e40" }, faults: ["amount decimal_out_of_range"], why: "too large" },
    { definition: { type: "flat", amount: "-1" }, faults: ["amount negative"], why: "below zero" },
    {
      definition: { type: "flat", amount: "1", paymentTerm: "" },
      faults: ["paymentTerm invalid_value"],
      why: "no term is absent, not empty",
    },
    { definition: { type: "unit", amount: "-0.01" }, faults: ["amount negative"], why: "below zero" },
    {
      definition: { type: "unit", amount: "1", minimumAmount: "5" },
      faults: ["minimumAmount unknown_field"],
      why: "commitments belong to the rate card",
    },
    {
      definition: { type: "package", amount: "-1", quantityPerPackage: "0" },
      faults: ["amount negative", "quantityPerPackage zero"],
      why: "all faults, not the first",
    },
    { definition: { type: "dynamic", multiplier: "-1" }, faults: ["multiplier negative"], why: "below zero" },
    { definition: { type: "graduated" }, faults: ["tiers required"], why: "no tiers" },
    { definition: { type: "graduated", tiers: {} }, faults: ["tiers not_a_list"], why: "no list" },
    { definition: tiered(), faults: ["tiers no_tiers"], why: "an empty list" },
    { definition: tiered({ upTo: "5", unitAmount: "1" }), faults: ["tiers no_open_tier"], why: "no open end" },
    {
      definition: tiered(open, open, { upTo: "5", unitAmount: "1" }),
      faults: ["tiers.1.upTo several_open_tiers"],
      why: "two open ends, named as they were given",
    },
    {
      definition: tiered({ upTo: "5", unitAmount: "1" }, open, { upTo: "5.0", unitAmount: "2" }),
      faults: ["tiers.2.upTo duplicate_tier"],
      why: "5 and 5.0 are the same end",
    },
    { definition: tiered({ upTo: "0", unitAmount: "1" }, open), faults: ["tiers.0.upTo zero"], why: "an empty tier" },
    { definition: tiered({ upTo: "-1", unitAmount: "1" }, open), faults: ["tiers.0.upTo negative"], why: "below zero" },
    {
      definition: tiered({ upTo: null }),
      faults: ["tiers.0 tier_without_amount"],
      why: "a tier costs something, if 0",
    },
    {
      definition: tiered({ upTo: null, unitAmount: "-1", flatAmount: "x" }),
      faults: ["tiers.0.unitAmount negative", "tiers.0.flatAmount not_a_decimal"],
      why: "both amounts are looked at",
    },
    { definition: tiered("open"), faults: ["tiers.0 not_an_object"], why: "a tier is an object" },
    {
      definition: { type: "volume", tiers: Array.from({ length: 1_001 }, () => open) },
      faults: ["tiers too_many"],
      why: "there is a bound",
    },
  ])("refuses: $why", ({ definition, faults }) => {
    expect(faultsOf(definition)).toEqual(faults);
  });

  test("tiers come out ascending", () => {
    const parsed = parsePrice(
      builtInPriceModels,
      tiered(open, { upTo: "10", unitAmount: "2" }, { upTo: "9.5", flatAmount: "3" }),
    );
    expect(parsed.ok && printPrice(parsed.value)).toEqual({
      type: "graduated",
      tiers: [
        { upTo: "9.5", unitAmount: null, flatAmount: "3" },
        { upTo: "10", unitAmount: "2", flatAmount: null },
        { upTo: null, unitAmount: "1", flatAmount: null },
      ],
    });
  });

  test("a model of one's own is a model", () => {
    const seat: PriceModel = { type: "seat", needs: "total", parse: () => ok({ type: "seat" }) };
    const models = { ...builtInPriceModels, seat };
    expect(faultsOf({ type: "seat" }, models)).toEqual([]);
    expect(isBuiltInPrice({ type: "seat" })).toBe(false);
    expect(acceptsUnitConversion(seat)).toBe(true);
  });
});

test("defaults: a flat price is due in advance, a dynamic one passes money on", () => {
  const flat = parsePrice(builtInPriceModels, { type: "flat", amount: "1.50" });
  const dynamic = parsePrice(builtInPriceModels, { type: "dynamic" });
  expect(flat.ok && printPrice(flat.value)).toEqual({ type: "flat", amount: "1.5", paymentTerm: "in_advance" });
  expect(dynamic.ok && printPrice(dynamic.value)).toEqual({ type: "dynamic", multiplier: "1" });
  expect(flat.ok && paymentTermOf(flat.value)).toBe("in_advance");
  expect(dynamic.ok && paymentTermOf(dynamic.value)).toBe("in_arrears");
});

test("what a price cannot hold cannot be printed", () => {
  const strange = { type: "strange", when: new Map(), amount: dec("1"), run: () => 1 };
  expect(() => printPrice(strange)).toThrow("a price cannot hold a function");
});

test.each([
  { type: "flat", accepts: false, why: "it has no quantity" },
  { type: "unit", accepts: true, why: "per unit" },
  { type: "graduated", accepts: true, why: "by tiers" },
  { type: "volume", accepts: true, why: "by tiers" },
  { type: "package", accepts: false, why: "a package is a conversion of its own" },
  { type: "dynamic", accepts: false, why: "its quantity is money" },
] as const)("$type accepts a unit conversion: $accepts ($why)", ({ type, accepts }) => {
  expect(acceptsUnitConversion(builtInPriceModels[type])).toBe(accepts);
});
