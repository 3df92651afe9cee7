import { join } from "node:path";
import { type FreshDatabase, freshDatabase, runOn } from "@meter/postgres/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let database: FreshDatabase;
let meter: Meter;

const start = (): Promise<Meter> =>
  startMeter(join(scratch.path, "billing"), { METER_CLOCK: "manual", DATABASE_URL: database.url });

beforeAll(async () => {
  scratch = await scratchDirectory();
  database = await freshDatabase();
  meter = await start();
});
afterAll(async () => {
  await meter.stop();
  await scratch.remove();
  await database.drop();
});

/** The JSON of an answer that has the status. */
const ask = async <T>(method: string, path: string, body?: unknown, status = 200): Promise<T> => {
  const answer: Answer = await meter.call(method, `/api/v1${path}`, body);
  expect(answer.status, answer.text).toBe(status);
  return answer.json as T; // what the test expects
};

const setClock = (now: string): Promise<unknown> => ask("PUT", "/clock", { now });

type Created = Readonly<{ id: string }>;
type Line = Readonly<{ name: string; quantity: string; totals: Readonly<{ total: string }> }>;
type Invoice = Created &
  Readonly<{
    number: string;
    status: string;
    customer: Readonly<{ id: string; name: string }>;
    totals: Readonly<{ total: string }>;
    lines: readonly Line[];
  }>;

const invoicesOf = async (query: string): Promise<readonly Invoice[]> =>
  (await ask<{ items: Invoice[] }>("GET", `/billing/invoices?order=ASC&expand=lines${query}`)).items;

const send = async (subject: string, tokens: string, time: string): Promise<void> => {
  await ask(
    "POST",
    "/events",
    {
      specversion: "1.0",
      id: `${subject}-${time}`,
      source: "billing",
      type: "work",
      subject,
      time,
      data: { tokens },
    },
    204,
  );
};

const monthly = { type: "usage_based", billingCadence: "P1M", key: "tokens", name: "Tokens", featureKey: "tokens" };
const customers: Created[] = [];
const subscriptions: Created[] = [];

test("a meter, a feature and a plan; two customers subscribe", async () => {
  await setClock("2027-01-01T00:00:00Z");
  await ask(
    "POST",
    "/meters",
    {
      slug: "tokens",
      aggregation: "SUM",
      eventType: "work",
      valueProperty: "$.tokens",
    },
    201,
  );
  await ask("POST", "/features", { key: "tokens", name: "Tokens", meterSlug: "tokens" }, 201);
  const { id } = await ask<Created>(
    "POST",
    "/plans",
    {
      key: "pro",
      name: "Pro",
      currency: "USD",
      billingCadence: "P1M",
      phases: [
        {
          key: "default",
          name: "Default",
          duration: null,
          rateCards: [
            {
              type: "flat_fee",
              key: "fee",
              name: "Fee",
              billingCadence: "P1M",
              price: { type: "flat", amount: "20", paymentTerm: "in_advance" },
            },
            {
              ...monthly,
              price: {
                type: "tiered",
                mode: "graduated",
                tiers: [
                  { upToAmount: "100", flatPrice: null, unitPrice: { type: "unit", amount: "0.1" } },
                  { flatPrice: null, unitPrice: { type: "unit", amount: "0.05" } },
                ],
              },
            },
          ],
        },
      ],
    },
    201,
  );
  await ask("POST", `/plans/${id}/publish`);
  for (const key of ["ada", "ben"]) {
    const customer = await ask<Created>("POST", "/customers", { key, name: key }, 201);
    customers.push(customer);
    subscriptions.push(
      await ask<Created>("POST", "/subscriptions", { customerId: customer.id, plan: { key: "pro" } }, 201),
    );
  }
  const path = `/subscriptions/${subscriptions[0]?.id}`;
  expect(await ask("GET", path)).toMatchObject({
    status: "active",
    alignment: { currentAlignedBillingPeriod: { from: "2027-01-01T00:00:00Z", to: "2027-02-01T00:00:00Z" } },
  });
});

