import { UsageUnavailable } from "@meter/core";
import { dec } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import { type BillingTestApp, createBillingApp, type Problem, usage } from "../../billing.test-support.ts";
import { answer, createPlan, monthlyFee, phase, publish } from "../../catalog.test-support.ts";

const path = "/api/v1/billing/invoices";

type Line = Readonly<{
  id: string;
  name: string;
  quantity: string;
  totals: Readonly<{ total: string }>;
  computation: Readonly<{ usage: { positions: { offset: number }[] } | null; explanation: { amount: string } }>;
  children: readonly Readonly<{ totals: Readonly<{ total: string }> }>[];
}>;
type Invoice = Readonly<{
  id: string;
  number: string;
  status: string;
  statusDetails: Readonly<{ extendedStatus: string }>;
  totals: Readonly<{ total: string }>;
  lines: readonly Line[];
}>;
type Page = Readonly<{ totalCount: number; items: readonly Invoice[] }>;

const list = (app: BillingTestApp, query = "?order=ASC"): Promise<Page> =>
  answer<Page>(app.get(`${path}${query}`), 200);
const refusal = (response: Promise<Response>, status: number): Promise<Problem> => answer<Problem>(response, status);
const discard = { action: { percentage: 100, action: { type: "discard" } }, reason: "wrong customer" };

/**
 * Subscribed on 15 January at noon, 10.5 units used on the 20th. The first invoice has the fee of the first month, the second
 * the usage of the first month and the fee of the second.
 */
const billed = async (until: string) => {
  const app = await createBillingApp();
  const customer = await app.createCustomer();
  const subscription = await app.subscribe(customer);
  await app.given({ events: [usage(customer.key, "10.5", "2026-01-20T00:00:00Z")] });
  await app.passUntil(until);
  const { items } = await list(app, "?order=ASC&expand=lines");
  return { app, customer, subscription, invoices: items };
};

const afterTheMonth = "2026-02-15T13:00:00Z";

/** The second invoice, issued. */
const issued = async () => {
  const { invoices, ...rest } = await billed(afterTheMonth);
  const invoice = invoices[1];
  if (invoice === undefined) throw new Error("there is no second invoice");
  return { ...rest, invoice };
};

