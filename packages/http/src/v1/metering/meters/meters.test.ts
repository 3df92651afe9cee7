import { describe, expect, test } from "vitest";
import { createTestApp, event, requestDuration } from "../../../app.test-support.ts";
import { createPlan, givenFeature, perUnit, phase, publish } from "../../catalog.test-support.ts";

type Problem = { detail: string; code: string; extensions?: { validationErrors?: { field: string }[] } };

describe("201", () => {
  test("create answers the meter as it is read later", async () => {
    const { send } = await createTestApp();
    const created = await send("POST", "/api/v1/meters", { body: requestDuration });
    expect(created.status).toBe(201);
    expect(created.headers.get("content-type")).toBe("application/json");
    const meter = (await created.json()) as { id: string };
    expect(meter).toEqual({
      id: expect.stringMatching(/^[0-7][0-9A-Z]{25}$/),
      slug: "request_duration",
      name: "request_duration",
      aggregation: "SUM",
      eventType: "request",
      valueProperty: "$.duration_ms",
      groupBy: { route: "$.route", method: "$.method" },
      metadata: null,
      annotations: null,
      createdAt: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:00Z",
    });
    expect(await (await send("GET", "/api/v1/meters/request_duration")).json()).toEqual(meter);
    expect(await (await send("GET", `/api/v1/meters/${meter.id}`)).json()).toEqual(meter);
  });

  test("a path that takes the first of several values is said, wherever the meter is answered", async () => {
    const { send } = await createTestApp();
    const body = { ...requestDuration, valueProperty: "$.items[*].ms" };
    const warnings = [
      {
        field: "valueProperty",
        code: "first_match",
        message: expect.stringContaining("$.items[*].ms takes the first"),
      },
    ];
    expect(await (await send("POST", "/api/v1/meters", { body })).json()).toMatchObject({ warnings });
    expect(await (await send("GET", "/api/v1/meters/request_duration")).json()).toMatchObject({ warnings });
  });
});

describe("200", () => {
  test("the list is a bare array in the order asked for; pages are ignored", async () => {
    const test = await createTestApp();
    await test.given({
      meters: [
        { slug: "b", aggregation: "COUNT", eventType: "x" },
        { slug: "a", aggregation: "COUNT", eventType: "x" },
      ],
    });
    const slugs = async (query: string) =>
      ((await (await test.send("GET", `/api/v1/meters${query}`)).json()) as { slug: string }[]).map(({ slug }) => slug);
    expect(await slugs("")).toEqual(["a", "b"]);
    expect(await slugs("?orderBy=key&order=DESC&page=7&pageSize=1")).toEqual(["b", "a"]);
  });

  test("update: what is left out is reset, but the description stays", async () => {
    const test = await createTestApp();
    await test.given({
      meters: [{ ...requestDuration, name: "Duration", description: "How long", metadata: { team: "api" } }],
    });
    const updated = await test.send("PUT", "/api/v1/meters/request_duration", {
      body: { aggregation: "SUM", slug: "request_duration" },
    });
    expect(updated.status).toBe(200);
    const meter = (await updated.json()) as object;
    expect(meter).toMatchObject({
      slug: "request_duration",
      name: "request_duration",
      description: "How long",
      metadata: null,
      aggregation: "SUM",
    });
    expect(meter).not.toHaveProperty("groupBy");
  });

  test("what was read can be sent back as it is; what is for good cannot be changed", async () => {
    const test = await createTestApp();
    await test.given({ meters: [{ ...requestDuration, eventFrom: "2026-01-01T00:00:00Z" }] });
    const meter = (await (await test.send("GET", "/api/v1/meters/request_duration")).json()) as object;
    const put = (body: object) => test.send("PUT", "/api/v1/meters/request_duration", { body });
    expect(await (await put(meter)).json()).toEqual(meter);
    expect((await put({ ...meter, eventFrom: "2026-01-01T01:00:00.000+01:00" })).status).toBe(200);
    const other = { slug: "x", aggregation: "COUNT", eventType: "x", eventFrom: "2026-01-02T00:00:00Z" };
    expect(await (await put({ ...other, valueProperty: "$.x" })).json()).toMatchObject({
      status: 400,
      code: "invalid_input",
      extensions: {
        validationErrors: ["slug", "aggregation", "eventType", "eventFrom", "valueProperty"].map((field) => ({
          field,
          code: "immutable",
        })),
      },
    });
  });

  test("a changed group-by is a new build; the same one is not", async () => {
    const test = await createTestApp();
    await test.given({ meters: [requestDuration] });
    const build = async () => (await test.deps.meters.find("default", "request_duration"))?.pending;
    const first = await build();
    await test.send("PUT", "/api/v1/meters/request_duration", {
      body: { name: "New", groupBy: { method: "$.method", route: "$.route" } },
    });
    expect(await build()).toEqual(first);
    await test.send("PUT", "/api/v1/meters/request_duration", {
      body: { groupBy: { status: "$.status", route: "$.route" } },
    });
    const second = await build();
    expect(second?.id).not.toBe(first?.id);
    expect(second?.dimensions.map(({ key }) => key)).toEqual(["route", "status"]);
  });

  test("subjects and group-by values", async () => {
    const test = await createTestApp();
    const time = "2026-01-15T11:00:00Z";
    await test.given({
      meters: [requestDuration],
      events: [
        event({ time, subject: "b", data: {} }),
        event({ time, subject: "a" }),
        event({ time: "2026-01-15T12:00:00Z", subject: "late" }),
        event({ type: "other", time }),
      ],
    });
    expect(
      await (await test.send("GET", "/api/v1/meters/request_duration/subjects?to=2026-01-15T12:00:00Z")).json(),
    ).toEqual(["a", "b"]);
    expect(
      await (
        await test.send(
          "GET",
          "/api/v1/meters/request_duration/group-by/route/values?from=2026-01-15T00:00:00Z&to=2026-01-15T11:30:00Z",
        )
      ).json(),
    ).toEqual(["", "/a"]);
  });
});

