import { builtInPriceModels, checkRateCard } from "@meter/catalog";
import { describe, expect, test } from "vitest";
import { monthlyFee, perUnit } from "../../catalog.test-support.ts";
import { type ApiPrice, fromApiPrice, toApiPrice } from "./price.ts";
import { type ApiRateCard, fromApiRateCard, rateCardSchema, toApiRateCard } from "./rate-card.ts";

const tiers = [
  { upToAmount: "100", flatPrice: { type: "flat", amount: "5" }, unitPrice: null },
  { flatPrice: null, unitPrice: { type: "unit", amount: "0.00003" } },
] as const;

const prices: readonly ApiPrice[] = [
  { type: "flat", amount: "20", paymentTerm: "in_advance" },
  { type: "flat", amount: "0", paymentTerm: "in_arrears" },
  { type: "unit", amount: "0.00003" },
  {
    type: "unit",
    amount: "0.25",
    minimumAmount: "0",
    maximumAmount: "12345678901234567890.123456789012345678901234567",
  },
  { type: "tiered", mode: "graduated", tiers: [...tiers], minimumAmount: "10" },
  { type: "tiered", mode: "volume", tiers: [...tiers], maximumAmount: "10.5" },
  { type: "dynamic", multiplier: "1.33333" },
  { type: "package", amount: "15", quantityPerPackage: "10", minimumAmount: "1" },
];

describe("what the wire says is what the domain says: a price goes there and back unchanged", () => {
  test.each(prices)("$type $mode", (api) => {
    const price = fromApiPrice(api);
    expect(price.ok && toApiPrice(price.value)).toEqual(api);
  });
});

describe("a price in its one canonical form", () => {
  test.each<{ why: string; sent: ApiPrice; echoed: ApiPrice }>([
    {
      why: "trailing zeros say nothing",
      sent: { type: "unit", amount: "0.2500" },
      echoed: { type: "unit", amount: "0.25" },
    },
    {
      why: "a fixed amount is due in advance unless it says otherwise",
      sent: { type: "flat", amount: "1" },
      echoed: { type: "flat", amount: "1", paymentTerm: "in_advance" },
    },
    { why: "a missing multiplier is 1", sent: { type: "dynamic" }, echoed: { type: "dynamic", multiplier: "1" } },
    {
      why: "tiers ascend, the open one last",
      sent: {
        type: "tiered",
        mode: "graduated",
        tiers: [
          { unitPrice: { type: "unit", amount: "1" } },
          { upToAmount: "10", unitPrice: { type: "unit", amount: "2" } },
        ],
      },
      echoed: {
        type: "tiered",
        mode: "graduated",
        tiers: [
          { upToAmount: "10", unitPrice: { type: "unit", amount: "2" }, flatPrice: null },
          { unitPrice: { type: "unit", amount: "1" }, flatPrice: null },
        ],
      },
    },
  ])("$why", ({ sent, echoed }) => {
    const price = fromApiPrice(sent);
    expect(price.ok && toApiPrice(price.value)).toEqual(echoed);
  });
});

describe("a price that is none is refused, by the wire's names", () => {
  test.each<{ sent: ApiPrice; field: string }>([
    { sent: { type: "unit", amount: "-1" }, field: "amount" },
    { sent: { type: "unit", amount: "1", minimumAmount: "-1" }, field: "minimumAmount" },
    { sent: { type: "package", amount: "1", quantityPerPackage: "0" }, field: "quantityPerPackage" },
    { sent: { type: "tiered", mode: "volume", tiers: [] }, field: "tiers" },
    { sent: { type: "tiered", mode: "volume", tiers: [{}] }, field: "tiers.0" },
    {
      sent: { type: "tiered", mode: "volume", tiers: [{ unitPrice: { type: "unit", amount: "-1" } }] },
      field: "tiers.0.unitPrice.amount",
    },
    {
      sent: { type: "tiered", mode: "volume", tiers: [{ flatPrice: { type: "flat", amount: "-1" } }] },
      field: "tiers.0.flatPrice.amount",
    },
    {
      sent: {
        type: "tiered",
        mode: "graduated",
        tiers: [
          { upToAmount: "-1", unitPrice: { type: "unit", amount: "1" } },
          { flatPrice: null, unitPrice: null },
        ],
      },
      field: "tiers.0.upToAmount",
    },
  ])("$field of $sent", ({ sent, field }) => {
    const price = fromApiPrice(sent);
    expect(price.ok ? [] : price.error.map((fault) => fault.field)).toContain(field);
  });
});