describe("200: an invoice", () => {
  test("issued, with everything it says", async () => {
    const { app, customer, subscription, invoice } = await issued();
    expect(await answer(app.get(`${path}/${invoice.id}`), 200)).toMatchObject({
      type: "standard",
      number: "INV-CU1-2",
      currency: "USD",
      supplier: {},
      customer: {
        id: customer.id,
        key: "customer-1",
        name: "Customer 1",
        usageAttribution: { subjectKeys: ["customer-1"] },
      },
      status: "issued",
      statusDetails: {
        immutable: true,
        failed: false,
        extendedStatus: "issued",
        availableActions: { void: { resultingState: "voided" } },
      },
      period: { from: "2026-01-15T12:00:00Z", to: "2026-03-15T12:00:00Z" },
      createdAt: "2026-02-15T12:00:00Z",
      collectionAt: "2026-02-15T13:00:00Z",
      quantitySnapshotedAt: "2026-02-15T13:00:00Z",
      issuedAt: "2026-02-15T13:00:00Z",
      dueAt: "2026-03-17T13:00:00Z",
      workflow: {
        workflow: {
          collection: { alignment: { type: "subscription" }, interval: "PT1H" },
          invoicing: { autoAdvance: true, draftPeriod: "P0D", dueAfter: "P30D" },
        },
      },
      totals: {
        amount: "22.63", // 20 + 10.5 × 0.25 = 2.625, half away from zero
        chargesTotal: "0.00",
        discountsTotal: "0.00",
        creditsTotal: "0.00",
        taxesTotal: "0.00",
        total: "22.63",
      },
      lines: [
        {
          name: "Fee",
          type: "usage_based",
          managedBy: "subscription",
          period: { from: "2026-02-15T12:00:00Z", to: "2026-03-15T12:00:00Z" },
          quantity: "1",
          price: { type: "flat", amount: "20", paymentTerm: "in_advance" },
          totals: { total: "20.00" },
          children: [{ type: "flat_fee", paymentTerm: "in_advance", perUnitAmount: "20", quantity: "1" }],
          computation: { usage: null, exactAmount: "20", proration: "1" },
        },
        {
          name: "Duration",
          period: { from: "2026-01-15T12:00:00Z", to: "2026-02-15T12:00:00Z" },
          invoiceAt: "2026-02-15T12:00:00Z",
          invoice: { id: invoice.id, number: "INV-CU1-2" },
          quantity: "10.5",
          featureKey: "duration",
          rateCard: { price: { type: "unit", amount: "0.25" }, featureKey: "duration" },
          subscription: {
            subscription: { id: subscription.id },
            billingPeriod: { from: "2026-01-15T12:00:00Z", to: "2026-02-15T12:00:00Z" },
          },
          totals: { total: "2.63" },
          children: [{ category: "regular", quantity: "10.5", perUnitAmount: "0.25", totals: { total: "2.63" } }],
          computation: {
            servicePeriod: { from: "2026-01-15T12:00:00Z", to: "2026-02-15T12:00:00Z" },
            final: true,
            exactAmount: "2.625",
            usage: { quantity: "10.5", subjects: ["customer-1"], positions: [{ partition: 0, offset: 1 }] },
            explanation: { amount: "2.63", given: { metered: "10.5" } },
            sentences: [
              "10.5 units were metered",
              "every unit: 10.5 × 0.25 = 2.625",
              expect.stringContaining("2.63 USD"),
            ],
          },
        },
      ],
    });
  });

  test("without its lines, when `expand` names something else", async () => {
    const { app, invoice } = await issued();
    const read = (query: string) => answer<object>(app.get(`${path}/${invoice.id}${query}`), 200);
    expect(await read("?expand=workflow.apps")).not.toHaveProperty("lines");
    expect(await read("?expand=lines")).toHaveProperty("lines");
  });

  test("a draft: what it waits for", async () => {
    const { app, invoices } = await billed("2026-02-15T12:30:00Z");
    expect(invoices.map(({ status }) => status)).toEqual(["issued", "draft"]);
    const draft = await answer<object>(app.get(`${path}/${invoices[1]?.id}`), 200);
    expect(draft).toMatchObject({
      number: "DRAFT-CU1-2",
      status: "draft",
      statusDetails: { immutable: false, extendedStatus: "draft.waiting_for_collection", availableActions: {} },
      draftUntil: "2026-02-15T13:00:00Z",
      totals: { total: "22.63" },
    });
    for (const absent of ["issuedAt", "dueAt", "voidedAt", "validationIssues"])
      expect(draft).not.toHaveProperty(absent);
  });

  test("a draft whose usage cannot be read says why, and is never issued as zero", async () => {
    let down = false;
    const base = await createBillingApp();
    const app = await createBillingApp({
      reader: {
        ...base.deps.reader,
        query: async () => {
          if (down) throw new UsageUnavailable("no answer");
          return [];
        },
      },
    });
    const { id } = await app.subscribe(await app.createCustomer());
    await app.passUntil("2026-02-15T12:30:00Z");
    down = true;
    await app.passUntil(afterTheMonth);
    const [draft] = (await list(app, "?statuses=draft")).items;
    expect(await answer(app.get(`${path}/${draft?.id}`), 200)).toMatchObject({
      status: "draft",
      statusDetails: { extendedStatus: "draft.waiting_for_collection" },
      validationIssues: [
        {
          severity: "critical",
          code: "invoice_line_snapshot_failed",
          message: expect.stringContaining("usage store does not answer"),
        },
      ],
    });
    expect(await answer(app.get("/api/v1/billing/parked"), 200)).toMatchObject([
      {
        dueAt: afterTheMonth,
        attempts: 1,
        reason: expect.stringContaining("usage store does not answer"),
        retryAt: expect.stringMatching(/^2026-/),
      },
    ]);
    expect((await app.get(`/api/v1/subscriptions/${id}`)).status).toBe(200);
    down = false;
    await app.passUntil(afterTheMonth);
    await app.deps.billing.unpark(null);
    await app.passUntil(afterTheMonth);
    expect(await list(app, "?statuses=draft")).toMatchObject({ totalCount: 0 });
    expect(await answer(app.get("/api/v1/billing/parked"), 200)).toEqual([]);
  });
});

