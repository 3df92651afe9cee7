import { builtInBillingProfile } from "@meter/invoicing";
import { describe, expect, test } from "vitest";
import { type BillingTestApp, createBillingApp, usage } from "../../billing.test-support.ts";
import { answer, createPlan, monthlyFee, perUnit, phase, publish } from "../../catalog.test-support.ts";

type Invoice = Readonly<{
  number: string;
  status: string;
  totals: Readonly<{ total: string }>;
  lines: readonly Readonly<{ name: string; period: { from: string; to: string }; totals: { total: string } }>[];
}>;

const listOf = async (app: BillingTestApp): Promise<readonly Invoice[]> =>
  (await answer<{ items: Invoice[] }>(app.get("/api/v1/billing/invoices?order=ASC&expand=lines"), 200)).items;

/** From 15 January at noon, so much a unit. */
const subscribed = async (zeroInvoices: "issue" | "skip", cards: readonly object[] = [perUnit]) => {
  const app = await createBillingApp({ profile: { ...builtInBillingProfile, zeroInvoices } });
  await publish(app, await createPlan(app, { key: "usage", phases: [phase(cards)] }));
  const customer = await app.createCustomer();
  await app.subscribe(customer, { plan: { key: "usage" } });
  return { app, customer };
};

test("an invoice of nothing is issued, unless the profile says otherwise", async () => {
  const { app } = await subscribed("issue");
  await app.passUntil("2026-04-15T14:00:00Z");
  expect((await listOf(app)).map(({ number, totals }) => [number, totals.total])).toEqual([
    ["INV-CU1-1", "0.00"],
    ["INV-CU1-2", "0.00"],
    ["INV-CU1-3", "0.00"],
  ]);
});

describe("skipped, an invoice of nothing", () => {
  test("is not made, its service period is closed once, and numbers have no gap", async () => {
    const { app, customer } = await subscribed("skip");
    await app.given({ events: [usage(customer.key, "4", "2026-03-01T00:00:00Z")] });
    await app.passUntil("2026-05-20T00:00:00Z");
    const invoices = await listOf(app);
    expect(invoices.map(({ number, status, totals }) => [number, status, totals.total])).toEqual([
      ["INV-CU1-1", "issued", "1.00"],
    ]);
    expect(invoices[0]?.lines.map(({ period }) => period)).toEqual([
      { from: "2026-02-15T12:00:00Z", to: "2026-03-15T12:00:00Z" },
    ]);
    expect(await answer(app.get("/api/v1/invariants"), 200)).toMatchObject({ holds: true });
  });

  test("stays out of the way of lines that come to something", async () => {
    const { app } = await subscribed("skip", [monthlyFee, perUnit]);
    await app.passUntil("2026-02-15T14:00:00Z");
    const [, second] = await listOf(app);
    expect(second?.lines.map(({ name, totals }) => [name, totals.total])).toEqual([
      ["Fee", "20.00"],
      ["Duration", "0.00"],
    ]);
  });

  test("keeps nothing from a later part: less than a cent is billed when it has become one", async () => {
    const { app, customer } = await subscribed("skip", [{ ...perUnit, price: { type: "unit", amount: "0.004" } }]);
    await app.given({ events: [usage(customer.key, "1", "2026-01-16T00:00:00Z")] });
    await app.passUntil("2026-01-20T00:00:00Z");
    await answer(app.post("/api/v1/billing/invoices/invoice", { customerId: customer.id }), 201);
    await app.passUntil("2026-01-20T02:00:00Z");
    expect(await listOf(app)).toEqual([]);
    await app.given({ events: [usage(customer.key, "1", "2026-02-01T00:00:00Z")] });
    await app.passUntil("2026-03-16T00:00:00Z");
    expect((await listOf(app)).map(({ totals }) => totals.total)).toEqual(["0.01"]); // 2 × 0.004 = 0.008
  });
});
