import { createMemoryCatalog, createMemoryMeters } from "@meter/testkit/memory";
import { describe, expect, test } from "vitest";
import {
  type BillingTestApp,
  createBillingApp,
  type Problem,
  type SubscriptionAnswer,
} from "../billing.test-support.ts";
import { answer, createPlan, monthlyFee, perUnit, phase, publish } from "../catalog.test-support.ts";

const path = "/api/v1/subscriptions";

const refusal = (response: Promise<Response>, status: number): Promise<Problem> => answer<Problem>(response, status);

const subscribed = async () => {
  const app = await createBillingApp();
  const customer = await app.createCustomer();
  const subscription = await app.subscribe(customer);
  return { app, customer, subscription };
};

const act = (app: BillingTestApp, { id }: Readonly<{ id: string }>, action: string, body?: object) =>
  app.post(`${path}/${id}/${action}`, body);

describe("201: a customer is subscribed", () => {
  test("to the active version, with what the plan says", async () => {
    const { customer, subscription } = await subscribed();
    expect(subscription).toMatchObject({
      name: "Pro",
      metadata: null,
      annotations: null,
      status: "active",
      customerId: customer.id,
      plan: { key: "pro", version: 1 },
      currency: "USD",
      billingCadence: "P1M",
      billingAnchor: "2026-01-15T12:00:00Z",
      proRatingConfig: { enabled: true, mode: "prorate_prices" },
      settlementMode: "credit_then_invoice",
      costBasisMode: "dynamic",
      costBasisPins: [],
      alignment: { billablesMustAlign: true },
      activeFrom: "2026-01-15T12:00:00Z",
    });
    expect(subscription).not.toHaveProperty("activeTo");
    expect(subscription).not.toHaveProperty("phases");
  });

  test("by id and key of the same customer, with labels and an anchor of its own", async () => {
    const app = await createBillingApp();
    const { id, key } = await app.createCustomer();
    const body = {
      customerKey: key,
      plan: { key: "pro", version: 1 },
      name: "Mine",
      description: "the first",
      metadata: { a: "b" },
      billingAnchor: "2026-01-01T00:00:00Z",
      alignment: { billablesMustAlign: false },
    };
    expect(await answer(app.post(path, { ...body, customerId: id }), 201)).toMatchObject({
      customerId: id,
      name: "Mine",
      description: "the first",
      metadata: { a: "b" },
      billingAnchor: "2026-01-01T00:00:00Z",
      alignment: { billablesMustAlign: true },
    });
  });

  test.each([
    { timing: "2026-01-15T11:58:00Z", status: "active", why: "two minutes ago, the oldest" },
    { timing: "2026-02-01T00:00:00Z", status: "scheduled", why: "later" },
  ])("at an instant: $why", async ({ timing, status }) => {
    const app = await createBillingApp();
    expect(await app.subscribe(await app.createCustomer(), { timing })).toMatchObject({ activeFrom: timing, status });
  });

  test("when another ends where it begins", async () => {
    const { app, customer, subscription } = await subscribed();
    await answer(act(app, subscription, "cancel", { timing: "next_billing_cycle" }), 200);
    await app.subscribe(customer, { timing: "2026-02-15T12:00:00Z" });
  });

  test("and billed from then on", async () => {
    const { app, customer } = await subscribed();
    const due = await app.deps.billing.withNextDue(app.clock.now(), async (_, { customerId }) => customerId);
    expect(due).toBe(customer.id);
  });
});

