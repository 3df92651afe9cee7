import { type ControlDeps, UsageUnavailable, watchLateUsage } from "@meter/core";
import { builtInModels, createPricing } from "@meter/pricing";
import { createMemoryUsage } from "@meter/testkit/memory";
import { describe, expect, test } from "vitest";
import { type BillingTestApp, createBillingApp, usage } from "../billing.test-support.ts";
import { answer, createPlan, perUnit, phase, publish } from "../catalog.test-support.ts";

const path = "/api/v1/billing/late-usage";

type Late = Readonly<{
  lineId: string;
  customerId: string;
  invoiceId: string;
  lateQuantity: string;
  amount: string | null;
}>;
type Page = Readonly<{ lineCount: number; items: readonly Late[]; unchecked: readonly Readonly<{ reason: string }>[] }>;

const late = (app: BillingTestApp, query = ""): Promise<Page> => answer<Page>(app.get(`${path}${query}`), 200);

const january = "2026-01-20T00:00:00Z";
const february = "2026-02-20T00:00:00Z";

/** Subscribed on 15 January at noon to 0.25 a unit, 10 units used in the first month, which was issued. */
const issued = async (members: object = {}, overrides: Partial<ControlDeps> = {}) => {
  const app = await createBillingApp(overrides);
  await publish(app, await createPlan(app, { key: "usage", phases: [phase([{ ...perUnit, ...members }])] }));
  const customer = await app.createCustomer();
  await app.subscribe(customer, { plan: { key: "usage" } });
  await app.given({ events: [usage(customer.key, "10", january)] });
  await app.passUntil("2026-02-15T14:00:00Z");
  return { app, customer };
};

