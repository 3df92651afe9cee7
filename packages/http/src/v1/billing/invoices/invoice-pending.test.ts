import { UsageUnavailable } from "@meter/core";
import { describe, expect, test } from "vitest";
import { type BillingTestApp, createBillingApp, type Problem, usage } from "../../billing.test-support.ts";
import { answer, createPlan, monthlyFee, perUnit, phase, publish } from "../../catalog.test-support.ts";

const path = "/api/v1/billing/invoices";

type Line = Readonly<{
  id: string;
  name: string;
  period: Readonly<{ from: string; to: string }>;
  quantity: string;
  preLinePeriodQuantity?: string;
  totals: Readonly<{ total: string }>;
}>;
type Invoice = Readonly<{
  id: string;
  status: string;
  createdAt: string;
  collectionAt: string;
  totals: Readonly<{ total: string }>;
  lines: readonly Line[];
}>;

/**
 * Subscribed on 15 January at noon to a fee of 20 in advance and 0.25 for each unit, with 10.5 units used on the 20th; now
 * it is the 25th.
 */
const subscribed = async (overrides: Parameters<typeof createBillingApp>[0] = {}) => {
  const app = await createBillingApp(overrides);
  const customer = await app.createCustomer();
  const subscription = await app.subscribe(customer);
  await app.given({ events: [usage(customer.key, "10.5", "2026-01-20T00:00:00Z")] });
  await app.passUntil("2026-01-25T00:00:00Z");
  return { app, customer, subscription };
};

const invoice = (app: BillingTestApp, customer: Readonly<{ id: string }>, members: object = {}): Promise<Response> =>
  app.post(`${path}/invoice`, { customerId: customer.id, ...members });
const gathering = async (app: BillingTestApp, customer: Readonly<{ id: string }>): Promise<readonly Invoice[]> => {
  const list = app.get(`${path}?statuses=gathering&customers=${customer.id}&expand=lines`);
  return (await answer<{ items: readonly Invoice[] }>(list, 200)).items;
};
const issued = async (app: BillingTestApp): Promise<readonly Invoice[]> =>
  (await answer<{ items: readonly Invoice[] }>(app.get(`${path}?statuses=issued&order=ASC&expand=lines`), 200)).items;

describe("201: what is pending, on drafts", () => {
  test("a part of what runs, without being asked for parts", async () => {
    const { app, customer, subscription } = await subscribed();
    const drafts = await answer<readonly Invoice[]>(invoice(app, customer), 201);
    expect(drafts).toMatchObject([
      {
        type: "standard",
        status: "draft",
        createdAt: "2026-01-25T00:00:00Z",
        collectionAt: "2026-01-25T01:00:00Z",
        totals: { total: "2.63" },
        lines: [
          {
            name: "Duration",
            period: { from: "2026-01-15T12:00:00Z", to: "2026-01-25T00:00:00Z" },
            invoiceAt: "2026-01-25T00:00:00Z",
            quantity: "10.5",
            subscription: { subscription: { id: subscription.id } },
            computation: {
              servicePeriod: { from: "2026-01-15T12:00:00Z", to: "2026-02-15T12:00:00Z" },
              final: false,
              exactAmount: "2.625",
            },
          },
        ],
      },
    ]);
    expect(await answer(app.get(`${path}/${drafts[0]?.id}`), 200)).toMatchObject({ status: "draft" });
  });

  test("the parts come to the whole: 2.63 and 1.50 for 16.5 units, with one that was late for the first", async () => {
    const { app, customer } = await subscribed();
    await answer(invoice(app, customer, { asOf: "2026-01-24T00:00:00Z" }), 201);
    await app.passUntil("2026-01-26T00:00:00Z");
    await app.given({
      events: [usage(customer.key, "1", "2026-01-21T00:00:00Z"), usage(customer.key, "5", "2026-01-24T00:00:00Z")],
    });
    await app.passUntil("2026-02-15T13:00:00Z");
    const lines = (await issued(app)).flatMap((one) => one.lines).filter(({ name }) => name === "Duration");
    expect(lines).toMatchObject([
      { period: { from: "2026-01-15T12:00:00Z", to: "2026-01-24T00:00:00Z" }, totals: { total: "2.63" } },
      {
        period: { from: "2026-01-24T00:00:00Z", to: "2026-02-15T12:00:00Z" },
        quantity: "6",
        preLinePeriodQuantity: "10.5",
        totals: { total: "1.50" }, // 4.125 → 4.13, less 2.63
        computation: { final: true },
      },
    ]);
  });

  test("a month that has ended under a billing period that has not: collected an hour later, before its next part", async () => {
    const app = await createBillingApp();
    const members = { key: "quarterly", billingCadence: "P3M", phases: [phase([monthlyFee, perUnit])] };
    await publish(app, await createPlan(app, members));
    const customer = await app.createCustomer();
    await app.subscribe(customer, { plan: { key: "quarterly" } });
    await app.passUntil("2026-02-20T00:00:00Z");
    const [draft] = await answer<readonly Invoice[]>(invoice(app, customer), 201);
    expect(draft).toMatchObject({
      collectionAt: "2026-02-20T01:00:00Z",
      lines: [
        { period: { to: "2026-02-15T12:00:00Z" }, invoiceAt: "2026-02-20T00:00:00Z", computation: { final: true } },
        { period: { from: "2026-02-15T12:00:00Z", to: "2026-02-20T00:00:00Z" }, computation: { final: false } },
      ],
    });
    await app.passUntil("2026-02-20T01:00:00Z");
    expect((await issued(app)).map(({ id }) => id)).toContain(draft?.id);
  });
});