describe("204: delete", () => {
  test("the meter is gone by slug, readable by id, and its slug is free", async () => {
    const test = await createTestApp();
    const { id } = (await (await test.send("POST", "/api/v1/meters", { body: requestDuration })).json()) as {
      id: string;
    };
    expect((await test.send("DELETE", "/api/v1/meters/request_duration")).status).toBe(204);
    expect((await test.send("DELETE", `/api/v1/meters/${id}`)).status).toBe(204);
    expect((await test.send("DELETE", "/api/v1/meters/request_duration")).status).toBe(404);
    expect((await test.send("GET", "/api/v1/meters/request_duration")).status).toBe(404);
    expect(await (await test.send("GET", `/api/v1/meters/${id}`)).json()).toMatchObject({
      deletedAt: "2026-01-15T12:00:00Z",
    });
    expect((await test.send("GET", `/api/v1/meters/${id}/query`)).status).toBe(404);
    expect((await test.send("PUT", `/api/v1/meters/${id}`, { body: {} })).status).toBe(404);
    await test.given({ meters: [requestDuration] });
  });
});

describe("400", () => {
  test.each([
    { why: "a hyphen in the slug", body: { ...requestDuration, slug: "a-b" } },
    { why: "no slug", body: { aggregation: "COUNT", eventType: "x" } },
    { why: "no value property", body: { slug: "a", aggregation: "SUM", eventType: "x" } },
    { why: "lower-case aggregation", body: { ...requestDuration, aggregation: "sum" } },
    { why: "an empty event type", body: { ...requestDuration, eventType: "" } },
    { why: "an empty description", body: { ...requestDuration, description: "" } },
    { why: "a path without $", body: { ...requestDuration, groupBy: { route: "route" } } },
    { why: "a group-by that is the value", body: { ...requestDuration, groupBy: { d: "$.duration_ms" } } },
    { why: "a date without an offset", body: { ...requestDuration, eventFrom: "2026-01-01T00:00:00" } },
    { why: "metadata that is no text", body: { ...requestDuration, metadata: { a: 1 } } },
  ])("create with $why", async ({ body }) => {
    const answer = await (await createTestApp()).send("POST", "/api/v1/meters", { body });
    expect(answer.status).toBe(400);
    const problem = (await answer.json()) as Problem;
    expect(problem.code).toBe("invalid_input");
    expect(problem.extensions?.validationErrors?.length).toBeGreaterThan(0);
  });

  test("all faults are named, not the first", async () => {
    const answer = await (
      await createTestApp()
    ).send("POST", "/api/v1/meters", {
      body: { slug: "A", name: "", aggregation: "COUNT", eventType: "x", valueProperty: "$.a" },
    });
    const problem = (await answer.json()) as Problem;
    expect(problem.extensions?.validationErrors?.map(({ field }) => field)).toEqual(["slug", "name", "valueProperty"]);
    expect(problem.detail).toContain("meter slug must match");
    expect(problem.detail).toContain("meter value property is not allowed when the aggregation is count");
  });

  test("a path that is neither slug nor id", async () => {
    expect((await (await createTestApp()).send("GET", "/api/v1/meters/Not-A-Slug")).status).toBe(400);
  });

  test.each([
    { why: "an unknown key", path: "/group-by/nothing/values" },
    { why: "more than 30 days", path: "/group-by/route/values?from=2025-12-01T00:00:00Z&to=2026-01-01T00:00:00Z" },
    { why: "90 days ago", path: "/group-by/route/values?from=2025-10-17T12:00:00Z&to=2025-10-18T00:00:00Z" },
  ])("group-by values: $why", async ({ path }) => {
    const test = await createTestApp();
    await test.given({ meters: [requestDuration] });
    expect((await test.send("GET", `/api/v1/meters/request_duration${path}`)).status).toBe(400);
  });
});