describe("200: usage that came in after its invoice was issued", () => {
  test("is counted by customer, meter, period and units, with what it would cost", async () => {
    const { app, customer } = await issued();
    expect(await late(app)).toMatchObject({ lineCount: 1, items: [], unchecked: [] });
    await app.given({ events: [usage(customer.key, "3", january), usage(customer.key, "99", february)] });
    expect(await late(app)).toMatchObject({
      items: [
        {
          customerId: customer.id,
          customerName: "Customer 1",
          invoiceNumber: "INV-CU1-1",
          featureKey: "duration",
          period: { from: "2026-01-15T12:00:00Z", to: "2026-02-15T12:00:00Z" },
          billedQuantity: "10",
          quantity: "13",
          lateQuantity: "3",
          currency: "USD",
          amount: "0.75",
        },
      ],
    });
    await app.passUntil("2026-03-15T14:00:00Z");
    const page = await late(app);
    expect(page.lineCount, "what is billed in time is not late").toBe(2);
    expect(page.items).toHaveLength(1);
  });

  test("costs what the rating of the whole says: tiers, minimum and rounding", async () => {
    const price = {
      type: "tiered",
      mode: "graduated",
      tiers: [
        { upToAmount: "12", unitPrice: { type: "unit", amount: "1" } },
        { unitPrice: { type: "unit", amount: "0.004" } },
      ],
    };
    const { app, customer } = await issued({ price });
    await app.given({ events: [usage(customer.key, "3", january)] });
    expect((await late(app)).items).toMatchObject([{ lateQuantity: "3", amount: "2.00" }]); // 2 × 1 + 1 × 0.004
  });

  test("below zero, when less counts by now; and no amount where there can be none", async () => {
    const { app, customer } = await issued();
    await app.given({ events: [usage(customer.key, "-4", january)] });
    expect((await late(app)).items).toMatchObject([{ lateQuantity: "-4", amount: "-1.00" }]);
    await app.given({
      events: [usage(customer.key, `9${"0".repeat(37)}`, january), usage(customer.key, `9${"0".repeat(37)}`, january)],
    });
    expect((await late(app)).items).toMatchObject([
      { amount: null, reason: expect.stringContaining("38 integer digits") },
    ]);
  });

  test("not of a part that a later part of the same service period bills", async () => {
    const { app, customer } = await issued();
    await app.given({ events: [usage(customer.key, "4", february)] });
    await app.passUntil("2026-02-25T00:00:00Z");
    await answer(app.post("/api/v1/billing/invoices/invoice", { customerId: customer.id }), 201);
    await app.passUntil("2026-02-25T02:00:00Z");
    await app.given({ events: [usage(customer.key, "5", february)] });
    expect((await late(app)).items).toEqual([]);
    await app.passUntil("2026-03-15T14:00:00Z");
    expect((await late(app)).items).toEqual([]);
    await app.given({ events: [usage(customer.key, "6", february)] });
    expect((await late(app)).items).toMatchObject([{ billedQuantity: "9", lateQuantity: "6", amount: "1.50" }]);
  });

  test("not of what was voided: that is not billed at all", async () => {
    const { app, customer } = await issued();
    await app.given({ events: [usage(customer.key, "3", january)] });
    const [found] = (await late(app)).items;
    const action = { percentage: 100, action: { type: "discard" } };
    await answer(app.post(`/api/v1/billing/invoices/${found?.invoiceId}/void`, { action, reason: "wrong" }), 200);
    expect(await late(app)).toMatchObject({ lineCount: 0, items: [] });
  });

  test("stays with whoever was billed for the subject, also when it is another customer's by now", async () => {
    const { app, customer } = await issued();
    const other = await app.createCustomer();
    await app.subscribe(other, { plan: { key: "usage" } });
    // Behind the product's back: it refuses to move subjects that are billed.
    const { findMany, find } = app.deps.customers;
    const moved = async (...of: Parameters<typeof find>) => {
      const found = await find(...of);
      return found === null ? null : { ...found, key: found.id === other.id ? customer.key : null };
    };
    Object.assign(app.deps.customers, { find: moved, findMany });
    await app.given({ events: [usage(customer.key, "3", january)] });
    expect((await late(app)).items).toMatchObject([{ customerId: customer.id, lateQuantity: "3" }]);
  });

  test("by customer, by how far back, and page by page", async () => {
    const { app, customer } = await issued();
    const other = await app.createCustomer();
    await app.subscribe(other, { plan: { key: "usage" } });
    await app.passUntil("2026-03-15T16:00:00Z");
    await app.given({
      events: [usage(customer.key, "1", january), usage(other.key, "2", february), usage(customer.key, "3", february)],
    });
    const units = async (query: string) => (await late(app, query)).items.map(({ lateQuantity }) => lateQuantity);
    expect((await units("")).toSorted()).toEqual(["1", "2", "3"]);
    expect(await units(`?customers=${other.id}`)).toEqual(["2"]);
    expect((await units("?from=2026-03-01T00:00:00Z")).toSorted()).toEqual(["2", "3"]);
    const pages = [
      await units("?pageSize=1&page=1"),
      await units("?pageSize=1&page=2"),
      await units("?pageSize=1&page=3"),
      await units("?pageSize=1&page=4"),
    ];
    expect(pages.flat().toSorted()).toEqual(["1", "2", "3"]);
    expect(pages[2], "the last end comes first").toEqual(["1"]);
    expect(await units("?customers=01ARZ3NDEKTSV4RRFFQ69G5FAV")).toEqual([]);
  });

  test("what measured it is gone: the line is named, the others are counted", async () => {
    const { app, customer } = await issued();
    await app.given({ events: [usage(customer.key, "3", january)] });
    Object.assign(app.deps.meters, { find: async () => null });
    expect(await late(app)).toMatchObject({
      lineCount: 1,
      items: [],
      unchecked: [{ customerId: customer.id, reason: expect.stringContaining("is not there any more") }],
    });
  });
});

test("503: usage that cannot be read is no empty list", async () => {
  const { reader, freshness, log } = createMemoryUsage({ now: () => 0 as never });
  const state = { down: false };
  const { app } = await issued(
    {},
    {
      freshness,
      log,
      reader: {
        ...reader,
        query: async (...of) => {
          if (state.down) throw new UsageUnavailable("no answer");
          return reader.query(...of);
        },
      },
    },
  );
  state.down = true;
  expect(await answer(app.get(path), 503)).toMatchObject({ code: "usage_not_read" });
});

test("403 and 400: billing:read, and bounds", async () => {
  const app = await createBillingApp();
  const token = await app.createKey(["billing:write"]);
  expect((await app.send("GET", path, { token })).status).toBe(403);
  for (const query of ["?pageSize=101", "?page=0", "?from=yesterday", "?customers=acme", "?customer=x"])
    expect([query, (await app.get(`${path}${query}`)).status]).toEqual([query, 400]);
});

test("a round over all lines counts those with late usage, for the metric", async () => {
  const { app, customer } = await issued();
  await app.given({ events: [usage(customer.key, "3", january)] });
  const rested = Promise.withResolvers<void>();
  const watch = watchLateUsage({
    ...app.deps,
    pricing: createPricing({ models: builtInModels }),
    timer: {
      sleep: async (_, signal) => {
        rested.resolve();
        await new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
      },
      yield: async () => {},
    },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });
  expect(watch.count()).toBeNull();
  watch.start();
  await rested.promise;
  expect(watch.count()).toEqual({ checked: 1, late: 1 });
  await watch.stop();
});
