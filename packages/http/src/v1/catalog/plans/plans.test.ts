import { describe, expect, test } from "vitest";
import { createTestApp, requestDuration } from "../../../app.test-support.ts";
import {
  answer,
  createPlan,
  givenFeature,
  monthlyFee,
  perUnit,
  phase,
  plan,
  type PlanAnswer,
  publish,
} from "../../catalog.test-support.ts";

type ValidationError = { code: string; field: string; message: string; severity?: string };
type Problem = {
  code: string;
  detail: string;
  extensions?: { validationErrors?: ValidationError[]; conflictingEntityId?: string };
};
type Page = { totalCount: number; page: number; pageSize: number; items: PlanAnswer[] };

const setUp = async () => {
  const app = await createTestApp();
  await app.given({ meters: [requestDuration] });
  await givenFeature(app);
  return {
    ...app,
    app,
    post: (members: Readonly<Record<string, unknown>> = {}) =>
      app.send("POST", "/api/v1/plans", { body: plan(members) }),
    put: ({ id }: Readonly<{ id: string }>, body: object) => app.send("PUT", `/api/v1/plans/${id}`, { body }),
    act: ({ id }: Readonly<{ id: string }>, action: string) => app.send("POST", `/api/v1/plans/${id}/${action}`),
    get: (path: string) => app.send("GET", `/api/v1/plans${path}`),
  };
};

/** Every price model, commitments, discounts, phases with durations. */
const everything = plan({
  description: "All there is",
  metadata: { z: "last", a: "first" },
  billingCadence: "P1M",
  proRatingConfig: { enabled: false, mode: "prorate_prices" },
  phases: [
    phase([{ ...monthlyFee, discounts: { percentage: { percentage: 100 } } }], {
      key: "trial",
      name: "Trial",
      duration: "P14D",
      description: "Two weeks",
      metadata: { first: "yes" },
    }),
    phase([
      { ...monthlyFee, price: { type: "flat", amount: "20", paymentTerm: "in_arrears" } },
      { ...monthlyFee, key: "setup", billingCadence: null, price: { type: "flat", amount: "99.99" } },
      { ...monthlyFee, key: "free", price: null },
      {
        ...perUnit,
        price: {
          type: "tiered",
          mode: "graduated",
          tiers: [
            { upToAmount: "1000", unitPrice: { type: "unit", amount: "0.5" }, flatPrice: null },
            { unitPrice: { type: "unit", amount: "0.1" }, flatPrice: { type: "flat", amount: "3" } },
          ],
          minimumAmount: "10",
          maximumAmount: "1000",
        },
        discounts: { percentage: { percentage: 12.5 }, usage: { quantity: "100" } },
        unitConfig: { operation: "divide", conversionFactor: "1000", rounding: "ceiling", precision: 0 },
      },
    ]),
  ],
});