describe("200: the list", () => {
  test.each([
    { query: "", numbers: ["INV-CU1-2", "INV-CU1-1"], why: "newest first, without lines" },
    { query: "?orderBy=issuedAt&order=ASC", numbers: ["INV-CU1-1", "INV-CU1-2"], why: "in order" },
    { query: "?statuses=draft&statuses=paid", numbers: [], why: "by status" },
    { query: "?issuedAfter=2026-02-15T13:00:00Z", numbers: ["INV-CU1-2"], why: "issued at a bound" },
    { query: "?createdBefore=2026-02-15T11:59:59Z", numbers: ["INV-CU1-1"], why: "created before" },
    { query: "?customers=01ARZ3NDEKTSV4RRFFQ69G5FAV", numbers: [], why: "of another customer" },
    { query: "?pageSize=1&page=2", numbers: ["INV-CU1-1"], why: "by pages" },
  ])("$why", async ({ query, numbers }) => {
    const { app } = await billed(afterTheMonth);
    const { items } = await list(app, query);
    expect(items.map(({ number }) => number)).toEqual(numbers);
    for (const invoice of items) expect(invoice).not.toHaveProperty("lines");
  });
});

describe("200: an issued invoice is voided", () => {
  test("once, and keeps its number", async () => {
    const { app, invoice } = await issued();
    expect(await answer(app.post(`${path}/${invoice.id}/void`, discard), 200)).toMatchObject({
      number: invoice.number,
      status: "voided",
      statusDetails: { immutable: true, extendedStatus: "voided", availableActions: {} },
      voidedAt: afterTheMonth,
      voidReason: "wrong customer",
      totals: invoice.totals,
    });
    const again = await refusal(app.post(`${path}/${invoice.id}/void`, discard), 400);
    expect(again).toMatchObject({ code: "invoice_action_not_available", detail: expect.stringContaining("voided") });
  });

  test("and nothing that is due is due at another time", async () => {
    const { app, invoice } = await issued();
    const dueAt = await app.deps.billing.nextDueAt();
    await answer(app.post(`${path}/${invoice.id}/void`, discard), 200);
    expect(await app.deps.billing.nextDueAt()).toBe(dueAt);
  });
});

describe("200: an invoice is computed again", () => {
  test("to the same figures, whatever arrived since", async () => {
    const { app, customer, invoice } = await issued();
    await app.given({ events: [usage(customer.key, "1000", "2026-01-21T00:00:00Z")] });
    const recomputed = await answer(app.post(`${path}/${invoice.id}/recompute`), 200);
    const figures = { quantity: "10.5", exactAmount: "2.625", totals: { total: "2.63" } };
    expect(recomputed).toMatchObject({
      invoiceId: invoice.id,
      equal: true,
      lines: [
        { name: "Fee", equal: true, stored: { quantity: null, totals: { total: "20.00" } } },
        { name: "Duration", equal: true, stored: figures, recomputed: figures },
      ],
    });
    expect(await answer(app.get(`${path}/${invoice.id}`), 200)).toMatchObject({ totals: { total: "22.63" } });
  });

  test("and a figure that was changed is seen", async () => {
    const { app, invoice } = await issued();
    await tamper(app, invoice.id, (line) => ({ ...line, usage: { ...line.usage, quantity: dec("9") } }));
    expect(await answer(app.post(`${path}/${invoice.id}/recompute`), 200)).toMatchObject({
      equal: false,
      lines: [{ equal: true }, { equal: false, stored: { quantity: "9" }, recomputed: { quantity: "10.5" } }],
    });
  });

  test("503: not without its usage", async () => {
    const { app, invoice } = await issued();
    await deleteMeter(app);
    const problem = await refusal(app.post(`${path}/${invoice.id}/recompute`), 503);
    expect(problem).toMatchObject({ code: "usage_not_read", detail: expect.stringContaining("is not there any more") });
  });
});