test("409: an event type that has as many meters as fit", async () => {
  const test = await createTestApp();
  const create = (slug: string) => test.send("POST", "/api/v1/meters", { body: { ...requestDuration, slug } });
  for (let n = 0; n < 100; n++) expect((await create(`m${n}`)).status).toBe(201);
  const answer = await create("one_more");
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({
    code: "too_many_meters",
    detail: "the event type request has 100 meters, and no more fit: group by what tells them apart",
  });
});

test("409: a slug that a live meter has names that meter", async () => {
  const test = await createTestApp();
  const { id } = (await (await test.send("POST", "/api/v1/meters", { body: requestDuration })).json()) as {
    id: string;
  };
  const answer = await test.send("POST", "/api/v1/meters", { body: requestDuration });
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ code: "conflict", extensions: { conflictingEntityId: id } });
});

describe("409: below a feature that a published plan names", () => {
  const path = "/api/v1/meters/request_duration";
  const setUp = async () => {
    const test = await createTestApp();
    await test.given({ meters: [requestDuration] });
    await givenFeature(test, { meterGroupByFilters: { route: "/a" } });
    await publish(test, await createPlan(test, { phases: [phase([perUnit])] }));
    return test;
  };

  test("a meter stays", async () => {
    const test = await setUp();
    const answer = await test.send("DELETE", path);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      code: "meter_in_use",
      detail: "the meter request_duration cannot be deleted while the feature duration is used by plan pro v1",
    });
    expect(await (await test.send("GET", path)).json()).not.toHaveProperty("deletedAt");
  });

  test.each([
    { why: "without the dimension of its filter", groupBy: { method: "$.method" } },
    { why: "with another path for it", groupBy: { ...requestDuration.groupBy, route: "$.other" } },
  ])("it is not changed: $why", async ({ groupBy }) => {
    const test = await setUp();
    const answer = await test.send("PUT", path, { body: { groupBy } });
    expect(answer.status).toBe(409);
    const problem = (await answer.json()) as Problem;
    expect(problem.code).toBe("meter_in_use");
    expect(problem.detail).toContain("the group-by route of the meter request_duration cannot be changed or removed");
  });

  test("200: other dimensions are free", async () => {
    const test = await setUp();
    const body = { groupBy: { route: requestDuration.groupBy.route, more: "$.more" } };
    expect((await test.send("PUT", path, { body })).status).toBe(200);
  });
});