describe("201: create", () => {
  test("a draft, as it is read later, with what was sent in canonical form", async () => {
    const { send, get } = await setUp();
    const created = await answer(send("POST", "/api/v1/plans", { body: everything }), 201);
    expect(created).toEqual({
      ...everything,
      id: expect.stringMatching(/^[0-7][0-9A-Z]{25}$/),
      version: 1,
      status: "draft",
      alignment: { billablesMustAlign: true },
      settlementMode: "credit_then_invoice",
      validationErrors: null,
      createdAt: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:00Z",
      phases: [
        {
          key: "trial",
          name: "Trial",
          description: "Two weeks",
          metadata: { first: "yes" },
          duration: "P14D",
          rateCards: [{ ...monthlyFee, metadata: null, discounts: { percentage: { percentage: 100 } } }],
        },
        {
          key: "default",
          name: "Default",
          metadata: null,
          duration: null,
          rateCards: [
            { ...monthlyFee, metadata: null, price: { type: "flat", amount: "20", paymentTerm: "in_arrears" } },
            {
              ...monthlyFee,
              metadata: null,
              key: "setup",
              billingCadence: null,
              price: { type: "flat", amount: "99.99", paymentTerm: "in_advance" },
            },
            { ...monthlyFee, metadata: null, key: "free", price: null },
            {
              ...perUnit,
              metadata: null,
              price: {
                type: "tiered",
                mode: "graduated",
                tiers: [
                  { upToAmount: "1000", unitPrice: { type: "unit", amount: "0.5" }, flatPrice: null },
                  { unitPrice: { type: "unit", amount: "0.1" }, flatPrice: { type: "flat", amount: "3" } },
                ],
                minimumAmount: "10",
                maximumAmount: "1000",
              },
              discounts: { percentage: { percentage: 12.5 }, usage: { quantity: "100" } },
              unitConfig: { operation: "divide", conversionFactor: "1000", rounding: "ceiling", precision: 0 },
            },
          ],
        },
      ],
    });
    expect(await answer(get(`/${created.id}`), 200)).toEqual(created);
    expect(await answer(get("/pro?includeLatest=true"), 200)).toEqual(created);
  });

  test("what only forbids to publish is kept, and shown in every read", async () => {
    const { post, get } = await setUp();
    const { id } = await answer(
      post({
        phases: [
          phase([{ ...perUnit, key: "x", featureKey: undefined, billingCadence: "P1W" }], { duration: "P1M" }),
          phase([], { key: "empty" }),
          phase([monthlyFee], { key: "last", duration: "P1M" }),
        ],
      }),
      201,
    );
    const read = await answer<{ status: string; validationErrors: ValidationError[] }>(get(`/${id}`), 200);
    expect(read.status).toBe("draft");
    expect(read.validationErrors.map(({ code, field }) => ({ code, field }))).toEqual(
      expect.arrayContaining([
        {
          code: "usage_based_price_with_no_feature",
          field: "$.phases[?(@.key=='default')].rateCards[?(@.key=='x')].featureKey",
        },
        {
          code: "rate_card_billing_cadence_unaligned",
          field: "$.phases[?(@.key=='default')].rateCards[?(@.key=='x')].billingCadence",
        },
        { code: "plan_phase_has_no_rate_cards", field: "$.phases[?(@.key=='empty')].rateCards" },
        { code: "plan_has_non_last_phase_with_no_duration", field: "$.phases[?(@.key=='empty')].duration" },
        { code: "plan_has_last_phase_with_duration", field: "$.phases[?(@.key=='last')].duration" },
      ]),
    );
    expect(read.validationErrors).toHaveLength(5);
  });

  test("a version is one more than the highest that ever existed, deleted ones included", async () => {
    const { app, send } = await setUp();
    const first = await createPlan(app);
    expect((await send("DELETE", `/api/v1/plans/${first.id}`)).status).toBe(204);
    const second = await createPlan(app);
    expect(second.version).toBe(2);
    await publish(app, second);
    expect((await createPlan(app)).version).toBe(3);
    expect((await createPlan(app, { key: "other" })).version).toBe(1);
  });
});

describe("200: one version at a time is on offer", () => {
  test("publish ends the version before at the same instant; archive ends it without a next one", async () => {
    const { app, clock, get, act } = await setUp();
    const first = await createPlan(app);
    expect((await get("/pro")).status).toBe(404);
    expect(await publish(app, first)).toMatchObject({
      status: "active",
      effectiveFrom: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:00Z",
    });
    const second = await createPlan(app, { name: "Pro 2" });
    expect(await answer(get("/pro"), 200)).toMatchObject({ version: 1 });
    expect(await answer(get("/pro?includeLatest=true"), 200)).toMatchObject({ version: 2, status: "draft" });
    clock.advance(60_000);
    expect(await publish(app, second)).toMatchObject({ status: "active", effectiveFrom: "2026-01-15T12:01:00Z" });
    expect(await answer(get(`/${first.id}`), 200)).toMatchObject({
      status: "archived",
      effectiveFrom: "2026-01-15T12:00:00Z",
      effectiveTo: "2026-01-15T12:01:00Z",
    });
    expect(await answer(get("/pro"), 200)).toMatchObject({ version: 2, name: "Pro 2" });
    clock.advance(60_000);
    expect(await answer(act(second, "archive"), 200)).toMatchObject({
      status: "archived",
      effectiveTo: "2026-01-15T12:02:00Z",
    });
    expect((await get("/pro")).status).toBe(404);
  });

  test("published at the instant of the version before, it is the one on offer", async () => {
    const { app, get } = await setUp();
    await publish(app, await createPlan(app));
    await publish(app, await createPlan(app));
    expect(await answer(get("/pro"), 200)).toMatchObject({ version: 2, status: "active" });
    expect(await answer<Page>(get("?status=active"), 200)).toMatchObject({ totalCount: 1 });
  });

  test("a clock that is behind the one of the last publication does not publish before it", async () => {
    const { app, clock, get } = await setUp();
    const first = await publish(app, await createPlan(app));
    clock.advance(-5_000);
    expect(await publish(app, await createPlan(app))).toMatchObject({ effectiveFrom: "2026-01-15T12:00:00Z" });
    expect(await answer(get(`/${first.id}`), 200)).toMatchObject({
      effectiveFrom: "2026-01-15T12:00:00Z",
      effectiveTo: "2026-01-15T12:00:00Z",
    });
    clock.advance(5_000);
    expect(await answer<Page>(get("?status=active"), 200)).toMatchObject({ totalCount: 1, items: [{ version: 2 }] });
  });

  test("next copies the active version, or else the highest, into a draft", async () => {
    const { app, act, send } = await setUp();
    const first = await answer(send("POST", "/api/v1/plans", { body: everything }), 201);
    await publish(app, first);
    const next = await answer(send("POST", "/api/v1/plans/pro/next"), 201);
    expect(next).toMatchObject({ version: 2, status: "draft", phases: first.phases });
    expect(next.id).not.toBe(first.id);
    await send("DELETE", `/api/v1/plans/${next.id}`);
    await answer(act(first, "archive"), 200);
    expect(await answer(send("POST", "/api/v1/plans/pro/next"), 201)).toMatchObject({ version: 3 });
  });
});