type StoredInvoice = NonNullable<Awaited<ReturnType<BillingTestApp["deps"]["billing"]["findInvoice"]>>>;
type StoredLine = StoredInvoice["lines"][number];

/** What is on offer keeps its meter. */
const deleteMeter = async (app: BillingTestApp): Promise<void> => {
  const { id } = await answer(app.get("/api/v1/plans/pro"), 200);
  await answer(app.post(`/api/v1/plans/${id}/archive`), 200);
  await answer(app.send("DELETE", "/api/v1/meters/request_duration"), 204);
};

/** Changes the line that has usage, behind everybody's back. */
const tamper = async (
  app: BillingTestApp,
  id: string,
  change: (line: StoredLine & { usage: NonNullable<StoredLine["usage"]> }) => StoredLine,
): Promise<void> => {
  const { billing } = app.deps;
  const invoice = await billing.findInvoice("default", id);
  if (invoice === null) throw new Error("there is no such invoice");
  const lines = invoice.lines.map((line) => (line.usage === null ? line : change({ ...line, usage: line.usage })));
  const customerId = invoice.customer.id as Parameters<typeof billing.withCustomer>[1]; // the invoice's
  await billing.withCustomer("default", customerId, (tx) => tx.updateInvoice({ ...invoice, lines }));
};