describe("200: reading", () => {
  test("expanded: phases and items in time, and the billing period that runs", async () => {
    const app = await createBillingApp();
    await publish(
      app,
      await createPlan(app, {
        key: "trial",
        phases: [
          phase([{ ...perUnit, price: null }], { key: "try", name: "Try", duration: "P14D" }),
          phase([monthlyFee, perUnit], { key: "pay", name: "Pay" }),
        ],
      }),
    );
    const { id } = await app.subscribe(await app.createCustomer(), { plan: { key: "trial" } });
    const expanded = await answer<{ phases: { items: { key: string }[] }[] }>(app.get(`${path}/${id}`), 200);
    expect(expanded).toMatchObject({
      id,
      status: "active",
      // the period is cut by the phase
      alignment: {
        billablesMustAlign: true,
        currentAlignedBillingPeriod: { from: "2026-01-15T12:00:00Z", to: "2026-01-29T12:00:00Z" },
      },
      phases: [
        {
          key: "try",
          activeFrom: "2026-01-15T12:00:00Z",
          activeTo: "2026-01-29T12:00:00Z",
          items: [{ key: "duration", featureKey: "duration", price: null, billingCadence: "P1M" }],
        },
        {
          key: "pay",
          activeFrom: "2026-01-29T12:00:00Z",
          items: [
            {
              key: "fee",
              currency: "USD",
              billingCadence: "P1M",
              price: { type: "flat", amount: "20", paymentTerm: "in_advance" },
              activeFrom: "2026-01-29T12:00:00Z",
            },
            { key: "duration", price: { type: "unit", amount: "0.25" } },
          ],
          itemTimelines: { fee: [{ key: "fee" }], duration: [{ key: "duration" }] },
        },
      ],
    });
    expect(expanded.phases[0]?.items[0]).not.toHaveProperty("currency");
  });

  test("no billing period before the start", async () => {
    const app = await createBillingApp();
    const { id } = await app.subscribe(await app.createCustomer(), { timing: "2026-02-01T00:00:00Z" });
    const { alignment } = await answer<{ alignment: object }>(app.get(`${path}/${id}`), 200);
    expect(alignment).toEqual({ billablesMustAlign: true });
  });

  test("of a customer: by id or key, by status, in order, by pages", async () => {
    const { app, customer, subscription } = await subscribed();
    await answer(act(app, subscription, "cancel", { timing: "next_billing_cycle" }), 200);
    const later = await app.subscribe(customer, { timing: "2026-02-15T12:00:00Z" });
    const list = async (query: string) => {
      const url = `/api/v1/customers/${customer.key}/subscriptions${query}`;
      const page = await answer<{ totalCount: number; items: SubscriptionAnswer[] }>(app.get(url), 200);
      return [page.totalCount, ...page.items.map(({ id }) => id)];
    };
    expect(await list("")).toEqual([2, later.id, subscription.id]);
    expect(await list("?order=ASC")).toEqual([2, subscription.id, later.id]);
    expect(await list("?status=canceled&status=active")).toEqual([1, subscription.id]);
    expect(await list("?pageSize=1&page=2")).toEqual([2, subscription.id]);
    const byId = await answer<object>(app.get(`/api/v1/customers/${customer.id}/subscriptions`), 200);
    expect(byId).toMatchObject({ totalCount: 2, page: 1, pageSize: 100 });
  });
});

describe("200: ending and going on", () => {
  test.each([
    { timing: undefined, activeTo: "2026-01-15T12:00:00Z", status: "inactive", why: "now, when nothing is said" },
    { timing: "immediate", activeTo: "2026-01-15T12:00:00Z", status: "inactive", why: "now" },
    { timing: "next_billing_cycle", activeTo: "2026-02-15T12:00:00Z", status: "canceled", why: "with the period" },
    { timing: "2026-04-15T12:00:00Z", activeTo: "2026-04-15T12:00:00Z", status: "canceled", why: "with a later one" },
  ])("cancel: $why", async ({ timing, activeTo, status }) => {
    const { app, subscription } = await subscribed();
    expect(await answer(act(app, subscription, "cancel", { timing }), 200)).toMatchObject({ activeTo, status });
  });

  test("a cancelation is taken back", async () => {
    const { app, subscription } = await subscribed();
    await answer(act(app, subscription, "cancel", { timing: "next_billing_cycle" }), 200);
    const continued = await answer<object>(act(app, subscription, "unschedule-cancelation"), 200);
    expect(continued).toMatchObject({ id: subscription.id, status: "active" });
    expect(continued).not.toHaveProperty("activeTo");
  });

  test("204: one that has not begun is deleted, and makes room", async () => {
    const app = await createBillingApp();
    const customer = await app.createCustomer();
    const { id } = await app.subscribe(customer, { timing: "2026-02-01T00:00:00Z" });
    expect((await app.send("DELETE", `${path}/${id}`)).status).toBe(204);
    expect(await answer(app.get(`${path}/${id}`), 200)).toMatchObject({
      status: "inactive",
      deletedAt: "2026-01-15T12:00:00Z",
    });
    expect(await answer(app.get(`/api/v1/customers/${customer.id}/subscriptions`), 200)).toMatchObject({ items: [] });
    expect(await app.deps.billing.nextDueAt()).toBeNull();
    await app.subscribe(customer);
  });
});

