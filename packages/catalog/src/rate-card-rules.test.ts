import { dec, parseDuration } from "@meter/primitives";
import type { IsoDuration } from "@meter/primitives";
import { describe, expect, test } from "vitest";

import { builtInPriceModels } from "./price-models/built-in.ts";
import type { DynamicPrice } from "./price-models/dynamic.ts";
import type { FlatPrice } from "./price-models/flat.ts";
import type { UnitPrice } from "./price-models/unit.ts";
import { noCommitments, noDiscounts } from "./rate-card.ts";
import type { RateCard } from "./rate-card.ts";
import { checkRateCard, parseRateCard, printRateCard } from "./rate-card-rules.ts";

const duration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.value : expect.fail(text);
};

const dynamic: DynamicPrice = { type: "dynamic", multiplier: dec("1") };
const negative: UnitPrice = { type: "unit", amount: dec("-1") };
const unit: UnitPrice = { type: "unit", amount: dec("1") };
const flat: FlatPrice = { type: "flat", amount: dec("1"), paymentTerm: "in_advance" };

const card: RateCard = {
  key: "tokens",
  name: "Tokens",
  description: null,
  metadata: null,
  featureKey: "tokens",
  billingCadence: duration("P1M"),
  price: unit,
  discounts: noDiscounts,
  unitConfig: null,
  commitments: noCommitments,
  taxConfig: null,
};

const percentage = (percent: string): RateCard["discounts"] => ({
  percentage: { percentage: dec(percent), correlationId: null },
  usage: null,
});
const usage = (quantity: string): RateCard["discounts"] => ({
  percentage: null,
  usage: { quantity: dec(quantity), correlationId: null },
});
const conversion = (factor: string, precision = 0): RateCard["unitConfig"] => ({
  operation: "divide",
  conversionFactor: dec(factor),
  rounding: "ceiling",
  precision,
  displayUnit: null,
});
const spend = (minimum: string | null, maximum: string | null): RateCard["commitments"] => ({
  minimumAmount: minimum === null ? null : dec(minimum),
  maximumAmount: maximum === null ? null : dec(maximum),
});