describe("200: invariants", () => {
  type Report = Readonly<{
    holds: boolean;
    checked: object;
    broken: readonly Readonly<{ where: string; rule: string; expected: string; found: string }>[];
    unchecked: readonly object[];
    next: string | null;
  }>;
  const check = (app: BillingTestApp, query = "") => answer<Report>(app.get(`/api/v1/invariants${query}`), 200);

  test("hold, over documents, issued and voided", async () => {
    const { app, invoice } = await issued();
    await answer(app.post(`${path}/${invoice.id}/void`, discard), 200);
    expect(await check(app)).toEqual({
      holds: true,
      checked: { invoices: 2, lines: 3, usageLines: 1, numbers: 2, coveredLines: 1 },
      broken: [],
      unchecked: [],
      next: null,
    });
  });

  test("page by page; what concerns all, with the first", async () => {
    const { app } = await issued();
    const first = await check(app, "?limit=1");
    expect(first).toMatchObject({ checked: { invoices: 1, numbers: 2, coveredLines: 3 } });
    const second = await check(app, `?limit=1&after=${first.next}`);
    expect(second).toMatchObject({ checked: { invoices: 1, numbers: 0, coveredLines: 0 } });
    expect(await check(app, `?after=${second.next}`)).toMatchObject({ checked: { invoices: 0 }, next: null });
  });

  test.each<{ why: string; change: Parameters<typeof tamper>[2]; rule: string; expected: string; found: string }>([
    {
      why: "the quantity of the reading",
      change: (line) => ({ ...line, usage: { ...line.usage, quantity: dec("9") } }),
      rule: "the billed quantity is what the meter says at the positions of the line",
      expected: "10.5",
      found: "9",
    },
    {
      why: "a total",
      change: (line) => ({
        ...line,
        rating: { ...line.rating, totals: { ...line.rating.totals, total: dec("2.64") } },
      }),
      rule: "total is the sum of its details",
      expected: "2.63",
      found: "2.64",
    },
    {
      why: "a step of the explanation",
      change: (line) => ({
        ...line,
        rating: { ...line.rating, explanation: { ...line.rating.explanation, amount: "2.65" } },
      }),
      rule: "the total is what the explanation comes to",
      expected: "2.65",
      found: "2.63",
    },
    {
      why: "the period, so that two lines cover an instant",
      change: (line) => ({ ...line, chargeKey: line.chargeKey.replace("/duration/", "/fee/") }),
      rule: "no two lines cover the same instant of a rate card",
      expected: "a start at or after 2026-02-15T12:00:00Z",
      found: "2026-01-15T12:00:00Z",
    },
  ])("broken: $why is named", async ({ change, rule, expected, found }) => {
    const { app, invoice } = await issued();
    await tamper(app, invoice.id, change);
    const report = await check(app);
    expect(report.holds).toBe(false);
    const named = report.broken.find((one) => one.rule === rule);
    expect(named).toMatchObject({ expected: expect.stringContaining(expected), found });
    expect(named?.where).toContain(invoice.id);
  });

  test("broken: a number that was given and is gone", async () => {
    const { app, customer } = await billed(afterTheMonth);
    const id = customer.id as Parameters<typeof app.deps.billing.withCustomer>[1]; // a customer's
    await app.deps.billing.withCustomer("default", id, (tx) => tx.nextNumber("invoices"));
    expect(await check(app)).toMatchObject({
      holds: false,
      broken: [{ where: "series invoices", rule: "numbers have no gaps", expected: "3", found: "4" }],
    });
  });

  test("unchecked: a line whose meter is gone", async () => {
    const { app } = await issued();
    await deleteMeter(app);
    expect(await check(app)).toMatchObject({
      holds: false,
      broken: [],
      unchecked: [{ reason: expect.stringContaining("is not there any more") }],
    });
  });

  test("of a namespace without invoices", async () => {
    expect(await check(await createBillingApp())).toMatchObject({ holds: true, checked: { invoices: 0, numbers: 0 } });
  });

  test("403: for an admin only", async () => {
    const app = await createBillingApp();
    const status = async (scopes: Parameters<typeof app.createKey>[0]) =>
      (await app.send("GET", "/api/v1/invariants", { token: await app.createKey(scopes) })).status;
    expect(await status(["billing:read", "billing:write"])).toBe(403);
    expect(await status(["admin"])).toBe(200);
  });
});