test("the month ends: what is due happens at its own instant, and an hour later it is on paper", async () => {
  await send("ada", "100", "2027-01-10T00:00:00Z");
  await send("ada", "30.5", "2027-01-31T23:59:59.999Z");
  await send("ada", "7", "2027-02-01T00:00:00Z"); // of the next month
  expect(await setClock("2027-02-01T00:30:00Z")).toEqual({ now: "2027-02-01T00:30:00Z", parked: [] });
  const drafts = await invoicesOf("&statuses=draft");
  expect(drafts.map(({ customer, totals }) => [customer.name, totals.total])).toEqual([
    ["ada", "31.53"],
    ["ben", "20.00"],
  ]);
  await send("ada", "0.5", "2027-01-05T00:00:00Z"); // late, and still collected
  await setClock("2027-03-01T00:00:00Z");
  const issued = await invoicesOf("&statuses=issued");
  expect(issued.map(({ number, totals }) => [number, totals.total])).toEqual([
    ["INV-ADA-1", "20.00"],
    ["INV-BEN-2", "20.00"],
    ["INV-ADA-3", "31.55"], // 100 × 0.1 + 31 × 0.05 = 11.55, and the fee of February
    ["INV-BEN-4", "20.00"],
  ]);
  const january = await ask<Invoice>("GET", `/billing/invoices/${issued[2]?.id}`);
  expect(january).toMatchObject({
    status: "issued",
    createdAt: "2027-02-01T00:00:00Z",
    quantitySnapshotedAt: "2027-02-01T01:00:00Z",
    issuedAt: "2027-02-01T01:00:00Z",
    dueAt: "2027-03-03T01:00:00Z",
    lines: [
      { name: "Fee", totals: { total: "20.00" } },
      {
        name: "Tokens",
        quantity: "131",
        totals: { total: "11.55" },
        period: { from: "2027-01-01T00:00:00Z", to: "2027-02-01T00:00:00Z" },
        children: [
          { quantity: "100", perUnitAmount: "0.1", totals: { total: "10.00" } },
          { quantity: "31", perUnitAmount: "0.05", totals: { total: "1.55" } },
        ],
        computation: { exactAmount: "11.55", usage: { quantity: "131", subjects: ["ada"] } },
      },
    ],
  });
});

test("computed again it is the same, whatever arrived since, and after a restart", async () => {
  await send("ada", "1000", "2027-01-06T00:00:00Z");
  await meter.stop();
  meter = await start();
  const [, , january] = await invoicesOf("&statuses=issued");
  expect(await ask("POST", `/billing/invoices/${january?.id}/recompute`)).toMatchObject({
    equal: true,
    lines: [{ equal: true }, { equal: true, stored: { quantity: "131" }, recomputed: { quantity: "131" } }],
  });
  // 1,000 units at 0.05 came in after January was on paper: nothing of it is lost without a word.
  expect(await ask("GET", "/billing/late-usage")).toMatchObject({
    lineCount: 2,
    items: [
      {
        customerName: "ada",
        invoiceNumber: "INV-ADA-3",
        period: { from: "2027-01-01T00:00:00Z", to: "2027-02-01T00:00:00Z" },
        billedQuantity: "131",
        lateQuantity: "1000",
        amount: "50.00",
        currency: "USD",
      },
    ],
    unchecked: [],
  });
  expect(await ask("GET", `/billing/late-usage?customers=${customers[1]?.id}`)).toMatchObject({ items: [] });
  const metric = async () => (await meter.call("GET", "/metrics")).text;
  await expect.poll(metric, { timeout: 10_000 }).toContain("\nmeter_billing_late_usage_lines 1\n");
});

test("a customer whose usage cannot be read waits, with the reason; the others go on", async () => {
  await ask("POST", "/meters", { slug: "other", aggregation: "COUNT", eventType: "other" }, 201);
  await ask("POST", "/features", { key: "other", name: "Other", meterSlug: "other" }, 201);
  const { id: planId } = await ask<Created>(
    "POST",
    "/plans",
    {
      key: "other",
      name: "Other",
      billingCadence: "P1M",
      phases: [
        {
          key: "default",
          name: "Default",
          duration: null,
          rateCards: [{ ...monthly, key: "other", featureKey: "other", price: { type: "unit", amount: "1" } }],
        },
      ],
    },
    201,
  );
  await ask("POST", `/plans/${planId}/publish`);
  const { id } = await ask<Created>("POST", "/customers", { key: "cyd", name: "cyd" }, 201);
  await ask("POST", "/subscriptions", { customerId: id, plan: { key: "other" } }, 201);
  await ask("DELETE", "/meters/other", undefined, 409);
  await runOn(database.url, "update meters set deleted_at = now() where key = 'other'"); // behind its back
  const waits = { customerId: id, reason: "the meter other of the feature other is not there" };
  expect(await setClock("2027-04-01T01:00:00Z")).toMatchObject({ parked: [waits] });
  expect(await ask("GET", "/billing/parked")).toMatchObject([{ ...waits, dueAt: "2027-04-01T01:00:00Z" }]);
  expect(await invoicesOf(`&customers=${id}`)).toMatchObject([{ status: "draft", lines: [] }]);
  expect(await invoicesOf(`&customers=${customers[0]?.id}`)).toHaveLength(4);

  await ask("POST", "/meters", { slug: "other", aggregation: "COUNT", eventType: "other" }, 201);
  expect(await setClock("2027-04-02T01:00:00Z")).toMatchObject({ parked: [] });
  expect(await ask("GET", "/billing/parked")).toEqual([]);
  expect(await invoicesOf(`&customers=${id}`)).toMatchObject([{ status: "issued", totals: { total: "0.00" } }]);
});