describe("what is gathered", () => {
  test("nothing of usage at the instant at which it begins, then what it comes to so far", async () => {
    const app = await createBillingApp();
    const customer = await app.createCustomer();
    await app.subscribe(customer);
    await app.given({ events: [usage(customer.key, "4", "2026-02-01T00:00:00Z")] });
    const [fee] = await gathering(app, customer);
    expect(fee).toMatchObject({ status: "gathering", lines: [{ name: "Fee", totals: { total: "20.00" } }] });
    await app.passUntil("2026-01-15T12:00:01Z");
    expect(await gathering(app, customer)).toMatchObject([
      {
        type: "gathering",
        status: "gathering",
        statusDetails: { immutable: false, extendedStatus: "gathering", availableActions: {} },
        collectionAt: "2026-02-15T12:00:00Z",
        lines: [{ name: "Duration", quantity: "0", invoiceAt: "2026-02-15T12:00:00Z", totals: { total: "0.00" } }],
      },
    ]);
  });

  test("nobody's, and beside other statuses not at all", async () => {
    const { app, customer } = await subscribed();
    expect(await gathering(app, { id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" })).toEqual([]);
    for (const query of ["statuses=gathering", `statuses=gathering&statuses=draft&customers=${customer.id}`])
      expect(await answer<Problem>(app.get(`${path}?${query}`), 400)).toMatchObject({ code: "not_supported_yet" });
  });
});

test("what is gathered is paged, and what would narrow or order it otherwise is refused", async () => {
  const { app, customer } = await subscribed();
  const query = `${path}?statuses=gathering&customers=${customer.id}`;
  const ask = (more: string) => answer<{ items: object[]; totalCount: number }>(app.get(`${query}&${more}`), 200);
  expect(await ask("pageSize=1")).toMatchObject({ totalCount: 1, page: 1, pageSize: 1, items: [{}] });
  expect(await ask("page=2&pageSize=1")).toEqual({ totalCount: 1, page: 2, pageSize: 1, items: [] });
  for (const more of [
    "createdAfter=2026-01-01T00:00:00Z",
    "issuedBefore=2026-01-01T00:00:00Z",
    "orderBy=customer.name",
  ])
    expect(await answer<Problem>(app.get(`${query}&${more}`), 400)).toMatchObject({
      code: "not_supported_yet",
      extensions: { validationErrors: [{ field: more.split("=")[0] }] },
    });
});

describe("400", () => {
  test("invoice_create_no_lines: nothing was used since, or nothing ends by then", async () => {
    const { app, customer } = await subscribed();
    const code = "invoice_create_no_lines";
    expect(await answer(invoice(app, customer, { progressiveBillingOverride: false }), 400)).toMatchObject({ code });
    expect(await answer(invoice(app, customer, { asOf: "2026-01-15T12:00:00Z" }), 400)).toMatchObject({ code });
    await answer(invoice(app, customer), 201);
    expect(await answer(invoice(app, customer), 400)).toMatchObject({ code });
    expect(await answer(invoice(app, await app.createCustomer()), 400)).toMatchObject({ code });
  });

  test("invoice_lines_not_billable: which, and nothing is drafted", async () => {
    const { app, customer } = await subscribed();
    const [pending] = await gathering(app, customer);
    const id = pending?.lines[0]?.id ?? "";
    const unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    const refusal = await answer<Problem>(invoice(app, customer, { filters: { lineIds: [id, unknown] } }), 400);
    expect(refusal).toMatchObject({ code: "invoice_lines_not_billable", detail: expect.stringContaining(unknown) });
    expect(refusal.detail).not.toContain(id);
    expect(await answer<readonly Invoice[]>(invoice(app, customer, { filters: { lineIds: [id] } }), 201)).toHaveLength(
      1,
    );
  });

  test.each([
    { body: { customerId: "01ARZ3NDEKTSV4RRFFQ69G5FAV", asOf: "2026-01-25T00:00:00.001Z" }, field: "asOf" },
    { body: {}, field: "customerId" },
    { body: { customerId: "acme" }, field: "customerId" },
    { body: { customerId: "01ARZ3NDEKTSV4RRFFQ69G5FAV", asOf: "yesterday" }, field: "asOf" },
    { body: { customerId: "01ARZ3NDEKTSV4RRFFQ69G5FAV", filters: { lineIds: [] } }, field: "filters.lineIds" },
  ])("invalid_input: $field of $body", async ({ body, field }) => {
    const { app } = await subscribed();
    expect(await answer(app.post(`${path}/invoice`, body), 400)).toMatchObject({
      code: "invalid_input",
      extensions: { validationErrors: [{ field }] },
    });
  });
});

test("404: there is no such customer", async () => {
  const { app } = await subscribed();
  expect(await answer(invoice(app, { id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" }), 404)).toMatchObject({
    code: "customer_not_found",
  });
});

test("503: usage cannot be read, and nothing is drafted or counted as billed", async () => {
  const base = await createBillingApp();
  let down = false;
  const { app, customer } = await subscribed({
    reader: {
      ...base.deps.reader,
      query: async () => {
        if (down) throw new UsageUnavailable("no answer");
        return [];
      },
    },
  });
  down = true;
  const response = await invoice(app, customer);
  expect(response.headers.get("retry-after")).toBe("5");
  expect(await answer(response, 503)).toMatchObject({ code: "usage_not_read" });
  expect(await answer(app.get(`${path}?statuses=gathering&customers=${customer.id}`), 503)).toMatchObject({
    code: "usage_not_read",
  });
  down = false;
  expect(await answer<readonly Invoice[]>(invoice(app, customer), 201)).toMatchObject([
    { lines: [{ period: { from: "2026-01-15T12:00:00Z", to: "2026-01-25T00:00:00Z" } }] },
  ]);
});
