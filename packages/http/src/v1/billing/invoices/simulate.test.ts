import { builtInModels, verify } from "@meter/pricing";
import type { Explanation } from "@meter/pricing";
import { describe, expect, test } from "vitest";
import { requestDuration } from "../../../app.test-support.ts";
import { createBillingApp, type Problem } from "../../billing.test-support.ts";
import { answer, feature } from "../../catalog.test-support.ts";

type Detail = Readonly<{
  name: string;
  quantity: string;
  perUnitAmount: string;
  category: string;
  totals: Readonly<Record<string, string>>;
}>;
type Line = Readonly<{
  id: string;
  name: string;
  quantity: string;
  meteredQuantity?: string;
  preLinePeriodQuantity?: string;
  meteredPreLinePeriodQuantity?: string;
  totals: Readonly<Record<string, string>>;
  children: readonly Detail[];
  computation: Readonly<{ exactAmount: string; explanation: Explanation }>;
}>;
type Simulated = Readonly<{
  id: string;
  number: string;
  lines: readonly Line[];
  totals: Readonly<Record<string, string>>;
}>;

const period = { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" };
const unit = { type: "unit", amount: "0.25" } as const;
const flat = { type: "flat", amount: "20", paymentTerm: "in_advance" } as const;
const tiers = [
  { upToAmount: "10", unitPrice: { type: "unit", amount: "2" }, flatPrice: { type: "flat", amount: "5" } },
  { upToAmount: null, unitPrice: { type: "unit", amount: "1" }, flatPrice: null },
] as const;
const graduated = { type: "tiered", mode: "graduated", tiers } as const;
const volume = { type: "tiered", mode: "volume", tiers } as const;

/** A line of which only what matters is named. */
const line = (rateCard: object, members: object = {}): object => ({
  name: "Line",
  period,
  invoiceAt: period.to,
  quantity: "1",
  rateCard: { featureKey: "duration", ...rateCard },
  ...members,
});

const setUp = async () => {
  const app = await createBillingApp();
  const customer = await app.createCustomer({ name: "Acme" });
  const path = `/api/v1/billing/customers/${customer.id}/invoices/simulate`;
  return {
    app,
    customer,
    path,
    simulate: (lines: readonly object[], members: object = {}) =>
      app.post(path, { currency: "USD", lines, ...members }),
  };
};

const simulateOne = async (rateCard: object, members: object = {}): Promise<Line> => {
  const { simulate } = await setUp();
  const { lines } = await answer<Simulated>(simulate([line(rateCard, members)]), 200);
  const [only] = lines;
  if (only === undefined) throw new Error("there is a line");
  expect(verify(only.computation.explanation).ok).toBe(true);
  return only;
};

describe("200", () => {
  test("a whole invoice in the wire of invoices, and nothing is stored", async () => {
    const { app, customer, simulate } = await setUp();
    const body = [
      line({ price: unit }, { quantity: "100.5", description: "How long", metadata: { team: "api" } }),
      line({ price: flat, featureKey: undefined }, { name: "Fee", quantity: "7" }),
    ];
    const invoice = await answer<Simulated>(simulate(body), 200);
    expect(invoice).toMatchObject({
      type: "standard",
      number: "INV-SIMULATED",
      status: "draft",
      statusDetails: { immutable: false, extendedStatus: "draft.created", availableActions: {} },
      currency: "USD",
      customer: { id: customer.id, name: "Acme", usageAttribution: { subjectKeys: [customer.key] } },
      period,
      workflow: { workflow: { payment: { collectionMethod: "send_invoice" } } },
      totals: { amount: "45.13", discountsTotal: "0.00", total: "45.13" },
      lines: [
        {
          type: "usage_based",
          managedBy: "manual",
          name: "Line",
          description: "How long",
          metadata: { team: "api" },
          invoice: { id: invoice.id, number: "INV-SIMULATED" },
          period,
          invoiceAt: period.to,
          featureKey: "duration",
          price: unit,
          rateCard: { price: unit, featureKey: "duration" },
          quantity: "100.5",
          totals: { total: "25.13" },
          children: [
            { name: "Line: usage in period", quantity: "100.5", perUnitAmount: "0.25", totals: { total: "25.13" } },
          ],
          computation: { exactAmount: "25.125", usage: null, final: true },
        },
        {
          name: "Fee",
          quantity: "1",
          totals: { total: "20.00" },
          children: [{ quantity: "1", totals: { total: "20.00" } }],
        },
      ],
    });
    expect(invoice.lines[0]).not.toHaveProperty("subscription");
    expect(await answer(app.get("/api/v1/billing/invoices"), 200)).toMatchObject({ totalCount: 0 });
    expect((await app.get(`/api/v1/billing/invoices/${invoice.id}`)).status).toBe(404);
  });

  test("number and ids as they are given; times to the millisecond", async () => {
    const { simulate } = await setUp();
    const id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const precise = { from: "2026-01-01T00:00:00.999Z", to: "2026-02-01T00:00:00.001Z" };
    const sent = [line({ price: unit }, { id, period: precise, invoiceAt: precise.to })];
    const invoice = await answer(simulate(sent, { number: "QUOTE-7" }), 200);
    expect(invoice).toMatchObject({ number: "QUOTE-7", lines: [{ id, period: precise, invoiceAt: precise.to }] });
  });

  test("no event changes it: no meter is read", async () => {
    const { app, simulate } = await setUp();
    const before = await answer<Simulated>(simulate([line({ price: unit }, { quantity: "3" })]), 200);
    await app.send("DELETE", `/api/v1/meters/${requestDuration.slug}`);
    const after = await answer<Simulated>(simulate([line({ price: unit }, { quantity: "3" })]), 200);
    expect(after.totals).toEqual(before.totals);
  });

  test("the deprecated twins of a rate card do the same, and equal ones may stand beside it", async () => {
    const { simulate } = await setUp();
    const alone = { ...line({}, { quantity: "4" }), rateCard: undefined, price: unit, featureKey: "duration" };
    const beside = { ...line({ price: unit }, { quantity: "4" }), price: { ...unit, amount: "0.250" } };
    expect(await answer(simulate([alone, beside]), 200)).toMatchObject({
      lines: [{ quantity: "4", featureKey: "duration", totals: { total: "1.00" } }, { totals: { total: "1.00" } }],
    });
  });

  test("a customer by its key", async () => {
    const { app, customer } = await setUp();
    const path = `/api/v1/billing/customers/${customer.key}/invoices/simulate`;
    await answer(app.post(path, { currency: "USD", lines: [line({ price: unit })] }), 200);
  });

  test("reading billing is enough", async () => {
    const { app, path } = await setUp();
    const body = { currency: "USD", lines: [line({ price: unit })] };
    const reader = await app.createKey(["billing:read"]);
    const other = await app.createKey(["plans:read"]);
    expect((await app.send("POST", path, { body, token: reader })).status).toBe(200);
    expect((await app.send("POST", path, { body, token: other })).status).toBe(403);
  });
});

describe("200: without a quantity before it, a line is the first and the final one; with one, only the final one", () => {
  test.each([
    { why: "flat in advance: first", price: flat, quantity: "1", before: undefined, total: "20.00" },
    { why: "flat in advance: billed with the first part", price: flat, quantity: "1", before: "0", total: "0.00" },
    {
      why: "flat in arrears: with the final part",
      price: { ...flat, paymentTerm: "in_arrears" },
      quantity: "1",
      before: "0",
      total: "20.00",
    },
    { why: "the first tier's flat fee, once", price: graduated, quantity: "3", before: undefined, total: "11.00" },
    { why: "and not again after nothing was used", price: graduated, quantity: "3", before: "0", total: "6.00" },
    { why: "tiers go on where they were", price: graduated, quantity: "4", before: "8", total: "6.00" },
    { why: "volume is billed as a whole", price: volume, quantity: "4", before: "8", total: "12.00" },
    {
      why: "a package that was begun before is not billed again",
      price: { type: "package", amount: "15", quantityPerPackage: "10" },
      quantity: "5",
      before: "17",
      total: "15.00",
    },
    {
      why: "what is missing to the minimum, in the final part",
      price: { ...unit, minimumAmount: "10" },
      quantity: "0",
      before: "20",
      total: "5.00",
    },
    {
      why: "the maximum is of all parts together",
      price: { ...unit, maximumAmount: "10" },
      quantity: "100",
      before: "30",
      total: "2.50",
    },
    { why: "cents are not lost", price: { type: "unit", amount: "0.005" }, quantity: "1", before: "1", total: "0.00" },
  ])("$why", async ({ price, quantity, before, total }) => {
    const { totals } = await simulateOne({ price }, { quantity, preLinePeriodQuantity: before });
    expect(totals["total"]).toBe(total);
  });

  test("a conversion applies to the whole: 1,400 and 1,300 of a thousand are three, not four", async () => {
    const converted = await simulateOne(
      {
        price: { type: "unit", amount: "1" },
        unitConfig: { operation: "divide", conversionFactor: "1000", rounding: "ceiling" },
      },
      { quantity: "1300", preLinePeriodQuantity: "1400" },
    );
    expect(converted).toMatchObject({
      quantity: "1",
      meteredQuantity: "1300",
      preLinePeriodQuantity: "2",
      meteredPreLinePeriodQuantity: "1400",
      totals: { total: "1.00" },
    });
  });

  test("free units are used up by what came before", async () => {
    const discounted = await simulateOne(
      { price: { type: "unit", amount: "1" }, discounts: { usage: { quantity: "10", correlationId: "trial" } } },
      { quantity: "15", preLinePeriodQuantity: "5" },
    );
    expect(discounted).toMatchObject({
      quantity: "10",
      meteredQuantity: "15",
      meteredPreLinePeriodQuantity: "5",
      discounts: {
        usage: [
          {
            reason: { type: "ratecard_usage", quantity: "10", correlationId: "trial" },
            quantity: "5",
            preLinePeriodQuantity: "5",
          },
        ],
      },
      rateCard: { discounts: { usage: { quantity: "10", correlationId: "trial" } } },
    });
    expect(discounted).not.toHaveProperty("preLinePeriodQuantity");
  });

  test("a discount without a name gets one", async () => {
    const { children } = await simulateOne({ price: unit, discounts: { percentage: { percentage: 50 } } });
    expect(children).toMatchObject([
      {
        discounts: {
          amount: [
            {
              reason: {
                type: "ratecard_percentage",
                percentage: 50,
                correlationId: expect.stringMatching(/^[0-9A-Z]{26}$/),
              },
            },
          ],
        },
      },
    ]);
  });

  test("a reading that is not a sum of parts is billed as a whole", async () => {
    const { app, simulate } = await setUp();
    await app.given({ meters: [{ ...requestDuration, slug: "seats", aggregation: "LATEST", eventType: "seat" }] });
    await answer(app.post("/api/v1/features", feature({ key: "seats", meterSlug: "seats" })), 201);
    const sent = [line({ price: unit, featureKey: "seats" }, { quantity: "12", preLinePeriodQuantity: "100" })];
    expect(await answer(simulate(sent), 200)).toMatchObject({ lines: [{ quantity: "12", totals: { total: "3.00" } }] });
  });

  test("usage below zero is no usage", async () => {
    expect(await simulateOne({ price: { ...unit, minimumAmount: "1" } }, { quantity: "-5" })).toMatchObject({
      totals: { amount: "0.00", chargesTotal: "1.00", total: "1.00" },
    });
  });
});

test("200: less usage than was billed makes a line below zero, and credit instead of an invoice below zero", async () => {
  const { simulate } = await setUp();
  const sent = [line({ price: unit }, { quantity: "-8", preLinePeriodQuantity: "10" })];
  expect(await answer(simulate(sent), 200)).toMatchObject({
    lines: [{ quantity: "-8", totals: { total: "-2.00" } }],
    totals: { amount: "-2.00", creditsTotal: "-2.00", total: "0.00" },
  });
});

describe("400: the field, by the wire's own name, and the reason", () => {
  type Fail = Readonly<{ why: string; field: string; code: string; bad?: object; line?: object; members?: object }>;
  const fails: readonly Fail[] = [
    { why: "an unknown currency", members: { currency: "XXQ" }, bad: {}, field: "currency", code: "unknown_currency" },
    {
      why: "two tiers that end at the same place",
      bad: { price: { ...graduated, tiers: [tiers[0], tiers[0], tiers[1]] } },
      field: "lines.2.rateCard.price.tiers.1.upToAmount",
      code: "duplicate_tier",
    },
    {
      why: "a tier that ends at zero",
      bad: { price: { ...graduated, tiers: [{ ...tiers[0], upToAmount: "0" }, tiers[1]] } },
      field: "lines.2.rateCard.price.tiers.0.upToAmount",
      code: "zero",
    },
    {
      why: "no open tier",
      bad: { price: { ...graduated, tiers: [tiers[0]] } },
      field: "lines.2.rateCard.price.tiers",
      code: "no_open_tier",
    },
    {
      why: "a minimum above the maximum",
      bad: { price: { ...unit, minimumAmount: "2", maximumAmount: "1" } },
      field: "lines.2.rateCard.price.minimumAmount",
      code: "minimum_above_maximum",
    },
    {
      why: "a negative amount",
      bad: { price: { ...unit, amount: "-1" } },
      field: "lines.2.rateCard.price.amount",
      code: "negative",
    },
    {
      why: "a usage discount on a fixed price",
      bad: { price: flat, discounts: { usage: { quantity: "1" } } },
      field: "lines.2.rateCard.discounts.usage",
      code: "usage_discount_with_flat_price",
    },
    {
      why: "a percentage above a hundred",
      bad: { price: unit, discounts: { percentage: { percentage: 101 } } },
      field: "lines.2.rateCard.discounts.percentage",
      code: "percentage_discount_invalid_value",
    },
    {
      why: "a conversion of a dynamic price",
      bad: { price: { type: "dynamic" }, unitConfig: { operation: "multiply", conversionFactor: "2" } },
      field: "lines.2.rateCard.unitConfig",
      code: "unit_config_requires_usage_based_price",
    },
    {
      why: "a usage price without a feature",
      bad: { price: unit, featureKey: undefined },
      field: "lines.2.rateCard.featureKey",
      code: "usage_based_price_with_no_feature",
    },
    { why: "no price", bad: { price: null }, field: "lines.2.rateCard.price", code: "required" },
    {
      why: "an empty period of usage",
      line: { period: { from: period.to, to: period.to } },
      field: "lines.2.period",
      code: "invoice_create_ubp_line_period_is_empty",
    },
    {
      why: "a period that ends before it starts",
      line: { period: { from: period.to, to: period.from } },
      field: "lines.2.period",
      code: "invalid_period",
    },
    {
      why: "a quantity with too many digits",
      line: { quantity: "1".repeat(39) },
      field: "lines.2.quantity",
      code: "decimal_out_of_range",
    },
    {
      why: "twins that differ",
      line: { price: { ...unit, amount: "0.26" } },
      field: "lines.2.price",
      code: "unequal_twins",
    },
    {
      why: "a fault in a deprecated twin stands where it was sent",
      line: { rateCard: undefined, price: { ...unit, minimumAmount: "2", maximumAmount: "1" }, featureKey: "duration" },
      field: "lines.2.price.minimumAmount",
      code: "minimum_above_maximum",
    },
  ];

  test.each(fails)("$why: $field $code", async ({ bad, line: members, members: body, field, code }) => {
    const { simulate } = await setUp();
    const good = line({ price: unit });
    const problem = await answer<Problem>(
      simulate([good, good, line({ price: unit, ...bad }, members ?? {})], body ?? {}),
      400,
    );
    expect(problem).toMatchObject({
      code: "invalid_input",
      extensions: { validationErrors: [{ field, code, severity: "critical" }] },
    });
  });

  test("every fault at once", async () => {
    const { simulate } = await setUp();
    const broken = line({ price: { ...unit, minimumAmount: "2", maximumAmount: "1" } });
    const problem = await answer<Problem>(simulate([broken, line({ price: null })], { currency: "QQQ" }), 400);
    expect(problem.extensions?.validationErrors).toMatchObject([
      { field: "currency" },
      { field: "lines.0.rateCard.price.minimumAmount" },
      { field: "lines.1.rateCard.price" },
    ]);
  });

  test("two lines of one id", async () => {
    const { simulate } = await setUp();
    const twice = line({ price: unit }, { id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" });
    expect(await answer<Problem>(simulate([twice, twice]), 400)).toMatchObject({
      extensions: { validationErrors: [{ field: "lines.0.id", code: "duplicate" }, { field: "lines.1.id" }] },
    });
  });

  test.each([
    { why: "no lines", body: { currency: "USD", lines: [] } },
    { why: "no currency", body: { lines: [line({ price: unit })] } },
    { why: "no quantity", body: { currency: "USD", lines: [line({ price: unit }, { quantity: undefined })] } },
    { why: "a quantity that is a number", body: { currency: "USD", lines: [line({ price: unit }, { quantity: 1 })] } },
    { why: "an id that is none", body: { currency: "USD", lines: [line({ price: unit }, { id: "line-1" })] } },
    { why: "an unknown price", body: { currency: "USD", lines: [line({ price: { type: "free" } })] } },
  ])("$why", async ({ body }) => {
    const { app, path } = await setUp();
    expect(await answer<Problem>(app.post(path, body), 400)).toMatchObject({ code: "invalid_input" });
  });
});

describe("404", () => {
  test.each(["01ARZ3NDEKTSV4RRFFQ69G5FAV", "nobody"])("the customer %s", async (id) => {
    const { app } = await setUp();
    const path = `/api/v1/billing/customers/${id}/invoices/simulate`;
    const body = { currency: "USD", lines: [line({ price: unit })] };
    expect(await answer<Problem>(app.post(path, body), 404)).toMatchObject({ code: "customer_not_found" });
  });
});

test("412: a deleted customer", async () => {
  const { app, customer, simulate } = await setUp();
  await answer(app.send("DELETE", `/api/v1/customers/${customer.id}`), 204);
  expect(await answer<Problem>(simulate([line({ price: unit })]), 412)).toMatchObject({ code: "customer_deleted" });
});

test("every model that there is can be simulated", async () => {
  const prices = {
    flat,
    unit,
    graduated,
    volume,
    package: { type: "package", amount: "1", quantityPerPackage: "10" },
    dynamic: { type: "dynamic", multiplier: "2" },
  };
  expect(Object.keys(prices).toSorted()).toEqual(Object.keys(builtInModels).toSorted());
  const { simulate } = await setUp();
  const lines = Object.values(prices).map((price) => line({ price }, { quantity: "12" }));
  const invoice = await answer<Simulated>(simulate(lines), 200);
  expect(invoice.lines.map(({ totals }) => totals["total"])).toEqual([
    "20.00",
    "3.00",
    "27.00",
    "12.00",
    "2.00",
    "24.00",
  ]);
  expect(invoice.totals["total"]).toBe("88.00");
});