describe("400: creating", () => {
  const refused = async (body: object): Promise<Problem> => {
    const app = await createBillingApp();
    const { id } = await app.createCustomer({ currency: "USD" });
    await createPlan(app, { key: "draft" });
    await publish(app, await createPlan(app, { key: "euro", currency: "EUR" }));
    return refusal(app.post(path, { customerId: id, plan: { key: "pro" }, ...body }), 400);
  };

  test.each([
    { body: { customPlan: { name: "mine" } }, code: "not_supported_yet", field: "customPlan" },
    { body: { settlementMode: "credit_only" }, code: "not_supported_yet", field: "settlementMode" },
    { body: { costBasisMode: "pinned" }, code: "not_supported_yet", field: "costBasisMode" },
    { body: { plan: undefined }, code: "invalid_input", field: "plan" },
    { body: { customerId: undefined }, code: "invalid_input", field: "customerId" },
    { body: { customerKey: "another" }, code: "invalid_input", field: "customerKey" },
    { body: { timing: "tomorrow" }, code: "invalid_input", field: "timing" },
    { body: { timing: null }, code: "invalid_input", field: "timing" },
    { body: { alignment: 5 }, code: "invalid_input", field: "alignment" },
    {
      body: { alignment: { billablesMustAling: true } },
      code: "unknown_member",
      field: "alignment.billablesMustAling",
    },
    { body: { name: "" }, code: "invalid_input", field: "name" },
  ])("$code: $field", async ({ body, code, field }) => {
    const problem = await refused(body);
    expect(problem.code).toBe(code);
    expect(problem.extensions?.validationErrors).toMatchObject([{ field }]);
  });

  test.each([
    { body: { timing: "next_billing_cycle" }, code: "timing_not_supported" },
    { body: { timing: "2026-01-15T11:57:59Z" }, code: "subscription_start_too_old" },
    { body: { startingPhase: "trial" }, code: "starting_phase_not_found" },
    { body: { plan: { key: "draft" } }, code: "plan_not_active" },
    { body: { plan: { key: "draft", version: 1 } }, code: "plan_not_active" },
    { body: { plan: { key: "euro" } }, code: "customer_currency_mismatch" },
  ])("$code", async ({ body, code }) => {
    expect((await refused(body)).code).toBe(code);
  });

  test("a timing is told the words there are, and the form of an instant", async () => {
    expect((await refused({ timing: "IMMEDIATE" })).detail).toBe(
      "timing: must be immediate, next_billing_cycle or an instant, which must be an RFC 3339 date-time with an offset, such as 2026-01-01T00:00:00Z",
    );
  });

  test("plan_not_active: an earlier version, named", async () => {
    const app = await createBillingApp();
    await publish(app, await createPlan(app, { phases: [phase([monthlyFee])] }));
    const { id } = await app.createCustomer();
    const body = { customerId: id, plan: { key: "pro", version: 1 } };
    expect(await refusal(app.post(path, body), 400)).toMatchObject({ code: "plan_not_active" });
    expect((await app.subscribe({ id })).plan.version).toBe(2);
  });

  test("plan_not_subscribable: the meter of a price is gone, although nothing that is on offer should lose it", async () => {
    const meters = createMemoryMeters(); // does not know what is in use
    const { features, plans } = createMemoryCatalog({ meters });
    const app = await createBillingApp({ meters, features, plans });
    expect((await app.send("DELETE", "/api/v1/meters/request_duration")).status).toBe(204);
    const { id } = await app.createCustomer();
    const problem = await refusal(app.post(path, { customerId: id, plan: { key: "pro" } }), 400);
    expect(problem).toMatchObject({
      code: "plan_not_subscribable",
      extensions: { validationErrors: [{ code: "usage_based_price_with_feature_and_no_meter" }] },
    });
  });

  test("customer_currency_mismatch: a customer without a currency keeps that of its first subscription", async () => {
    const { app, customer, subscription } = await subscribed();
    await publish(app, await createPlan(app, { key: "euro", currency: "EUR" }));
    await answer(act(app, subscription, "cancel"), 200);
    const body = { customerId: customer.id, plan: { key: "euro" } };
    expect(await refusal(app.post(path, body), 400)).toMatchObject({ code: "customer_currency_mismatch" });
  });
});

