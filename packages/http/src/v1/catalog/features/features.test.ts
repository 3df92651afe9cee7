import { describe, expect, test } from "vitest";
import { createTestApp, requestDuration } from "../../../app.test-support.ts";
import { answer, createPlan, feature, perUnit, phase, publish } from "../../catalog.test-support.ts";

type Problem = { code: string; detail: string; extensions?: { validationErrors?: { field: string; code: string }[] } };
type Feature = { id: string; key: string };

const setUp = async () => {
  const app = await createTestApp();
  await app.given({
    meters: [requestDuration, { slug: "peak", aggregation: "MAX", eventType: "x", valueProperty: "$.v" }],
  });
  const create = (members: Readonly<Record<string, unknown>> = {}) =>
    app.send("POST", "/api/v1/features", { body: feature(members) });
  return { ...app, testApp: app, create };
};

describe("201", () => {
  test("the feature, as it is read later by key and by id", async () => {
    const { create, send } = await setUp();
    const created = await answer<Feature>(
      create({ metadata: { team: "api" }, meterGroupByFilters: { route: "/a" } }),
      201,
    );
    expect(created).toEqual({
      id: expect.stringMatching(/^[0-7][0-9A-Z]{25}$/),
      key: "duration",
      name: "Duration",
      metadata: { team: "api" },
      meterSlug: "request_duration",
      meterGroupByFilters: { route: "/a" },
      advancedMeterGroupByFilters: { route: { $eq: "/a" } },
      createdAt: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:00Z",
    });
    expect(await answer(send("GET", "/api/v1/features/duration"), 200)).toEqual(created);
    expect(await answer(send("GET", `/api/v1/features/${created.id}`), 200)).toEqual(created);
  });

  test("without a meter it is a plain capability", async () => {
    const { send } = await setUp();
    expect(await answer(send("POST", "/api/v1/features", { body: { key: "sso", name: "SSO" } }), 201)).toEqual({
      id: expect.any(String),
      key: "sso",
      name: "SSO",
      metadata: null,
      createdAt: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:00Z",
    });
  });

  test("filters of one operator each are echoed; plain ones only when all are equalities, and can be sent beside them", async () => {
    const { create } = await setUp();
    const plain = { meterGroupByFilters: { route: "/a", method: "GET" } };
    const both = { ...plain, advancedMeterGroupByFilters: { method: { $eq: "GET" }, route: { $eq: "/a" } } };
    expect(await answer(create({ ...both, key: "equal" }), 201)).toMatchObject(both);
    const advanced = { route: { $in: ["/a", "/b"] }, method: { $ne: "GET" } };
    const created = await answer(create({ advancedMeterGroupByFilters: advanced }), 201);
    expect(created).toMatchObject({ advancedMeterGroupByFilters: advanced });
    expect(created).not.toHaveProperty("meterGroupByFilters");
  });
});

describe("200: list", () => {
  const given = async () => {
    const app = await setUp();
    for (const key of ["b", "c", "a"]) {
      await answer(app.create({ key, name: `Name ${key}`, ...(key === "c" ? { meterSlug: undefined } : {}) }), 201);
      app.clock.advance(1);
    }
    expect((await app.send("DELETE", "/api/v1/features/b")).status).toBe(204);
    const list = async (query: string) => answer<Feature[]>(app.send("GET", `/api/v1/features${query}`), 200);
    const keys = async (query: string) => (await list(query)).map(({ key }) => key);
    return { ...app, list, keys };
  };

  test.each([
    { query: "", keys: ["a", "c"], why: "by key, without archived ones" },
    { query: "?includeArchived=true", keys: ["a", "b", "c"], why: "with them" },
    { query: "?includeArchived=true&orderBy=createdAt&order=DESC", keys: ["a", "c", "b"], why: "newest first" },
    { query: "?includeArchived=true&orderBy=id", keys: ["b", "c", "a"], why: "by id" },
    { query: "?includeArchived=true&limit=1&offset=1", keys: ["b"], why: "a part" },
    { query: "?meterSlug=request_duration&meterSlug=other", keys: ["a"], why: "of these meters" },
    { query: "?meterSlug=other", keys: [], why: "of a meter without features" },
  ])("$query → $keys ($why)", async ({ query, keys }) => {
    expect(await (await given()).keys(query)).toEqual(keys);
  });

  test.each(["?pageSize=2&includeArchived=true", "?page=1&pageSize=2&includeArchived=true"])(
    "%s is a page, and counts all",
    async (query) => {
      const { send } = await given();
      const page = await answer<{ items: Feature[] }>(send("GET", `/api/v1/features${query}`), 200);
      expect(page).toMatchObject({ page: 1, pageSize: 2, totalCount: 3 });
      expect(page.items.map(({ key }) => key)).toEqual(["a", "b"]);
    },
  );

  test("the second page has the rest", async () => {
    const { send } = await given();
    const page = await answer<{ items: Feature[] }>(
      send("GET", "/api/v1/features?page=2&pageSize=2&includeArchived=true"),
      200,
    );
    expect(page.items.map(({ key }) => key)).toEqual(["c"]);
  });
});

