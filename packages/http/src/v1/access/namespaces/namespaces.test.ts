import { expect, test } from "vitest";
import { createTestApp } from "../../../app.test-support.ts";

test("201, 200 and 409", async () => {
  const { send } = await createTestApp();
  const created = await send("POST", "/api/v1/namespaces", { body: { key: "acme-eu" } });
  expect(created.status).toBe(201);
  expect(await created.json()).toEqual({ key: "acme-eu", name: "acme-eu", createdAt: "2026-01-15T12:00:00Z" });
  expect(await (await send("GET", "/api/v1/namespaces")).json()).toMatchObject([
    { key: "acme-eu" },
    { key: "default" },
  ]);
  expect((await send("POST", "/api/v1/namespaces", { body: { key: "acme-eu" } })).status).toBe(409);
});

test.each(["", "A", "a--b", "a.b", "-a", "a".repeat(65)])("400: key %j", async (key) => {
  expect((await (await createTestApp()).send("POST", "/api/v1/namespaces", { body: { key } })).status).toBe(400);
});
