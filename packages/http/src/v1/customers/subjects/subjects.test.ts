import { describe, expect, test } from "vitest";
import { createTestApp } from "../../../app.test-support.ts";

describe("200", () => {
  test("upsert: what is left out stays, what is null is cleared", async () => {
    const { send } = await createTestApp();
    const first = {
      key: "s/1",
      displayName: "One",
      metadata: { tier: 1 },
      stripeCustomerId: "cus_1",
      currentPeriodStart: "2026-01-01T00:00:00Z",
    };
    const [created] = (await (await send("POST", "/api/v1/subjects", { body: [first] })).json()) as [{ id: string }];
    expect(created).toEqual({
      ...first,
      id: created.id,
      createdAt: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:00Z",
    });

    const [changed] = (await (
      await send("POST", "/api/v1/subjects", { body: [{ key: "s/1", displayName: null, metadata: null }] })
    ).json()) as [object];
    expect(changed).toEqual({
      id: created.id,
      key: "s/1",
      metadata: {},
      stripeCustomerId: "cus_1",
      currentPeriodStart: "2026-01-01T00:00:00Z",
      createdAt: "2026-01-15T12:00:00Z",
      updatedAt: "2026-01-15T12:00:00Z",
    });
    expect(await (await send("GET", `/api/v1/subjects/${encodeURIComponent("s/1")}`)).json()).toEqual(changed);
    expect(await (await send("GET", "/api/v1/subjects")).json()).toEqual([changed]);
  });
});

test("204: delete", async () => {
  const { send } = await createTestApp();
  await send("POST", "/api/v1/subjects", { body: [{ key: "a" }] });
  expect((await send("DELETE", "/api/v1/subjects/a")).status).toBe(204);
  expect((await send("GET", "/api/v1/subjects/a")).status).toBe(404);
});

test.each([
  { why: "an object instead of an array", body: { key: "a" } },
  { why: "an empty key", body: [{ key: "" }] },
  { why: "a foreign customer id", body: [{ key: "a", stripeCustomerId: "1" }] },
  { why: "too many", body: Array.from({ length: 101 }, (_, at) => ({ key: `s${at}` })) },
])("400: $why", async ({ body }) => {
  expect((await (await createTestApp()).send("POST", "/api/v1/subjects", { body })).status).toBe(400);
});

test("404", async () => {
  const { send } = await createTestApp();
  expect(await (await send("GET", "/api/v1/subjects/nobody")).json()).toMatchObject({
    status: 404,
    code: "subject_not_found",
  });
  expect((await send("DELETE", "/api/v1/subjects/nobody")).status).toBe(404);
});
