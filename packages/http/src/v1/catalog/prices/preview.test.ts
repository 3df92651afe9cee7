import type { Explanation } from "@meter/pricing";
import { verify } from "@meter/pricing";
import { describe, expect, test } from "vitest";
import { createTestApp } from "../../../app.test-support.ts";
import type { Problem } from "../../billing.test-support.ts";
import { answer, perUnit } from "../../catalog.test-support.ts";
import { previewQuantitiesMax } from "./preview.ts";

type Preview = Readonly<{
  currency: string;
  prices: readonly Readonly<{
    quantity: string;
    billableQuantity: string;
    exactAmount: string;
    amount: string;
    totals: Readonly<Record<string, string>>;
    details: readonly Readonly<{
      reference: string;
      amount: string;
      total: string;
      discounts: readonly Readonly<{ reason: string; amount: string }>[];
    }>[];
    explanation: Explanation;
    sentences: readonly string[];
    verified: boolean;
  }>[];
}>;

const setUp = async () => {
  const app = await createTestApp();
  const ask = (body: unknown, token?: string) =>
    app.send("POST", "/api/v1/prices/preview", { body, ...(token === undefined ? {} : { token }) });
  return { app, ask };
};

const tiers = [
  { upToAmount: "100", unitPrice: { type: "unit", amount: "0.10" }, flatPrice: null },
  { upToAmount: null, unitPrice: { type: "unit", amount: "0.05" }, flatPrice: { type: "flat", amount: "2" } },
];
const manyTiers = [
  ...Array.from({ length: 99 }, (_, index) => ({ ...tiers[0], upToAmount: String(index + 1) })),
  tiers[1],
];
const graduated = { type: "tiered", mode: "graduated", tiers };

describe("200: each quantity with its amount, exact and rounded", () => {
  test.each([
    {
      why: "flat",
      rateCard: { price: { type: "flat", amount: "20" } },
      currency: "USD",
      rows: [["0", "20", "20.00"]],
    },
    {
      why: "unit: half a cent is rounded away from zero",
      rateCard: { price: { type: "unit", amount: "0.005" } },
      currency: "USD",
      rows: [
        ["0", "0", "0.00"],
        ["1", "0.005", "0.01"],
        ["3", "0.015", "0.02"],
        ["-5", "0", "0.00"],
      ],
    },
    {
      why: "graduated: the boundary belongs to the lower tier, the flat fee to who enters",
      rateCard: { price: graduated },
      currency: "USD",
      rows: [
        ["0", "0", "0.00"],
        ["100", "10", "10.00"],
        ["100.5", "12.025", "12.03"],
      ],
    },
    {
      why: "volume",
      rateCard: { price: { ...graduated, mode: "volume" } },
      currency: "USD",
      rows: [
        ["100", "10", "10.00"],
        ["101", "7.05", "7.05"],
      ],
    },
    {
      why: "package",
      rateCard: { price: { type: "package", amount: "15", quantityPerPackage: "10" } },
      currency: "USD",
      rows: [
        ["0", "0", "0.00"],
        ["11", "30", "30.00"],
      ],
    },
    {
      why: "dynamic",
      rateCard: { price: { type: "dynamic", multiplier: "1.33333" } },
      currency: "USD",
      rows: [["10", "13.3333", "13.33"]],
    },
    {
      why: "conversion, free units, percentage, minimum and maximum; a ratio stays one",
      rateCard: {
        price: { type: "unit", amount: "1", minimumAmount: "2", maximumAmount: "100" },
        unitConfig: { operation: "divide", conversionFactor: "3" },
        discounts: { percentage: { percentage: 50 }, usage: { quantity: "1" } },
      },
      currency: "USD",
      rows: [
        ["0", "2", "2.00"],
        ["25", "11/3", "3.67"],
        ["30000", "100", "100.00"],
      ],
    },
    {
      why: "a currency without minor units",
      rateCard: { price: { type: "unit", amount: "0.5" } },
      currency: "JPY",
      rows: [["3", "1.5", "2"]],
    },
    { why: "free", rateCard: { price: null }, currency: "USD", rows: [["10", "0", "0.00"]] },
  ])("$why", async ({ rateCard, currency, rows }) => {
    const { ask } = await setUp();
    const quantities = rows.map(([quantity]) => quantity);
    const preview = await answer<Preview>(ask({ currency, rateCard, quantities }), 200);
    expect(preview.currency).toBe(currency);
    expect(preview.prices.map(({ quantity, exactAmount, amount }) => [quantity, exactAmount, amount])).toEqual(rows);
    for (const { verified, explanation, totals, amount } of preview.prices) {
      expect(verified).toBe(true);
      expect(verify(explanation)).toEqual({ ok: true, value: null });
      expect(totals["total"]).toBe(amount);
    }
  });

  test("details and sentences say how: discounts with their reason", async () => {
    const { ask } = await setUp();
    const rateCard = {
      price: { type: "unit", amount: "0.25", maximumAmount: "10" },
      discounts: { percentage: { percentage: 20 }, usage: { quantity: "100" } },
    };
    const { prices } = await answer<Preview>(ask({ currency: "USD", rateCard, quantity: "200" }), 200);
    expect(prices).toMatchObject([
      {
        quantity: "200",
        billableQuantity: "100",
        amount: "10.00",
        details: [
          {
            reference: "unit-price-usage",
            label: "usage in period",
            quantity: "100",
            perUnitAmount: "0.25",
            amount: "25.00",
            discounts: [
              { reason: "ratecard_percentage", amount: "5.00" },
              { reason: "maximum_spend", amount: "10.00" },
            ],
            total: "10.00",
          },
        ],
        sentences: expect.arrayContaining(["every unit: 100 × 0.25 = 25", "at most 10: 20 becomes 10"]),
      },
    ]);
  });

  test("a rate card as a plan answers it will do, whether or not its feature exists", async () => {
    const { ask } = await setUp();
    const { prices } = await answer<Preview>(ask({ currency: "USD", rateCard: perUnit, quantity: "10" }), 200);
    expect(prices).toMatchObject([{ amount: "2.50" }]);
  });

  test("reading plans is enough; nothing is stored", async () => {
    const { app, ask } = await setUp();
    const token = await app.createKey(["plans:read"]);
    const body = { currency: "USD", rateCard: perUnit, quantities: ["1", "2"] };
    const first = await answer<Preview>(ask(body, token), 200);
    expect(await answer<Preview>(ask(body, token), 200)).toEqual(first);
  });
});

