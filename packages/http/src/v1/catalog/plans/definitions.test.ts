import { describe, expect, test } from "vitest";
import { createTestApp, requestDuration } from "../../../app.test-support.ts";
import type { Problem } from "../../billing.test-support.ts";
import {
  answer,
  createPlan,
  givenFeature,
  monthlyFee,
  perUnit,
  phase,
  plan,
  type PlanAnswer,
} from "../../catalog.test-support.ts";

// What a definition of a price can have wrong, and whether it refuses a draft or only its publication.

const setUp = async () => {
  const app = await createTestApp();
  await app.given({ meters: [requestDuration] });
  await givenFeature(app);
  const create = (members: Readonly<Record<string, unknown>>) =>
    app.send("POST", "/api/v1/plans", { body: plan(members) });
  const put = ({ id }: Readonly<{ id: string }>, rateCards: readonly object[]) =>
    app.send("PUT", `/api/v1/plans/${id}`, {
      body: { name: "Pro", billingCadence: "P1M", phases: [phase(rateCards)] },
    });
  return { app, create, put };
};

const at = (key: string, field: string): string =>
  `$.phases[?(@.key=='default')].rateCards[?(@.key=='${key}')].${field}`;

const perUnitOf = (amount: string) => ({ type: "unit", amount });
const flatOf = (amount: string) => ({ type: "flat", amount });
const ten = { upToAmount: "10", unitPrice: perUnitOf("2"), flatPrice: null };
const open = { upToAmount: null, unitPrice: perUnitOf("1"), flatPrice: null };

const priced = (price: object, members: object = {}) => [{ ...perUnit, ...members, price }];
const tiered = (...tiers: readonly object[]) => priced({ type: "tiered", mode: "graduated", tiers });
const unit = (members: object) => priced({ type: "unit", amount: "1", ...members });

type Broken = Readonly<{ why: string; rateCards: readonly object[]; field: string; code: string; reason: RegExp }>;