describe("204: archive", () => {
  test("it is readable by key and id, its key is free, and a newer one takes the key over", async () => {
    const { create, send, clock } = await setUp();
    const { id } = await answer<Feature>(create(), 201);
    clock.advance(1_000);
    expect((await send("DELETE", "/api/v1/features/duration")).status).toBe(204);
    expect(await answer(send("GET", "/api/v1/features/duration"), 200)).toMatchObject({
      id,
      archivedAt: "2026-01-15T12:00:01Z",
      updatedAt: "2026-01-15T12:00:01Z",
    });
    const next = await answer<Feature>(create(), 201);
    expect(await answer(send("GET", "/api/v1/features/duration"), 200)).toMatchObject({ id: next.id });
    clock.advance(1_000);
    expect((await send("DELETE", `/api/v1/features/${id}`)).status).toBe(204);
    expect(await answer(send("GET", `/api/v1/features/${id}`), 200)).toMatchObject({
      archivedAt: "2026-01-15T12:00:01Z",
    });
    expect(await answer(send("GET", "/api/v1/features/duration"), 200)).not.toHaveProperty("archivedAt");
  });

  test("a draft and an archived plan do not hold it", async () => {
    const { create, send, testApp } = await setUp();
    await answer(create(), 201);
    const pro = await createPlan(testApp, { phases: [phase([perUnit])] });
    await publish(testApp, pro);
    await answer(send("POST", `/api/v1/plans/${pro.id}/archive`), 200);
    await createPlan(testApp, { phases: [phase([perUnit])] });
    expect((await send("DELETE", "/api/v1/features/duration")).status).toBe(204);
  });
});

describe("400", () => {
  test.each([
    { why: "a hyphen in the key", members: { key: "a-b" }, field: "key" },
    { why: "an empty name", members: { name: "" }, field: "name" },
    { why: "no name", members: { name: undefined }, field: "name" },
    { why: "a meter of maxima", members: { meterSlug: "peak" }, field: "meterSlug" },
    { why: "an unknown dimension", members: { meterGroupByFilters: { x: "1" } }, field: "meterGroupByFilters.x" },
    {
      why: "filters without a meter",
      members: { meterSlug: undefined, meterGroupByFilters: { route: "/a" } },
      field: "meterGroupByFilters",
    },
    {
      why: "two operators in a filter",
      members: { advancedMeterGroupByFilters: { route: { $eq: "a", $ne: "b" } } },
      field: "advancedMeterGroupByFilters.route",
    },
    {
      why: "an operator that does not exist",
      members: { advancedMeterGroupByFilters: { route: { $regex: "a" } } },
      field: "advancedMeterGroupByFilters.route",
    },
    {
      why: "both kinds of filters, which do not say the same",
      members: { meterGroupByFilters: { route: "/a" }, advancedMeterGroupByFilters: { route: { $eq: "/b" } } },
      field: "meterGroupByFilters",
    },
    {
      why: "no operator in a filter",
      members: { advancedMeterGroupByFilters: { route: {} } },
      field: "advancedMeterGroupByFilters.route",
    },
    {
      why: "conditions joined by $or",
      members: { advancedMeterGroupByFilters: { route: { $or: [{ $eq: "a" }, { $eq: "b" }] } } },
      field: "advancedMeterGroupByFilters.route",
    },
  ])("$why", async ({ members, field }) => {
    const { create } = await setUp();
    const problem = await answer<Problem>(create(members), 400);
    expect(problem.code).toBe("invalid_input");
    expect(problem.extensions?.validationErrors?.map((error) => error.field)).toContain(field);
  });

  test("a unit cost is not supported yet, and says so", async () => {
    const { create } = await setUp();
    const problem = await answer<Problem>(create({ unitCost: { type: "manual", amount: "1" } }), 400);
    expect(problem).toMatchObject({
      code: "not_supported_yet",
      extensions: { validationErrors: [{ field: "unitCost" }] },
    });
  });

  test.each(["?pageSize=1001", "?page=0", "?limit=1001", "?orderBy=meter", "?page=1&limit=1", "?pageSize=1&offset=0"])(
    "list with %s",
    async (query) => {
      const { send } = await setUp();
      expect((await send("GET", `/api/v1/features${query}`)).status).toBe(400);
    },
  );
});

test("403: a feature that a published plan names cannot be archived", async () => {
  const { create, send, testApp } = await setUp();
  await answer(create(), 201);
  await publish(testApp, await createPlan(testApp, { phases: [phase([perUnit])] }));
  const problem = await answer<Problem>(send("DELETE", "/api/v1/features/duration"), 403);
  expect(problem).toMatchObject({ code: "feature_in_use", detail: expect.stringContaining("plan pro v1") });
  expect(await answer(send("GET", "/api/v1/features/duration"), 200)).not.toHaveProperty("archivedAt");
});

describe("404", () => {
  test("a meter that does not exist, or is deleted", async () => {
    const { create, send } = await setUp();
    const meter = await answer<Feature>(send("GET", "/api/v1/meters/request_duration"), 200);
    expect(await answer(create({ meterSlug: meter.id }), 404)).toMatchObject({ code: "meter_not_found" });
    expect(await answer(create({ meterSlug: "nothing" }), 404)).toMatchObject({ code: "meter_not_found" });
    await send("DELETE", "/api/v1/meters/request_duration");
    expect(await answer(create(), 404)).toMatchObject({ code: "meter_not_found" });
  });

  test.each(["GET", "DELETE"])("%s of an unknown feature", async (method) => {
    const { send } = await setUp();
    expect(await answer(send(method, "/api/v1/features/nothing"), 404)).toMatchObject({ code: "feature_not_found" });
  });
});

test("409: a key that a feature has which is not archived names that feature", async () => {
  const { create } = await setUp();
  const { id } = await answer<Feature>(create(), 201);
  expect(await answer(create(), 409)).toMatchObject({ code: "conflict", extensions: { conflictingEntityId: id } });
});