describe("400: the field and the reason", () => {
  test.each([
    { why: "an unknown currency", body: { currency: "XXQ" }, field: "currency", code: "unknown_currency" },
    { why: "no quantity", body: { quantities: undefined }, field: "quantities", code: "required" },
    { why: "both", body: { quantity: "1" }, field: "quantities", code: "required" },
    {
      why: "more digits than a quantity has",
      body: { quantities: ["1", "1".repeat(39)] },
      field: "quantities.1",
      code: "decimal_out_of_range",
    },
    {
      why: "two tiers that end at the same place",
      body: { rateCard: { price: { ...graduated, tiers: [tiers[0], tiers[0], tiers[1]] } } },
      field: "rateCard.price.tiers.1.upToAmount",
      code: "duplicate_tier",
    },
    {
      why: "a minimum above the maximum",
      body: { rateCard: { price: { type: "unit", amount: "1", minimumAmount: "2", maximumAmount: "1" } } },
      field: "rateCard.price.minimumAmount",
      code: "minimum_above_maximum",
    },
    {
      why: "a usage discount on a fixed price",
      body: { rateCard: { price: { type: "flat", amount: "1" }, discounts: { usage: { quantity: "1" } } } },
      field: "rateCard.discounts.usage",
      code: "usage_discount_with_flat_price",
    },
    {
      why: "a unit conversion of packages",
      body: {
        rateCard: {
          price: { type: "package", amount: "1", quantityPerPackage: "10" },
          unitConfig: { operation: "divide", conversionFactor: "1000" },
        },
      },
      field: "rateCard.unitConfig",
      code: "unit_config_requires_usage_based_price",
    },
    {
      why: "more rows than are answered",
      body: {
        quantities: Array.from({ length: previewQuantitiesMax }, (_, index) => String(index)),
        rateCard: { price: { ...graduated, tiers: manyTiers } },
      },
      field: "quantities",
      code: "too_many",
    },
    {
      why: "an amount beyond what there is, of the second of a list",
      body: { rateCard: { price: { type: "unit", amount: "9".repeat(38) } }, quantities: ["1", "1000"] },
      field: "quantities.1",
      code: "amount_out_of_range",
    },
    {
      why: "the same of the only quantity stands where it was sent",
      body: { rateCard: { price: { type: "unit", amount: "9".repeat(38) } }, quantity: "1000", quantities: undefined },
      field: "quantity",
      code: "amount_out_of_range",
    },
  ])("$why", async ({ body, field, code }) => {
    const { ask } = await setUp();
    const base = { currency: "USD", rateCard: perUnit, quantities: ["1"] };
    expect(await answer<Problem>(ask({ ...base, ...body }), 400)).toMatchObject({
      code: "invalid_input",
      extensions: { validationErrors: [{ field, code, severity: "critical" }] },
    });
  });

  test.each([
    { why: "a quantity that is a number", body: { quantity: 1 } },
    { why: "no rate card", body: { quantity: "1", rateCard: undefined } },
    { why: "an empty list", body: { quantities: [] } },
    { why: "too many", body: { quantities: Array.from({ length: previewQuantitiesMax + 1 }, () => "1") } },
  ])("$why", async ({ body }) => {
    const { ask } = await setUp();
    const { code } = await answer<Problem>(ask({ currency: "USD", rateCard: perUnit, ...body }), 400);
    expect(code).toBe("invalid_input");
  });
});

test("403: a key that reads no plans", async () => {
  const { app, ask } = await setUp();
  const token = await app.createKey(["billing:read"]);
  expect((await ask({ currency: "USD", rateCard: perUnit, quantity: "1" }, token)).status).toBe(403);
});