test("400: a reading of the past is not supported yet, and says so", async () => {
  const { app, subscription } = await subscribed();
  const problem = await refusal(app.get(`${path}/${subscription.id}?at=2026-01-01T00:00:00Z`), 400);
  expect(problem).toMatchObject({ code: "not_supported_yet", detail: "at is not supported yet" });
});

describe("400: canceling", () => {
  test.each([
    { timing: "2026-01-20T00:00:00Z", code: "cancel_not_aligned" },
    { timing: "2026-01-01T00:00:00Z", code: "cancel_in_the_past" },
  ])("$code", async ({ timing, code }) => {
    const { app, subscription } = await subscribed();
    expect(await refusal(act(app, subscription, "cancel", { timing }), 400)).toMatchObject({ code });
  });
});

describe("403: a transition that the status does not allow", () => {
  test("cancel what is canceled, continue and delete what is active, cancel what is scheduled", async () => {
    const { app, subscription } = await subscribed();
    const code = "subscription_transition_not_allowed";
    expect(await refusal(act(app, subscription, "unschedule-cancelation"), 403)).toMatchObject({ code });
    expect(await refusal(app.send("DELETE", `${path}/${subscription.id}`), 403)).toMatchObject({ code });
    await answer(act(app, subscription, "cancel", { timing: "next_billing_cycle" }), 200);
    const problem = await refusal(act(app, subscription, "cancel", {}), 403);
    expect(problem).toMatchObject({ code, detail: expect.stringContaining("transition cancel in state canceled") });
    const scheduled = await app.subscribe(await app.createCustomer(), { timing: "2026-02-01T00:00:00Z" });
    expect(await refusal(act(app, scheduled, "cancel", {}), 403)).toMatchObject({ code });
  });

  test("anything on a deleted one", async () => {
    const app = await createBillingApp();
    const { id } = await app.subscribe(await app.createCustomer(), { timing: "2026-02-01T00:00:00Z" });
    await app.send("DELETE", `${path}/${id}`);
    expect((await app.send("DELETE", `${path}/${id}`)).status).toBe(403);
  });

  test.each([
    { method: "POST", path, scope: "subscriptions:read" },
    { method: "GET", path: `${path}/01ARZ3NDEKTSV4RRFFQ69G5FAV`, scope: "subscriptions:write" },
  ] as const)("$method with the scope $scope only", async ({ method, path: route, scope }) => {
    const app = await createBillingApp();
    const token = await app.createKey([scope]);
    const problem = await refusal(app.send(method, route, { token, ...(method === "POST" ? { body: {} } : {}) }), 403);
    expect(problem.code).toBe("scope_missing");
  });
});

