import { expect, test } from "vitest";
import { type BillingTestApp, createBillingApp, type Problem, usage } from "../../billing.test-support.ts";
import { answer, createPlan, monthlyFee, perUnit, phase, publish } from "../../catalog.test-support.ts";

const path = "/api/v1/billing/invoices";

type Issue = Readonly<{ code: string; message: string; field?: string }>;
type Invoice = Readonly<{
  id: string;
  status: string;
  draftUntil?: string;
  totals: Readonly<{ total: string }>;
  lines: readonly Readonly<{ name: string; period: { from: string }; totals: { total: string } }>[];
  openLines?: readonly Readonly<{ id: string; name: string; usage: unknown; validationIssues: readonly Issue[] }>[];
  validationIssues?: readonly Issue[];
}>;

const listOf = async (app: BillingTestApp): Promise<readonly Invoice[]> =>
  (await answer<{ items: Invoice[] }>(app.get(`${path}?order=ASC&expand=lines`), 200)).items;

const summary = (invoices: readonly Invoice[]) =>
  invoices.map(({ status, totals, lines, openLines }) => [
    status,
    totals.total,
    lines.map(({ name }) => name).join(),
    (openLines ?? []).map(({ name, validationIssues }) => `${name}: ${validationIssues[0]?.code}`).join(),
  ]);

const nines = "9".repeat(38);
const huge = { ...perUnit, price: { type: "unit", amount: nines } };

/** A customer of a fee of 20 and of one unit at nearly the largest amount there is. */
const subscribed = async (cards: readonly object[] = [monthlyFee, huge]) => {
  const app = await createBillingApp();
  await publish(app, await createPlan(app, { key: "huge", phases: [phase(cards)] }));
  const customer = await app.createCustomer();
  await app.subscribe(customer, { plan: { key: "huge" } });
  return { app, customer };
};

test("a line that is too large for an amount stays open with the reason, and the others are issued", async () => {
  const { app, customer } = await subscribed();
  const other = await app.createCustomer();
  await app.subscribe(other);
  await app.given({ events: [usage(customer.key, "20", "2026-01-20T00:00:00Z")] });
  await app.passUntil("2026-02-15T13:00:00Z");

  const invoices = await listOf(app);
  expect(summary(invoices)).toEqual([
    ["issued", "20.00", "Fee", ""],
    ["issued", "20.00", "Fee", ""],
    ["issued", "20.00", "Fee", ""],
    ["issued", "20.00", "Fee,Duration", ""],
    ["draft", "0.00", "", "Duration: invoice_line_amount_out_of_range"],
  ]);
  const open = invoices[4];
  expect(open).toMatchObject({
    draftUntil: "2026-02-16T13:00:00Z",
    openLines: [
      {
        usage: { quantity: "20" },
        period: { from: "2026-01-15T12:00:00Z", to: "2026-02-15T12:00:00Z" },
        validationIssues: [{ severity: "critical", message: expect.stringContaining("38 integer digits") }],
      },
    ],
    validationIssues: [{ field: `openLines.${open?.openLines?.[0]?.id}` }],
  });
  expect(await answer(app.get("/api/v1/billing/parked"), 200)).toEqual([
    {
      customerId: customer.id,
      invoiceId: open?.id,
      lineId: open?.openLines?.[0]?.id,
      dueAt: "2026-02-15T13:00:00Z",
      reason: "a quantity or an amount would have more than 38 integer digits",
      parkedAt: "2026-02-15T13:00:00Z",
      retryAt: "2026-02-16T13:00:00Z",
    },
  ]);
  expect(await answer(app.get("/api/v1/invariants"), 200)).toMatchObject({ holds: true });
});

test("an open line is tried again every day, and billed once when it can be", async () => {
  const { app, customer } = await subscribed();
  await app.given({ events: [usage(customer.key, "20", "2026-01-20T00:00:00Z")] });
  await app.passUntil("2026-02-16T12:00:00Z");
  // What was taken back makes of 20 units one.
  await app.given({ events: [usage(customer.key, "-19", "2026-01-21T00:00:00Z")] });
  await app.passUntil("2026-02-16T12:59:59Z");
  expect((await listOf(app)).at(-1)).toMatchObject({ status: "draft" });
  await app.passUntil("2026-02-16T13:00:00Z");
  expect((await listOf(app)).at(-1)).toMatchObject({ status: "issued", totals: { total: `${nines}.00` } });
  await app.passUntil("2026-03-14T00:00:00Z");
  expect(await listOf(app)).toHaveLength(3);
  expect(await answer(app.get("/api/v1/invariants"), 200)).toMatchObject({ holds: true });
});