describe("200: PUT", () => {
  test("replaces the content; description and metadata stay when left out, the rest is its default again", async () => {
    const { app, put, clock } = await setUp();
    const created = await createPlan(app, {
      description: "Old",
      metadata: { old: "yes" },
      proRatingConfig: { enabled: false, mode: "prorate_prices" },
      currency: "EUR",
    });
    clock.advance(1_000);
    const body = { name: "New", billingCadence: "P1Y", phases: [phase([{ ...monthlyFee, key: "other" }])] };
    expect(await answer(put(created, { ...body, key: "pro", currency: "EUR" }), 200)).toMatchObject({
      id: created.id,
      key: "pro",
      currency: "EUR",
      version: 1,
      name: "New",
      description: "Old",
      metadata: { old: "yes" },
      billingCadence: "P1Y",
      proRatingConfig: { enabled: true, mode: "prorate_prices" },
      phases: [{ rateCards: [{ key: "other" }] }],
      createdAt: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:01Z",
    });
    expect(await answer(put(created, { ...body, metadata: null }), 200)).toMatchObject({ metadata: null });
  });

  test("400: key and currency are for good; what was read can be sent back as it is", async () => {
    const { app, put } = await setUp();
    const created = await createPlan(app, { currency: "EUR" });
    expect(await answer(put(created, { ...created, key: "other", currency: "USD" }), 400)).toMatchObject({
      code: "invalid_input",
      extensions: {
        validationErrors: [
          { field: "key", code: "immutable" },
          { field: "currency", code: "immutable" },
        ],
      },
    });
    expect(await answer(put(created, created), 200)).toEqual(created);
  });
});

describe("200: list", () => {
  const given = async () => {
    const { app, clock, get, send } = await setUp();
    const create = async (members: Readonly<Record<string, unknown>>) => {
      clock.advance(1);
      return createPlan(app, members);
    };
    const a1 = await create({ key: "a" });
    await publish(app, a1);
    const a2 = await create({ key: "a" });
    clock.advance(1);
    await publish(app, a2);
    await create({ key: "a" });
    const b1 = await create({ key: "b", currency: "EUR" });
    await send("DELETE", `/api/v1/plans/${(await create({ key: "c" })).id}`);
    const list = async (query: string) => answer<Page>(get(query), 200);
    const names = async (query: string) =>
      (await list(query)).items.map((item) => `${(item as unknown as { key: string }).key}${item.version}`);
    return { list, names, ids: { a1: a1.id, b1: b1.id } };
  };

  test.each([
    { query: "", names: ["b1", "a3", "a2", "a1"], why: "newest id first" },
    { query: "?order=ASC&orderBy=created_at", names: ["a1", "a2", "a3", "b1"], why: "by creation" },
    { query: "?order=DESC&orderBy=version", names: ["a3", "a2", "b1", "a1"], why: "equal ones by id" },
    { query: "?order=ASC&orderBy=key&includeDeleted=true", names: ["a1", "a2", "a3", "b1", "c1"], why: "deleted, too" },
    { query: "?status=active", names: ["a2"], why: "what is on offer" },
    { query: "?status=draft&status=archived", names: ["b1", "a3", "a1"], why: "one of these" },
    { query: "?status=scheduled", names: [], why: "nothing is" },
    { query: "?key=a&status=draft", names: ["a3"], why: "both must hold" },
    { query: "?key=b&keyVersion[a]=1&keyVersion[a]=3", names: ["b1", "a3", "a1"], why: "one of the names" },
    { query: "?currency=EUR", names: ["b1"], why: "by currency" },
    { query: "?currency=GBP", names: [], why: "by one that no plan has" },
    { query: "?page=2&pageSize=3", names: ["a1"], why: "the rest" },
  ])("$query → $names ($why)", async ({ query, names }) => {
    expect(await (await given()).names(query)).toEqual(names);
  });

  test("by id, with the page it is", async () => {
    const { list, ids } = await given();
    expect(await list(`?id=${ids.a1}&id=${ids.b1}&pageSize=1`)).toMatchObject({
      totalCount: 2,
      page: 1,
      pageSize: 1,
      items: [{ id: ids.b1 }],
    });
  });
});