describe("checkRateCard", () => {
  test.each<{ change: Partial<RateCard>; faults: readonly string[]; why: string }>([
    { change: {}, faults: [], why: "a usage price with its feature" },
    { change: { price: flat, featureKey: null }, faults: [], why: "a fixed price needs no feature" },
    { change: { price: null, featureKey: null, billingCadence: null }, faults: [], why: "free, once" },
    {
      change: { key: "Tokens" },
      faults: ["critical key invalid_key", "critical key rate_card_key_feature_key_mismatch"],
      why: "a key is a key",
    },
    {
      change: { key: "other" },
      faults: ["critical key rate_card_key_feature_key_mismatch"],
      why: "it is the feature's",
    },
    { change: { name: "" }, faults: ["critical name empty"], why: "it has a name" },
    {
      change: { featureKey: null },
      faults: ["warning featureKey usage_based_price_with_no_feature"],
      why: "usage of what?",
    },
    { change: { billingCadence: duration("PT1H") }, faults: [], why: "an hour is the shortest" },
    {
      change: { billingCadence: duration("PT59M") },
      faults: ["warning billingCadence billing_cadence_invalid_value"],
      why: "less than an hour",
    },
    {
      change: { billingCadence: duration("-P1M") },
      faults: ["warning billingCadence billing_cadence_invalid_value"],
      why: "backwards",
    },
    {
      change: { price: { type: "seat" } },
      faults: ["critical price.type unknown_price_type"],
      why: "nobody can rate it",
    },
    {
      change: { price: negative },
      faults: ["critical price.amount negative"],
      why: "the model's own rules hold for values, too",
    },
    { change: { discounts: percentage("0") }, faults: [], why: "no per cent" },
    { change: { discounts: percentage("100") }, faults: [], why: "all of it" },
    { change: { discounts: percentage("12.5") }, faults: [], why: "a fraction" },
    {
      change: { discounts: percentage("100.01") },
      faults: ["critical discounts.percentage percentage_discount_invalid_value"],
      why: "more than all",
    },
    {
      change: { discounts: percentage("-1") },
      faults: ["critical discounts.percentage percentage_discount_invalid_value"],
      why: "a surcharge",
    },
    { change: { discounts: usage("0") }, faults: [], why: "nothing is free" },
    {
      change: { discounts: usage("-1") },
      faults: ["warning discounts.usage usage_discount_negative_quantity"],
      why: "below zero",
    },
    {
      change: { discounts: usage("5"), price: flat },
      faults: ["warning discounts.usage usage_discount_with_flat_price"],
      why: "there are no units to be free",
    },
    {
      change: { discounts: usage("-5"), price: flat },
      faults: [
        "warning discounts.usage usage_discount_negative_quantity",
        "warning discounts.usage usage_discount_with_flat_price",
      ],
      why: "both",
    },
    {
      change: { discounts: percentage("5"), price: null },
      faults: ["critical discounts.percentage discount_without_price"],
      why: "off what?",
    },
    { change: { unitConfig: conversion("1000") }, faults: [], why: "per thousand" },
    {
      change: { unitConfig: conversion("0") },
      faults: ["critical unitConfig.conversionFactor not_positive"],
      why: "nothing divides by zero",
    },
    {
      change: { unitConfig: conversion("1", 31) },
      faults: ["critical unitConfig.precision invalid_precision"],
      why: "more digits than a quantity has",
    },
    {
      change: { unitConfig: conversion("1", 0.5) },
      faults: ["critical unitConfig.precision invalid_precision"],
      why: "half a digit",
    },
    {
      change: { unitConfig: conversion("2"), price: dynamic },
      faults: ["warning unitConfig unit_config_requires_usage_based_price"],
      why: "money is not converted",
    },
    {
      change: { unitConfig: conversion("2"), price: flat },
      faults: ["warning unitConfig unit_config_requires_usage_based_price"],
      why: "there is no quantity",
    },
    { change: { commitments: spend("100", "100") }, faults: [], why: "exactly that much" },
    {
      change: { commitments: spend("100", "99.99") },
      faults: ["critical commitments.minimumAmount minimum_above_maximum"],
      why: "at least more than at most",
    },
    {
      change: { commitments: spend("-1", null) },
      faults: ["critical commitments.minimumAmount negative"],
      why: "below zero",
    },
    {
      change: { commitments: spend(null, "5"), price: flat },
      faults: ["critical commitments.maximumAmount commitment_requires_usage_based_price"],
      why: "a fixed price is what it is",
    },
  ])("$why: $faults", ({ change, faults }) => {
    const found = checkRateCard({ ...card, ...change }, builtInPriceModels);
    expect(found.map(({ severity, field, code }) => `${severity} ${field} ${code}`)).toEqual(faults);
  });
});