test("a part whose earlier part is open waits for it, so that the parts sum to the whole", async () => {
  const { app, customer } = await subscribed();
  await app.given({ events: [usage(customer.key, "20", "2026-01-20T00:00:00Z")] });
  await app.passUntil("2026-01-25T00:00:00Z");
  await answer(app.post(`${path}/invoice`, { customerId: customer.id }), 201);
  await app.passUntil("2026-01-30T00:00:00Z");
  expect(summary(await listOf(app)).at(-1)).toEqual([
    "draft",
    "0.00",
    "",
    "Duration: invoice_line_amount_out_of_range",
  ]);
  // Half a unit later the whole is one unit: alone, the second part would bill it, and the first again.
  await app.given({ events: [usage(customer.key, "-19", "2026-02-01T00:00:00Z")] });
  await app.passUntil("2026-02-15T14:00:00Z");
  expect(summary(await listOf(app)).slice(-2)).toEqual([
    ["issued", "20.00", "Fee", ""],
    ["draft", "0.00", "", "Duration: invoice_line_earlier_part_open"],
  ]);
  await app.given({ events: [usage(customer.key, "-19.5", "2026-01-21T00:00:00Z")] });
  await app.given({ events: [usage(customer.key, "19", "2026-02-02T00:00:00Z")] });
  await app.passUntil("2026-02-18T00:00:00Z");
  const billed = (await listOf(app)).flatMap(({ status, lines }) =>
    lines.filter(({ name }) => name === "Duration").map(({ totals }) => [status, totals.total]),
  );
  const half = (BigInt(nines) * 50n).toString();
  const money = `${half.slice(0, -2)}.${half.slice(-2)}`;
  expect(billed).toEqual([
    ["issued", money],
    ["issued", "0.00"],
  ]);
  expect(await answer(app.get("/api/v1/invariants"), 200)).toMatchObject({ holds: true });
});

test("lines that each can be, but not together, are on invoices of their own", async () => {
  const flat = (key: string) => ({
    ...monthlyFee,
    key,
    name: key,
    price: { type: "flat", amount: `6${"0".repeat(37)}`, paymentTerm: "in_advance" },
  });
  const { app } = await subscribed([flat("first"), flat("second")]);
  await app.passUntil("2026-01-17T12:00:00Z");
  expect(summary(await listOf(app))).toEqual([
    ["issued", `6${"0".repeat(37)}.00`, "first", ""],
    ["issued", `6${"0".repeat(37)}.00`, "second", ""],
  ]);
});

test("a meter that is not there keeps its own line alone, until it is there again", async () => {
  const { app, customer } = await subscribed([monthlyFee, perUnit]);
  await app.given({ events: [usage(customer.key, "2", "2026-01-20T00:00:00Z")] });
  await app.passUntil("2026-02-01T00:00:00Z");
  const { find } = app.deps.meters;
  Object.assign(app.deps.meters, { find: async () => null });
  await app.passUntil("2026-02-15T14:00:00Z");
  const invoices = await listOf(app);
  expect(summary(invoices)).toEqual([
    ["issued", "20.00", "Fee", ""],
    ["issued", "20.00", "Fee", ""],
    ["draft", "0.00", "", "Duration: invoice_line_usage_not_measurable"],
  ]);
  expect(invoices[2]?.openLines).toMatchObject([{ usage: null }]);
  expect(await answer(app.get("/api/v1/billing/parked"), 200)).toMatchObject([
    { lineId: invoices[2]?.openLines?.[0]?.id, reason: expect.stringContaining("is not there") },
  ]);
  Object.assign(app.deps.meters, { find });
  await app.passUntil("2026-02-16T14:00:00Z");
  expect(summary(await listOf(app)).at(-1)).toEqual(["issued", "0.50", "Duration", ""]);
});

test("what no invoice can hold is refused by definitions, simulations and previews with the field", async () => {
  const { app, customer } = await subscribed();
  const refuse = async (url: string, body: unknown): Promise<readonly object[]> => {
    const problem = await answer<Problem>(app.post(url, body), 400);
    return problem.extensions?.validationErrors ?? [problem];
  };
  const plan = (amount: string) => ({
    key: "never",
    name: "Never",
    currency: "USD",
    billingCadence: "P1M",
    phases: [phase([{ ...monthlyFee, price: { type: "flat", amount } }])],
  });
  expect(JSON.stringify(await refuse("/api/v1/plans", plan(`${nines}.995`)))).toContain("decimal_out_of_range");
  const line = { name: "Calls", period: { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" } };
  const simulated = {
    currency: "USD",
    lines: [
      {
        ...line,
        invoiceAt: "2026-02-01T00:00:00Z",
        quantity: "1",
        rateCard: { price: huge.price, featureKey: "duration" },
      },
      {
        ...line,
        invoiceAt: "2026-02-01T00:00:00Z",
        quantity: "2",
        rateCard: { price: huge.price, featureKey: "duration" },
      },
      {
        ...line,
        invoiceAt: "2026-02-01T00:00:00Z",
        quantity: "-2",
        rateCard: { price: huge.price, featureKey: "duration" },
      },
    ],
  };
  const simulate = `/api/v1/billing/customers/${customer.id}/invoices/simulate`;
  expect(await refuse(simulate, simulated)).toMatchObject([{ field: "lines.1", code: "amount_out_of_range" }]);
  expect(await refuse(simulate, { ...simulated, lines: [simulated.lines[0], simulated.lines[0]] })).toMatchObject([
    { field: "lines.1", code: "total_out_of_range" },
  ]);
  const rateCard = { type: "usage_based", price: huge.price };
  expect(
    await refuse("/api/v1/prices/preview", { currency: "USD", rateCard, quantities: ["1", "1.1", nines] }),
  ).toMatchObject([
    { field: "quantities.1", code: "amount_out_of_range" },
    { field: "quantities.2", code: "amount_out_of_range" },
  ]);
});