const full: ApiRateCard = {
  type: "usage_based",
  key: "duration",
  name: "Duration",
  description: "How long",
  metadata: { team: "api" },
  featureKey: "duration",
  billingCadence: "P1M",
  price: { type: "unit", amount: "0.25", minimumAmount: "5" },
  discounts: { percentage: { percentage: 12.5 }, usage: { quantity: "100" } },
  unitConfig: {
    operation: "divide",
    conversionFactor: "1000",
    rounding: "ceiling",
    precision: 2,
    displayUnit: "thousands",
  },
  taxConfig: { behavior: "exclusive", stripe: { code: "txcd_10000000" }, customInvoicing: { code: "A" } },
};

describe("rate cards", () => {
  test.each([
    { why: "with everything", api: full },
    { why: "a monthly fee", api: { ...monthlyFee, metadata: null } },
    { why: "once", api: { ...monthlyFee, metadata: null, billingCadence: null } },
    { why: "free", api: { ...monthlyFee, metadata: null, featureKey: "fee", price: null } },
    { why: "per unit", api: { ...perUnit, metadata: null } },
  ])("there and back unchanged: $why", ({ api }) => {
    expect(rateCardSchema.parse(api)).toEqual(api);
    const rateCard = fromApiRateCard(api);
    expect(rateCard.ok && toApiRateCard(rateCard.value)).toEqual(api);
    expect(rateCard.ok && checkRateCard(rateCard.value, builtInPriceModels)).toEqual([]);
  });

  test("a percentage as text keeps its digits, and is answered as a number", () => {
    const discounts = { percentage: { percentage: "33.333333333333333333" } };
    const rateCard = fromApiRateCard({ ...full, discounts });
    expect(rateCard.ok && rateCard.value.discounts.percentage?.percentage).toEqual({
      coefficient: 33333333333333333333n,
      scale: 18,
    });
    expect(rateCard.ok && toApiRateCard(rateCard.value).discounts).toEqual({
      percentage: { percentage: 33.333333333333336 },
    });
  });

  test.each([
    { sent: 0.1, exact: { coefficient: 1n, scale: 1 } },
    { sent: 1e-7, exact: { coefficient: 1n, scale: 7 } },
    { sent: 100, exact: { coefficient: 100n, scale: 0 } },
  ])("a percentage as number $sent is the decimal that writes it", ({ sent, exact }) => {
    const rateCard = fromApiRateCard({ ...full, discounts: { percentage: { percentage: sent } } });
    expect(rateCard.ok && rateCard.value.discounts.percentage?.percentage).toEqual(exact);
  });

  test("usage_based with a fixed price, or none, is answered as flat_fee: it is the same", () => {
    const fixed = fromApiRateCard({ ...full, price: { type: "flat", amount: "1" }, unitConfig: undefined });
    expect(fixed.ok && toApiRateCard(fixed.value).type).toBe("flat_fee");
    const free = fromApiRateCard({ ...full, price: null });
    expect(free.ok && toApiRateCard(free.value)).toMatchObject({
      type: "flat_fee",
      billingCadence: "P1M",
      price: null,
    });
  });

  test.each([
    { field: "entitlementTemplate", members: { entitlementTemplate: { type: "boolean" } } },
    { field: "taxConfig.taxCodeId", members: { taxConfig: { taxCodeId: "01ARZ3NDEKTSV4RRFFQ69G5FAV" } } },
  ])("$field is not supported yet", ({ field, members }) => {
    const rateCard = fromApiRateCard({ ...full, ...members });
    expect(rateCard.ok ? [] : rateCard.error).toMatchObject([{ code: "not_supported_yet", field }]);
  });

  test.each([
    { field: "price.amount", members: { price: { type: "unit", amount: "-1" } } },
    { field: "discounts.usage.quantity", members: { discounts: { usage: { quantity: "1".repeat(60) } } } },
    { field: "unitConfig.conversionFactor", members: { unitConfig: { operation: "divide", conversionFactor: "0" } } },
    { field: "unitConfig.precision", members: { unitConfig: { ...full.unitConfig, precision: -1 } } },
    { field: "taxConfig.stripe.code", members: { taxConfig: { stripe: { code: "10000000" } } } },
  ])("faults have the wire's names: $field", ({ field, members }) => {
    const rateCard = fromApiRateCard({ ...full, ...members } as ApiRateCard); // the members of the table
    expect(rateCard.ok ? [] : rateCard.error.map((fault) => fault.field)).toContain(field);
  });
});
