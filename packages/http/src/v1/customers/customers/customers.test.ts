import { describe, expect, test } from "vitest";
import { createTestApp } from "../../../app.test-support.ts";

const acme = {
  name: "Acme",
  key: "acme",
  currency: "USD",
  primaryEmail: "billing@acme.example",
  usageAttribution: { subjectKeys: ["acme-1"] },
};

const given = async () => {
  const test = await createTestApp();
  const customer = (await (await test.send("POST", "/api/v1/customers", { body: acme })).json()) as { id: string };
  return { ...test, customer };
};

describe("200 and 201", () => {
  test("create answers the customer as it is read by id and by key", async () => {
    const test = await createTestApp();
    const created = await test.send("POST", "/api/v1/customers", {
      body: { ...acme, billingAddress: { country: "HU", city: "Budapest" } },
    });
    expect(created.status).toBe(201);
    const customer = (await created.json()) as { id: string };
    expect(customer).toEqual({
      ...acme,
      id: expect.stringMatching(/^[0-7][0-9A-Z]{25}$/),
      metadata: null,
      annotations: null,
      billingAddress: { country: "HU", city: "Budapest" },
      createdAt: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:00Z",
    });
    expect(await (await test.send("GET", "/api/v1/customers/acme")).json()).toEqual(customer);
    expect(await (await test.send("GET", `/api/v1/customers/${customer.id}`)).json()).toEqual(customer);
  });

  test("update replaces, but keeps e-mail, currency and address", async () => {
    const { send, customer } = await given();
    const updated = await send("PUT", `/api/v1/customers/${customer.id}`, {
      body: { name: "New", usageAttribution: { subjectKeys: ["new-1"] } },
    });
    const body = (await updated.json()) as object;
    expect(body).toMatchObject({
      name: "New",
      currency: "USD",
      primaryEmail: "billing@acme.example",
      usageAttribution: { subjectKeys: ["new-1"] },
    });
    expect(body).not.toHaveProperty("key");
  });

  test("the list has pages and finds parts of texts", async () => {
    const { send } = await given();
    await send("POST", "/api/v1/customers", { body: { name: "Beta", key: "beta" } });
    expect(await (await send("GET", "/api/v1/customers?pageSize=1&page=2")).json()).toMatchObject({
      totalCount: 2,
      page: 2,
      pageSize: 1,
      items: [{ key: "beta" }],
    });
    expect(await (await send("GET", "/api/v1/customers?name=ACM")).json()).toMatchObject({
      totalCount: 1,
      items: [{ key: "acme" }],
    });
    expect(await (await send("GET", "/api/v1/customers?subject=acme-")).json()).toMatchObject({ totalCount: 1 });
  });
});

describe("400", () => {
  test.each([
    { why: "no name", body: { key: "a" } },
    { why: "an empty name", body: { name: "", key: "a" } },
    { why: "neither key nor subject key", body: { name: "A" } },
    { why: "an empty subject key", body: { name: "A", usageAttribution: { subjectKeys: [""] } } },
    { why: "a subject key twice", body: { name: "A", usageAttribution: { subjectKeys: ["a", "a"] } } },
    { why: "an unknown currency", body: { name: "A", key: "a", currency: "ABC" } },
    { why: "gold", body: { name: "A", key: "a", currency: "XAU" } },
    { why: "a country that is no code", body: { name: "A", key: "a", billingAddress: { country: "Hungary" } } },
  ])("$why", async ({ body }) => {
    expect((await (await createTestApp()).send("POST", "/api/v1/customers", { body })).status).toBe(400);
  });
});

test.each(["?planKey=pro", "?expand=subscriptions", "/acme?expand=subscriptions"])(
  "400: %s is not supported yet, and not left aside",
  async (query) => {
    const answer = await (await createTestApp()).send("GET", `/api/v1/customers${query}`);
    expect(await answer.json()).toMatchObject({
      status: 400,
      code: "not_supported_yet",
      extensions: { validationErrors: [{ field: query.includes("planKey") ? "planKey" : "expand" }] },
    });
  },
);

describe("409: nobody's events belong to two", () => {
  test.each([
    { why: "the same key", body: { name: "B", key: "acme" } },
    { why: "the other's subject key as key", body: { name: "B", key: "acme-1" } },
    { why: "the other's key as subject key", body: { name: "B", usageAttribution: { subjectKeys: ["acme"] } } },
  ])("$why", async ({ body }) => {
    const { send, customer } = await given();
    const answer = await send("POST", "/api/v1/customers", { body });
    expect(await answer.json()).toMatchObject({
      status: 409,
      code: "conflict",
      extensions: { conflictingEntityId: customer.id },
    });
  });
});

describe("204, 404, 412: delete", () => {
  test("a deleted customer can be read by id, but neither changed nor deleted again; its key is free", async () => {
    const { send, customer } = await given();
    const path = `/api/v1/customers/${customer.id}`;
    expect((await send("DELETE", path)).status).toBe(204);
    expect((await send("DELETE", path)).status).toBe(412);
    expect((await send("PUT", path, { body: acme })).status).toBe(412);
    expect(await (await send("GET", path)).json()).toMatchObject({ deletedAt: "2026-01-15T12:00:00Z" });
    expect((await send("GET", "/api/v1/customers/acme")).status).toBe(404);
    expect(await (await send("GET", "/api/v1/customers")).json()).toMatchObject({ totalCount: 0 });
    expect(await (await send("GET", "/api/v1/customers?includeDeleted=true")).json()).toMatchObject({ totalCount: 1 });
    expect((await send("POST", "/api/v1/customers", { body: acme })).status).toBe(201);
  });
});