describe("404", () => {
  const nobody = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

  test("a customer or plan that is not there", async () => {
    const app = await createBillingApp();
    const { id } = await app.createCustomer();
    const body = { customerId: nobody, plan: { key: "pro" } };
    expect((await refusal(app.post(path, body), 404)).code).toBe("customer_not_found");
    for (const plan of [{ key: "none" }, { key: "pro", version: 7 }])
      expect((await refusal(app.post(path, { customerId: id, plan }), 404)).code).toBe("plan_not_found");
    expect((await app.get("/api/v1/customers/nobody/subscriptions")).status).toBe(404);
  });

  test("a subscription that is not there, or another namespace's", async () => {
    const { app, subscription } = await subscribed();
    await answer(app.post("/api/v1/namespaces", { key: "acme" }), 201);
    const code = "subscription_not_found";
    const headers = { "Meter-Namespace": "acme" };
    expect(await refusal(app.get(`${path}/${nobody}`), 404)).toMatchObject({ code });
    expect(await refusal(app.send("GET", `${path}/${subscription.id}`, { headers }), 404)).toMatchObject({ code });
    expect(await refusal(act(app, { id: nobody }, "cancel", {}), 404)).toMatchObject({ code });
    expect(await refusal(app.send("DELETE", `${path}/${nobody}`), 404)).toMatchObject({ code });
  });
});

describe("409: two subscriptions at a time", () => {
  const code = "only_single_subscription_allowed_per_customer_at_a_time";

  test("a second one names the first, from both sides", async () => {
    const { app, customer, subscription } = await subscribed();
    const problem = await refusal(app.post(path, { customerId: customer.id, plan: { key: "pro" } }), 409);
    expect(problem).toMatchObject({
      code,
      extensions: { conflictingEntityId: subscription.id, validationErrors: [{ code }, { code }] },
    });
  });

  test("of several at once one succeeds", async () => {
    const app = await createBillingApp();
    const { id } = await app.createCustomer();
    const body = { customerId: id, plan: { key: "pro" } };
    const answers = await Promise.all(Array.from({ length: 5 }, () => app.post(path, body)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
  });

  test("going on where another has begun", async () => {
    const { app, customer, subscription } = await subscribed();
    await answer(act(app, subscription, "cancel", { timing: "next_billing_cycle" }), 200);
    await app.subscribe(customer, { timing: "2026-02-15T12:00:00Z" });
    expect(await refusal(act(app, subscription, "unschedule-cancelation"), 409)).toMatchObject({ code });
  });
});

describe("customers that are subscribed", () => {
  test("412: a deleted one is not subscribed; one with a subscription that is not over is not deleted", async () => {
    const { app, customer, subscription } = await subscribed();
    const deleting = () => app.send("DELETE", `/api/v1/customers/${customer.id}`);
    expect(await refusal(deleting(), 412)).toMatchObject({ code: "deleting_customer_with_active_subscriptions" });
    await answer(act(app, subscription, "cancel", { timing: "next_billing_cycle" }), 200);
    expect((await deleting()).status).toBe(412);
    await app.passUntil("2026-02-15T12:00:00Z");
    expect((await deleting()).status).toBe(204);
    const body = { customerId: customer.id, plan: { key: "pro" } };
    expect(await refusal(app.post(path, body), 412)).toMatchObject({ code: "customer_deleted" });
  });

  test("400: key and subject keys stay as they are until all is billed; everything else may change", async () => {
    const app = await createBillingApp();
    const customer = await app.createCustomer({ usageAttribution: { subjectKeys: ["a", "b"] } });
    const { id } = await app.subscribe(customer);
    const put = (members: object) =>
      app.send("PUT", `/api/v1/customers/${customer.id}`, {
        body: { name: "Other", key: customer.key, usageAttribution: { subjectKeys: ["b", "a"] }, ...members },
      });
    expect((await put({})).status).toBe(200);
    const problem = await refusal(put({ usageAttribution: { subjectKeys: ["a"] } }), 400);
    expect(problem).toMatchObject({
      code: "invalid_input",
      extensions: { validationErrors: [{ code: "customer_has_active_subscription" }] },
    });
    expect((await put({ key: undefined })).status).toBe(400);
    await answer(act(app, { id }, "cancel", { timing: "next_billing_cycle" }), 200);
    await app.passUntil("2026-02-15T12:30:00Z"); // over, but its usage is not collected
    expect((await put({ usageAttribution: { subjectKeys: ["a"] } })).status).toBe(400);
    await app.passUntil("2026-02-15T13:00:00Z");
    expect((await put({ usageAttribution: { subjectKeys: ["a"] } })).status).toBe(200);
  });
});