test("canceled with the period, nothing is billed after it; a voided invoice keeps its number", async () => {
  const [, ben] = subscriptions;
  expect(await ask("POST", `/subscriptions/${ben?.id}/cancel`, { timing: "next_billing_cycle" })).toMatchObject({
    status: "canceled",
    activeTo: "2027-05-01T00:00:00Z",
  });
  await setClock("2027-07-01T00:00:00Z");
  const of = await invoicesOf(`&customers=${customers[1]?.id}`);
  expect(of.map(({ lines }) => lines.map(({ name }) => name))).toEqual([
    ["Fee"],
    ["Fee", "Tokens"],
    ["Fee", "Tokens"],
    ["Fee", "Tokens"],
    ["Tokens"],
  ]);
  const last = of.at(-1);
  const reason = "a mistake of ours";
  const action = { percentage: 100, action: { type: "discard" } };
  expect(await ask("POST", `/billing/invoices/${last?.id}/void`, { action, reason })).toMatchObject({
    number: last?.number,
    status: "voided",
    voidedAt: "2027-07-01T00:00:00Z",
    voidReason: reason,
  });
  await ask("DELETE", `/customers/${customers[1]?.id}`, undefined, 204);
  await ask("DELETE", `/customers/${customers[0]?.id}`, undefined, 412);
});

type Report = Readonly<{
  holds: boolean;
  checked: Readonly<Record<string, number>>;
  broken: readonly Readonly<{ where: string; rule: string; expected: string; found: string }>[];
}>;

test("every invariant holds", async () => {
  const report = await ask<Report>("GET", "/invariants");
  expect(report).toMatchObject({ holds: true, broken: [], unchecked: [], next: null });
  const { invoices, numbers, usageLines } = report.checked;
  expect(invoices).toBeGreaterThanOrEqual(13);
  expect(numbers).toBe(invoices);
  expect(usageLines).toBeGreaterThanOrEqual(9);
});

test.each([
  {
    figure: "the total of an invoice",
    change: "update invoices set total = total + $2 where id = $1",
    rule: "total is the sum of its lines",
    expected: "31.55",
    found: "31.56",
  },
  {
    figure: "the amount of a detail",
    change:
      "update invoice_line_details set total = total + $2, amount = amount + $2 where position = 0 and line_id = (select id from invoice_lines where invoice_id = $1 and position = 1)",
    rule: "amount is the sum of its details",
    expected: "11.56",
    found: "11.55",
  },
  {
    figure: "a quantity",
    change: "update invoice_lines set quantity = quantity + $2 where invoice_id = $1 and position = 1",
    rule: "the billed quantity is what the meter says at the positions of the line",
    expected: "131",
    found: "131.01",
  },
])("$figure, changed behind our back, is named", async ({ change, rule, expected, found }) => {
  const [, , january] = await invoicesOf("&statuses=issued");
  await runOn(database.url, change, [january?.id, "0.01"]);
  const report = await ask<Report>("GET", "/invariants");
  expect(report.holds).toBe(false);
  for (const { where } of report.broken) expect(where).toContain(`invoice ${january?.id}`);
  expect(report.broken.filter((broken) => broken.rule === rule)).toMatchObject([{ expected, found }]);
  await runOn(database.url, change, [january?.id, "-0.01"]);
  expect(await ask("GET", "/invariants")).toMatchObject({ holds: true });
});

test("a number that is gone is named", async () => {
  const change = "update invoices set sequence = sequence + $1 where sequence = (select max(sequence) from invoices)";
  await runOn(database.url, change, [1]);
  const { broken } = await ask<Report>("GET", "/invariants");
  expect(broken).toMatchObject([{ where: "series invoices", rule: "numbers have no gaps" }]);
  await runOn(database.url, change, [-1]);
});