const critical: readonly Broken[] = [
  {
    why: "two tiers that end at the same place, however it is written",
    rateCards: tiered(ten, { ...ten, upToAmount: "10.0" }, open),
    field: at("duration", "price.tiers.1.upToAmount"),
    code: "duplicate_tier",
    reason: /another tier ends at 10/,
  },
  {
    why: "a tier that ends at zero",
    rateCards: tiered({ ...ten, upToAmount: "0" }, open),
    field: at("duration", "price.tiers.0.upToAmount"),
    code: "zero",
    reason: /greater than zero/,
  },
  {
    why: "a tier that ends below zero",
    rateCards: tiered({ ...ten, upToAmount: "-1" }, open),
    field: at("duration", "price.tiers.0.upToAmount"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "no tiers",
    rateCards: tiered(),
    field: at("duration", "price.tiers"),
    code: "no_tiers",
    reason: /at least one tier/,
  },
  {
    why: "no open tier",
    rateCards: tiered(ten),
    field: at("duration", "price.tiers"),
    code: "no_open_tier",
    reason: /one tier must be without an upper end/,
  },
  {
    why: "two open tiers",
    rateCards: tiered(ten, open, open),
    field: at("duration", "price.tiers.2.upToAmount"),
    code: "several_open_tiers",
    reason: /only one tier/,
  },
  {
    why: "the same of a volume price",
    rateCards: priced({ type: "tiered", mode: "volume", tiers: [open, open] }),
    field: at("duration", "price.tiers.1.upToAmount"),
    code: "several_open_tiers",
    reason: /only one tier/,
  },
  {
    why: "a tier without an amount",
    rateCards: tiered({ ...ten, unitPrice: null }, open),
    field: at("duration", "price.tiers.0"),
    code: "tier_without_amount",
    reason: /an amount per unit, a flat amount or both/,
  },
  {
    why: "a tier with a negative amount per unit",
    rateCards: tiered(ten, { ...open, unitPrice: perUnitOf("-1") }),
    field: at("duration", "price.tiers.1.unitPrice.amount"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a tier with a negative flat amount",
    rateCards: tiered(ten, { ...open, flatPrice: flatOf("-0.01") }),
    field: at("duration", "price.tiers.1.flatPrice.amount"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a minimum above the maximum",
    rateCards: unit({ minimumAmount: "2", maximumAmount: "1.99" }),
    field: at("duration", "price.minimumAmount"),
    code: "minimum_above_maximum",
    reason: /not be above maximumAmount/,
  },
  {
    why: "a negative minimum",
    rateCards: unit({ minimumAmount: "-1" }),
    field: at("duration", "price.minimumAmount"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a negative maximum",
    rateCards: unit({ maximumAmount: "-1" }),
    field: at("duration", "price.maximumAmount"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a negative fee",
    rateCards: [{ ...monthlyFee, price: flatOf("-20") }],
    field: at("fee", "price.amount"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a negative amount per unit",
    rateCards: unit({ amount: "-0.000001" }),
    field: at("duration", "price.amount"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a negative amount per package",
    rateCards: priced({ type: "package", amount: "-1", quantityPerPackage: "10" }),
    field: at("duration", "price.amount"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a package of nothing",
    rateCards: priced({ type: "package", amount: "1", quantityPerPackage: "0" }),
    field: at("duration", "price.quantityPerPackage"),
    code: "zero",
    reason: /greater than zero/,
  },
  {
    why: "a package of less than nothing",
    rateCards: priced({ type: "package", amount: "1", quantityPerPackage: "-10" }),
    field: at("duration", "price.quantityPerPackage"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a negative multiplier",
    rateCards: priced({ type: "dynamic", multiplier: "-1" }),
    field: at("duration", "price.multiplier"),
    code: "negative",
    reason: /not be negative/,
  },
  {
    why: "a percentage below zero",
    rateCards: [{ ...monthlyFee, discounts: { percentage: { percentage: -1 } } }],
    field: at("fee", "discounts.percentage"),
    code: "percentage_discount_invalid_value",
    reason: /from 0 to 100/,
  },
  {
    why: "a percentage above a hundred",
    rateCards: [{ ...monthlyFee, discounts: { percentage: { percentage: "100.0001" } } }],
    field: at("fee", "discounts.percentage"),
    code: "percentage_discount_invalid_value",
    reason: /from 0 to 100/,
  },
  {
    why: "a discount on nothing",
    rateCards: [{ ...monthlyFee, price: null, discounts: { percentage: { percentage: 10 } } }],
    field: at("fee", "discounts.percentage"),
    code: "discount_without_price",
    reason: /needs a price/,
  },
  {
    why: "a conversion by zero",
    rateCards: [{ ...perUnit, unitConfig: { operation: "divide", conversionFactor: "0" } }],
    field: at("duration", "unitConfig.conversionFactor"),
    code: "zero",
    reason: /greater than zero/,
  },
  {
    why: "more digits than an amount has",
    rateCards: unit({ amount: `0.${"1".repeat(31)}` }),
    field: at("duration", "price.amount"),
    code: "decimal_out_of_range",
    reason: /38 integer and 30 fraction digits/,
  },
];

describe("400: what is critical refuses the draft, with the field and the reason", () => {
  test.each(critical)("$why: $code", async ({ rateCards, field, code, reason }) => {
    const { app, create, put } = await setUp();
    const draft = await createPlan(app, { key: "other" });
    const refusals = [create({ phases: [phase(rateCards)] }), put(draft, rateCards)];
    for (const refusal of refusals) {
      const problem = await answer<Problem>(refusal, 400);
      expect(problem.code).toBe("invalid_input");
      expect(problem.extensions?.validationErrors).toMatchObject([
        { field, code, severity: "critical", message: expect.stringMatching(reason) },
      ]);
      expect(problem.detail).toMatch(reason);
    }
    const kept = await answer<PlanAnswer>(app.send("GET", `/api/v1/plans/${draft.id}`), 200);
    expect(kept.phases).toEqual(draft.phases);
  });

  test.each([
    { currency: "XXQ", code: "currency_invalid", why: "three letters that are no currency" },
    { currency: "usd", code: "currency_invalid", why: "small letters" },
    { currency: "", code: "currency_invalid", why: "nothing" },
  ])("the currency '$currency' ($why)", async ({ currency, code }) => {
    const { create } = await setUp();
    expect(await answer<Problem>(create({ currency }), 400)).toMatchObject({
      code: "invalid_input",
      extensions: { validationErrors: [{ field: "$.currency", code, severity: "critical" }] },
    });
  });

  test("every one of them at once", async () => {
    const { create } = await setUp();
    const rateCards = [
      { ...monthlyFee, price: flatOf("-20") },
      { ...perUnit, price: { type: "tiered", mode: "volume", tiers: [ten, ten], minimumAmount: "-1" } },
    ];
    const problem = await answer<Problem>(create({ phases: [phase(rateCards)] }), 400);
    expect(problem.extensions?.validationErrors).toMatchObject([
      { field: at("fee", "price.amount"), code: "negative" },
      { field: at("duration", "price.tiers.1.upToAmount"), code: "duplicate_tier" },
      { field: at("duration", "price.tiers"), code: "no_open_tier" },
      { field: at("duration", "price.minimumAmount"), code: "negative" },
    ]);
  });
});

const warnings: readonly (Omit<Broken, "reason"> & Readonly<{ severity?: "critical" }>)[] = [
  {
    why: "a usage price without a feature",
    rateCards: [{ ...perUnit, featureKey: undefined }],
    field: at("duration", "featureKey"),
    code: "usage_based_price_with_no_feature",
  },
  {
    why: "a feature that is missing",
    rateCards: [{ ...perUnit, key: "missing", featureKey: "missing" }],
    field: at("missing", "featureKey"),
    code: "rate_card_feature_not_found",
    severity: "critical",
  },
  {
    why: "a usage price of a feature without a meter",
    rateCards: [{ ...perUnit, key: "sso", featureKey: "sso" }],
    field: at("sso", "featureKey"),
    code: "usage_based_price_with_feature_and_no_meter",
  },
  {
    why: "a usage discount on a fixed price",
    rateCards: [{ ...monthlyFee, discounts: { usage: { quantity: "1" } } }],
    field: at("fee", "discounts.usage"),
    code: "usage_discount_with_flat_price",
  },
  {
    why: "a usage discount below zero",
    rateCards: [{ ...perUnit, discounts: { usage: { quantity: "-1" } } }],
    field: at("duration", "discounts.usage"),
    code: "usage_discount_negative_quantity",
  },
  {
    why: "a unit conversion of packages",
    rateCards: priced(
      { type: "package", amount: "1", quantityPerPackage: "10" },
      { unitConfig: { operation: "divide", conversionFactor: "1000" } },
    ),
    field: at("duration", "unitConfig"),
    code: "unit_config_requires_usage_based_price",
  },
  {
    why: "a unit conversion of a dynamic price",
    rateCards: priced({ type: "dynamic" }, { unitConfig: { operation: "multiply", conversionFactor: "2" } }),
    field: at("duration", "unitConfig"),
    code: "unit_config_requires_usage_based_price",
  },
  {
    why: "a cadence that does not align with the plan's",
    rateCards: [{ ...perUnit, billingCadence: "P1W" }],
    field: at("duration", "billingCadence"),
    code: "rate_card_billing_cadence_unaligned",
  },
];

describe("201, then 400: what may still come right is stored in a draft, reported, and keeps it from being published", () => {
  test.each(warnings)("$why: $code", async ({ rateCards, field, code, severity = "warning" }) => {
    const { app, create, put } = await setUp();
    await givenFeature(app, { key: "sso", meterSlug: undefined });
    type Reported = PlanAnswer & Readonly<{ validationErrors: readonly object[] | null }>;
    const draft = await answer<Reported>(create({ phases: [phase(rateCards)] }), 201);
    const reported = [{ field, code, message: expect.any(String) }];
    expect(draft.validationErrors).toEqual(reported);
    const read = app.send("GET", `/api/v1/plans/${draft.id}`);
    expect((await answer<Reported>(read, 200)).validationErrors).toEqual(reported);
    const again = await answer<Reported>(put(draft, rateCards), 200);
    expect(again.validationErrors).toEqual(reported);

    const refused = await answer<Problem>(app.send("POST", `/api/v1/plans/${draft.id}/publish`), 400);
    expect(refused).toMatchObject({
      code: "plan_not_publishable",
      extensions: { validationErrors: [{ field, code, severity }] },
    });

    const mended = await answer<Reported>(put(draft, [perUnit]), 200);
    expect(mended.validationErrors).toBeNull();
    await answer(app.send("POST", `/api/v1/plans/${draft.id}/publish`), 200);
  });
});