describe("400: actions that no invoice takes now", () => {
  test.each([
    { method: "POST", suffix: "/advance", draft: "invoice_cannot_advance", document: "invoice_cannot_advance" },
    {
      method: "POST",
      suffix: "/approve",
      draft: "invoice_action_not_available",
      document: "invoice_action_not_available",
    },
    {
      method: "POST",
      suffix: "/retry",
      draft: "invoice_action_not_available",
      document: "invoice_action_not_available",
    },
    {
      method: "POST",
      suffix: "/snapshot-quantities",
      draft: "not_supported_yet",
      document: "invoice_action_not_available",
    },
    { method: "PUT", suffix: "", draft: "not_supported_yet", document: "invoice_cannot_be_edited" },
    { method: "DELETE", suffix: "", draft: "not_supported_yet", document: "invoice_action_not_available" },
  ])("$method $suffix", async ({ method, suffix, draft, document }) => {
    const { app, invoices } = await billed("2026-02-15T12:30:00Z");
    const [first, second] = invoices;
    const codeOf = async (id: string | undefined) =>
      (await refusal(app.send(method, `${path}/${id}${suffix}`), 400)).code;
    expect(await codeOf(second?.id)).toBe(draft);
    expect(await codeOf(first?.id)).toBe(document);
  });

  test("voiding a draft", async () => {
    const { app, invoices } = await billed("2026-02-15T12:30:00Z");
    const problem = await refusal(app.post(`${path}/${invoices[1]?.id}/void`, discard), 400);
    expect(problem.code).toBe("invoice_action_not_available");
  });

  test.each([
    { body: { ...discard, action: { percentage: 50, action: { type: "discard" } } }, field: "action.percentage" },
    { body: { ...discard, action: { percentage: 100, action: { type: "pending" } } }, field: "action.action" },
    {
      body: { ...discard, action: { percentage: 100, action: { type: "discard", nextInvoiceAt: afterTheMonth } } },
      field: "action.action",
    },
    { body: { ...discard, overrides: [{ lineId: "x", action: discard.action }] }, field: "overrides" },
  ])("voiding: $field is not supported yet", async ({ body, field }) => {
    const { app, invoice } = await issued();
    expect(await refusal(app.post(`${path}/${invoice.id}/void`, body), 400)).toMatchObject({
      code: "not_supported_yet",
      extensions: { validationErrors: [{ field }] },
    });
  });

  test("voiding without a reason", async () => {
    const { app, invoice } = await issued();
    for (const reason of ["", undefined])
      expect(await refusal(app.post(`${path}/${invoice.id}/void`, { ...discard, reason }), 400)).toMatchObject({
        code: "invalid_input",
        extensions: { validationErrors: [{ field: "reason" }] },
      });
  });

  test.each(["extendedStatuses=draft.invalid", "periodStartAfter=2026-01-01T00:00:00Z"])(
    "listing: %s",
    async (query) => {
      const app = await createBillingApp();
      expect(await refusal(app.get(`${path}?${query}`), 400)).toMatchObject({ code: "not_supported_yet" });
    },
  );

  test("nothing that can be billed, and no such customer", async () => {
    const app = await createBillingApp();
    const customerId = "01KF0RDQG0Z5W8Q4B3N7M2C1XE";
    expect(await refusal(app.post(`${path}/invoice`, {}), 400)).toMatchObject({ code: "invalid_input" });
    expect(await refusal(app.post(`${path}/invoice`, { customerId }), 404)).toMatchObject({
      code: "customer_not_found",
    });
  });
});

describe("404", () => {
  test.each([
    { method: "GET", suffix: "" },
    { method: "PUT", suffix: "" },
    { method: "DELETE", suffix: "" },
    { method: "POST", suffix: "/advance" },
    { method: "POST", suffix: "/recompute" },
    { method: "POST", suffix: "/void" },
  ])("$method $suffix of an invoice that is not there", async ({ method, suffix }) => {
    const app = await createBillingApp();
    const body = suffix === "/void" ? { body: discard } : {};
    const url = `${path}/01ARZ3NDEKTSV4RRFFQ69G5FAV${suffix}`;
    expect((await refusal(app.send(method, url, body), 404)).code).toBe("invoice_not_found");
  });
});

describe("403: scopes", () => {
  test("reading needs billing:read, changing billing:write", async () => {
    const { app, invoice } = await issued();
    const reader = await app.createKey(["billing:read"]);
    const writer = await app.createKey(["billing:write"]);
    const status = async (method: string, url: string, token: string, body?: object) =>
      (await app.send(method, url, { token, ...(body === undefined ? {} : { body }) })).status;
    expect(await status("GET", path, reader)).toBe(200);
    expect(await status("GET", path, writer)).toBe(403);
    expect(await status("GET", "/api/v1/billing/parked", writer)).toBe(403);
    expect(await status("POST", `${path}/${invoice.id}/recompute`, reader)).toBe(200);
    expect(await status("POST", `${path}/${invoice.id}/void`, reader, discard)).toBe(403);
    expect(await status("POST", `${path}/${invoice.id}/void`, writer, discard)).toBe(200);
  });
});