describe("204: delete", () => {
  test("the version is readable by id, and deleting again is the same as once", async () => {
    const { app, get, send, clock } = await setUp();
    const { id } = await createPlan(app);
    expect((await send("DELETE", `/api/v1/plans/${id}`)).status).toBe(204);
    clock.advance(1_000);
    expect((await send("DELETE", `/api/v1/plans/${id}`)).status).toBe(204);
    expect(await answer(get(`/${id}`), 200)).toMatchObject({ deletedAt: "2026-01-15T12:00:00Z" });
    expect((await get("/pro")).status).toBe(404);
    expect(await answer(get("/pro?includeLatest=true"), 200)).toMatchObject({ deletedAt: "2026-01-15T12:00:00Z" });
  });
});

describe("400: create", () => {
  test.each([
    { why: "a hyphen in the key", members: { key: "a-b" }, field: "$.key" },
    { why: "no phases", members: { phases: [] }, field: "phases" },
    { why: "a rhythm that is none", members: { billingCadence: "P2M" }, field: "$.billingCadence" },
    { why: "a cadence that is no duration", members: { billingCadence: "monthly" }, field: "billingCadence" },
    { why: "an unknown currency", members: { currency: "XXQ" }, field: "$.currency" },
    { why: "an unknown settlement", members: { settlementMode: "never" }, field: "settlementMode" },
    {
      why: "two phases of one key",
      members: { phases: [phase([monthlyFee], { duration: "P1M" }), phase([monthlyFee])] },
      field: "$.phases[?(@.key=='default')].key",
    },
    {
      why: "two rate cards of one key",
      members: { phases: [phase([monthlyFee, monthlyFee])] },
      field: "$.phases[?(@.key=='default')].rateCards[?(@.key=='fee')].key",
    },
    {
      why: "a key that is not the feature's",
      members: { phases: [phase([{ ...perUnit, key: "other" }])] },
      field: "$.phases[?(@.key=='default')].rateCards[?(@.key=='other')].key",
    },
    {
      why: "an amount as a number",
      members: { phases: [phase([{ ...monthlyFee, price: { type: "flat", amount: 20 } }])] },
      field: "phases[0].rateCards[0].price.amount",
    },
    {
      why: "a negative amount",
      members: { phases: [phase([{ ...monthlyFee, price: { type: "flat", amount: "-20" } }])] },
      field: "$.phases[?(@.key=='default')].rateCards[?(@.key=='fee')].price.amount",
    },
    {
      why: "a price on usage that is billed once",
      members: { phases: [phase([{ ...perUnit, billingCadence: null }])] },
      field: "phases[0].rateCards[0].billingCadence",
    },
    {
      why: "a minimum above the maximum",
      members: {
        phases: [phase([{ ...perUnit, price: { type: "unit", amount: "1", minimumAmount: "2", maximumAmount: "1" } }])],
      },
      field: "$.phases[?(@.key=='default')].rateCards[?(@.key=='duration')].price.minimumAmount",
    },
    {
      why: "a discount above 100 per cent",
      members: { phases: [phase([{ ...monthlyFee, discounts: { percentage: { percentage: 101 } } }])] },
      field: "$.phases[?(@.key=='default')].rateCards[?(@.key=='fee')].discounts.percentage",
    },
  ])("$why: $field", async ({ members, field }) => {
    const { post } = await setUp();
    const problem = await answer<Problem>(post(members), 400);
    expect(problem.code).toBe("invalid_input");
    expect(problem.extensions?.validationErrors?.map((error) => error.field)).toContain(field);
  });

  test.each([
    {
      field: "$.phases[?(@.key=='default')].rateCards[?(@.key=='duration')].entitlementTemplate",
      members: { phases: [phase([{ ...perUnit, entitlementTemplate: { type: "metered", issueAfterReset: 10 } }])] },
    },
    { field: "$.currency", members: { currency: "CREDITS" } },
    { field: "$.settlementMode", members: { settlementMode: "credit_only" } },
  ])("not supported yet: $field", async ({ field, members }) => {
    const { post } = await setUp();
    const problem = await answer<Problem>(post(members), 400);
    expect(problem.code).toBe("not_supported_yet");
    expect(problem.extensions?.validationErrors?.map((error) => error.field)).toEqual([field]);
  });

  test("a second draft of one key names the first", async () => {
    const { app, post } = await setUp();
    const { id } = await createPlan(app);
    expect(await answer<Problem>(post(), 400)).toMatchObject({
      code: "plan_draft_exists",
      extensions: { conflictingEntityId: id },
    });
  });
});