describe("what no invoice can hold", () => {
  const nines = "9".repeat(38);
  const tiers = (type: string, ...some: readonly (readonly [string | null, string | null, string | null])[]) => ({
    price: {
      type,
      tiers: some.map(([upTo, unitAmount, flatAmount]) => ({
        upTo: upTo === null ? null : dec(upTo),
        unitAmount: unitAmount === null ? null : dec(unitAmount),
        flatAmount: flatAmount === null ? null : dec(flatAmount),
      })),
    } as RateCard["price"], // of a type of ours
  });
  const flatOf = (amount: string): Partial<RateCard> => ({ price: { ...flat, amount: dec(amount) } as FlatPrice });
  test.each<{ change: Partial<RateCard>; faults: readonly string[]; why: string }>([
    { change: flatOf(nines), faults: [], why: "the largest amount" },
    {
      change: flatOf(`${nines}.5`),
      faults: ["critical price.amount decimal_out_of_range"],
      why: "rounds to a digit more",
    },
    {
      change: { commitments: spend(`${nines}.1`, null) },
      faults: ["critical commitments.minimumAmount decimal_out_of_range"],
      why: "a minimum, too",
    },
    {
      change: { price: { type: "unit", amount: dec(`${nines}.5`) } as UnitPrice },
      faults: [],
      why: "half a unit can be billed",
    },
    {
      change: tiers("graduated", ["2", nines, null], [null, "1", null]),
      faults: ["warning price.tiers.1 tier_out_of_range"],
      why: "what lies below a graduated tier is charged with it",
    },
    {
      change: tiers("graduated", ["2", "1", nines], [null, null, "1"]),
      faults: ["warning price.tiers.1 tier_out_of_range"],
      why: "flat amounts sum",
    },
    { change: tiers("graduated", ["1", nines, null], [null, "1", null]), faults: [], why: "up to the bound" },
    {
      change: tiers("volume", ["2", "1", null], [null, nines, null]),
      faults: ["warning price.tiers.1 tier_out_of_range"],
      why: "all units of a volume tier",
    },
    { change: tiers("volume", ["2", nines, null], [null, "1", null]), faults: [], why: "one unit in the first tier" },
  ])("$why", ({ change, faults }) => {
    const found = checkRateCard({ ...card, ...change }, builtInPriceModels);
    expect(found.map(({ severity, field, code }) => `${severity} ${field} ${code}`)).toEqual(faults);
  });
});

describe("parseRateCard", () => {
  const faultsOf = (definition: unknown): readonly string[] => {
    const parsed = parseRateCard(definition, builtInPriceModels);
    return parsed.ok ? [] : parsed.error.map(({ field, code }) => `${field} ${code}`);
  };
  const definition = printRateCard(card);

  test("what was printed is read back", () => {
    expect(parseRateCard(definition, builtInPriceModels)).toEqual({ ok: true, value: card });
  });

  test("only key and name must be there", () => {
    const parsed = parseRateCard({ key: "support", name: "Support" }, builtInPriceModels);
    expect(parsed.ok && parsed.value).toEqual({
      ...card,
      key: "support",
      name: "Support",
      featureKey: null,
      price: null,
      billingCadence: null,
    });
  });

  test.each([
    { change: { price: { type: "unit" } }, faults: ["price.amount required"], why: "faults of the price" },
    { change: { billingCadence: "1 month" }, faults: ["billingCadence invalid_duration"], why: "no ISO duration" },
    { change: { metadata: { a: 1 } }, faults: ["metadata.a not_a_text"], why: "metadata are texts" },
    {
      change: { discounts: { percentage: { percentage: 10 } } },
      faults: ["discounts.percentage.percentage not_a_decimal"],
      why: "decimals are texts",
    },
    { change: { discounts: { usage: {} } }, faults: ["discounts.usage.quantity required"], why: "how many?" },
    {
      change: { discounts: percentageText("101") },
      faults: ["discounts.percentage percentage_discount_invalid_value"],
      why: "critical rules hold",
    },
    {
      change: { unitConfig: { operation: "add", conversionFactor: "0" } },
      faults: ["unitConfig.operation invalid_value", "unitConfig.conversionFactor zero"],
      why: "the conversion",
    },
    {
      change: { commitments: { minimumAmount: "-1" } },
      faults: ["commitments.minimumAmount negative"],
      why: "the commitments",
    },
    {
      change: { taxConfig: { behavior: "none", stripe: { code: "txcd_1" } } },
      faults: ["taxConfig.behavior invalid_value", "taxConfig.stripe.code tax_code_stripe_invalid"],
      why: "the tax settings",
    },
    { change: { entitlement: {} }, faults: ["entitlement unknown_field"], why: "no member is ignored" },
  ])("$why: $faults", ({ change, faults }) => {
    expect(faultsOf({ ...definition, ...change })).toEqual(faults);
  });

  test("what only warns passes", () => {
    expect(faultsOf({ ...definition, featureKey: null, discounts: { usage: { quantity: "-1" } } })).toEqual([]);
  });
});

function percentageText(percent: string): unknown {
  return { percentage: { percentage: percent, correlationId: null } };
}