test("a year's fee whose cancelation is taken back: first a share, then the rest, each by itself", async () => {
  const app = await createBillingApp();
  const price = { type: "flat", amount: "365", paymentTerm: "in_advance" };
  const phases = [phase([{ ...monthlyFee, billingCadence: "P1Y", price }])];
  await publish(app, await createPlan(app, { key: "yearly", phases }));
  const { id } = await app.subscribe(await app.createCustomer(), { plan: { key: "yearly" } });
  await app.passUntil("2026-12-20T00:00:00Z");
  await answer(app.post(`/api/v1/subscriptions/${id}/cancel`, { timing: "2027-04-15T12:00:00Z" }), 200);
  await app.passUntil("2027-02-01T00:00:00Z");
  await answer(app.post(`/api/v1/subscriptions/${id}/unschedule-cancelation`), 200);
  await app.passUntil("2027-03-01T00:00:00Z");
  expect((await list(app)).items.map(({ totals }) => totals.total)).toEqual(["365.00", "90.00", "275.00"]);
});

describe("one resolution of time", () => {
  const start = "2026-01-15T12:00:00.900Z";

  test("nothing is issued before the millisecond of the start, and then it cannot be deleted any more", async () => {
    const app = await createBillingApp();
    const { id } = await app.subscribe(await app.createCustomer(), { timing: start });
    await app.passUntil("2026-01-15T12:00:00.899Z");
    expect(await list(app)).toMatchObject({ totalCount: 0 });
    expect(await answer(app.get(`/api/v1/subscriptions/${id}`), 200)).toMatchObject({ status: "scheduled" });
    await app.passUntil(start);
    expect((await list(app)).items).toMatchObject([{ status: "issued", issuedAt: start }]);
    expect((await app.send("DELETE", `/api/v1/subscriptions/${id}`)).status).toBe(403);
  });

  test("usage of the second of the start counts from its millisecond, of the second of the end up to it", async () => {
    const app = await createBillingApp();
    const customer = await app.createCustomer();
    const { id } = await app.subscribe(customer, { timing: start });
    const times = ["12:00:00.899", "12:00:00.900", "12:30:00.499", "12:30:00.500"];
    await app.given({ events: times.map((time) => usage(customer.key, "1", `2026-01-15T${time}Z`)) });
    await app.passUntil("2026-01-15T12:30:00.500Z");
    await answer(app.post(`/api/v1/subscriptions/${id}/cancel`, { timing: "immediate" }), 200);
    await app.passUntil("2026-01-16T00:00:00Z");
    expect((await list(app, "?order=ASC&expand=lines")).items[1]?.lines).toMatchObject([
      { period: { from: start, to: "2026-01-15T12:30:00.500Z" }, quantity: "2", totals: { total: "0.50" } },
    ]);
  });
});

test("a fee that was issued for a time that is not served any more says so, until it is served again", async () => {
  const { app, subscription, invoice } = await issued();
  const issuesOf = async () =>
    (await answer<{ validationIssues?: readonly object[] }>(app.get(`${path}/${invoice.id}`), 200)).validationIssues;
  expect(await issuesOf()).toBeUndefined();
  await answer(app.post(`/api/v1/subscriptions/${subscription.id}/cancel`, { timing: "immediate" }), 200);
  const fee = invoice.lines.find(({ name }) => name === "Fee");
  const issue = {
    severity: "warning",
    code: "immutable_invoice_handling_not_supported",
    component: "subscription-sync",
    field: `lines/${fee?.id}`,
    message: expect.stringContaining("beyond 2026-02-15T13:00:00Z"),
    createdAt: afterTheMonth,
  };
  expect(await issuesOf()).toMatchObject([issue]);
  expect((await list(app)).items.map((one) => (one as { validationIssues?: unknown }).validationIssues)).toEqual([
    undefined,
    [expect.objectContaining({ field: issue.field })],
  ]);
});