describe("400: what a status does not allow", () => {
  const body = { name: "New", billingCadence: "P1M", phases: [phase([monthlyFee])] };

  test.each([
    { status: "draft", refused: ["archive"] },
    { status: "active", refused: ["put", "publish", "delete"] },
    { status: "archived", refused: ["put", "publish", "archive"] },
    { status: "deleted", refused: ["put", "publish", "archive"] },
  ])("$status: $refused", async ({ status, refused }) => {
    const { app, act, put, send } = await setUp();
    const created = await createPlan(app);
    if (status === "active" || status === "archived") await publish(app, created);
    if (status === "archived") await answer(act(created, "archive"), 200);
    if (status === "deleted") await send("DELETE", `/api/v1/plans/${created.id}`);
    for (const operation of refused) {
      const response =
        operation === "put"
          ? put(created, body)
          : operation === "delete"
            ? send("DELETE", `/api/v1/plans/${created.id}`)
            : act(created, operation);
      const { code } = await answer<Problem>(response, 400);
      expect(code).toBe(status === "deleted" ? "plan_deleted" : "plan_invalid_status");
    }
  });

  test("next while there is a draft", async () => {
    const { app, send } = await setUp();
    await createPlan(app);
    expect(await answer<Problem>(send("POST", "/api/v1/plans/pro/next"), 400)).toMatchObject({
      code: "plan_draft_exists",
    });
  });
});

describe("400: publish refuses what a draft may have", () => {
  const faultsOf = async (response: Promise<Response>) => {
    const problem = await answer<Problem>(response, 400);
    expect(problem.code).toBe("plan_not_publishable");
    return problem.extensions?.validationErrors?.map(({ code, severity }) => `${severity} ${code}`);
  };

  test("warnings, too, and the version stays a draft", async () => {
    const { app, act, get } = await setUp();
    const created = await createPlan(app, { phases: [phase([])] });
    expect(await faultsOf(act(created, "publish"))).toEqual(["warning plan_phase_has_no_rate_cards"]);
    expect(await answer(get(`/${created.id}`), 200)).toMatchObject({ status: "draft" });
  });

  test("a feature that does not exist, which the draft shows", async () => {
    const { app, act } = await setUp();
    const created = await createPlan(app, { phases: [phase([{ ...perUnit, key: "no", featureKey: "no" }])] });
    expect(created).toMatchObject({ validationErrors: [{ code: "rate_card_feature_not_found" }] });
    expect(await faultsOf(act(created, "publish"))).toEqual(["critical rate_card_feature_not_found"]);
  });

  test("a feature that is archived; a new one of its key will do", async () => {
    const { app, act, send } = await setUp();
    const created = await createPlan(app, { phases: [phase([perUnit])] });
    expect((await send("DELETE", "/api/v1/features/duration")).status).toBe(204);
    expect(await faultsOf(act(created, "publish"))).toEqual(["critical rate_card_feature_archived"]);
    await givenFeature(app);
    await publish(app, created);
  });

  test("a price on usage whose feature has no meter; a free one may have none", async () => {
    const { app, act } = await setUp();
    await givenFeature(app, { key: "sso", meterSlug: undefined });
    const usage = await createPlan(app, { phases: [phase([{ ...perUnit, key: "sso", featureKey: "sso" }])] });
    expect(await faultsOf(act(usage, "publish"))).toEqual(["warning usage_based_price_with_feature_and_no_meter"]);
    const free = { ...monthlyFee, key: "sso", featureKey: "sso", price: null };
    await publish(app, await createPlan(app, { key: "free", phases: [phase([free])] }));
  });

  test("a meter that was deleted, and another under its slug that does not fit", async () => {
    const { app, act, send } = await setUp();
    const created = await createPlan(app, { phases: [phase([perUnit])] });
    await send("DELETE", "/api/v1/meters/request_duration");
    expect(await faultsOf(act(created, "publish"))).toEqual(["warning usage_based_price_with_feature_and_no_meter"]);
    await app.given({ meters: [{ ...requestDuration, aggregation: "MAX" }] });
    expect(await faultsOf(act(created, "publish"))).toEqual(["warning meter_aggregation_not_supported"]);
  });
});

describe("400: parameters", () => {
  test.each(["/Not-A-Key", "?pageSize=1001", "?status=gone", "?id=x", "?keyVersion[a]=x", "?orderBy=createdAt"])(
    "GET %s",
    async (path) => {
      expect((await (await setUp()).get(path)).status).toBe(400);
    },
  );

  test.each(["?keyVersion=pro", "?keyVersion[]=1"])("GET %s: how it is spelt is said", async (query) => {
    const answer = await (await setUp()).get(query);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as Problem).detail).toContain("name the plan in brackets: keyVersion[pro]=1");
  });

  test.each(["publish", "archive"])("%s by key: a version has an id", async (action) => {
    const { app, act } = await setUp();
    await createPlan(app);
    expect((await act({ id: "pro" }, action)).status).toBe(400);
  });
});

test("403: reading is not writing", async () => {
  const { app, send } = await setUp();
  const token = await app.createKey(["plans:read", "features:read"]);
  expect((await send("GET", "/api/v1/plans", { token })).status).toBe(200);
  expect((await send("GET", "/api/v1/features", { token })).status).toBe(200);
  for (const path of ["/api/v1/plans", "/api/v1/features"])
    expect((await send("POST", path, { token, body: {} })).status).toBe(403);
});

describe("404", () => {
  const unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
  test.each([
    { method: "GET", path: "/nothing" },
    { method: "GET", path: `/${unknown}` },
    { method: "DELETE", path: `/${unknown}` },
    { method: "POST", path: `/${unknown}/publish` },
    { method: "POST", path: `/${unknown}/archive` },
    { method: "POST", path: "/nothing/next" },
    { method: "POST", path: `/${unknown}/next` },
  ])("$method $path", async ({ method, path }) => {
    const { send } = await setUp();
    expect(await answer<Problem>(send(method, `/api/v1/plans${path}`), 404)).toMatchObject({ code: "plan_not_found" });
  });

  test("PUT of an unknown version", async () => {
    const { put } = await setUp();
    const body = { name: "New", billingCadence: "P1M", phases: [phase([monthlyFee])] };
    expect(await answer<Problem>(put({ id: unknown }, body), 404)).toMatchObject({ code: "plan_not_found" });
  });

  test("next of a deleted version: it is no source", async () => {
    const { app, send } = await setUp();
    const { id } = await createPlan(app);
    await send("DELETE", `/api/v1/plans/${id}`);
    expect((await send("POST", `/api/v1/plans/${id}/next`)).status).toBe(404);
    expect((await send("POST", "/api/v1/plans/pro/next")).status).toBe(404);
  });

  test("what another namespace has", async () => {
    const { app, send } = await setUp();
    const { id } = await createPlan(app);
    await answer(send("POST", "/api/v1/namespaces", { body: { key: "other", name: "Other" } }), 201);
    const token = await app.createKey(["plans:read", "plans:write"], "other");
    expect((await send("GET", `/api/v1/plans/${id}`, { token })).status).toBe(404);
    expect((await send("POST", `/api/v1/plans/${id}/publish`, { token })).status).toBe(404);
    expect(await answer<Page>(send("GET", "/api/v1/plans", { token }), 200)).toMatchObject({ totalCount: 0 });
  });
});
