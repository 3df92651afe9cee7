import { expect, test } from "vitest";
import { createTestApp } from "./app.test-support.ts";

test("the committed document is what the routes declare; `vitest -u` renews it", async () => {
  const { send } = await createTestApp({ app: { version: "0.1.0" } });
  const document: unknown = await (await send("GET", "/api/openapi.json")).json();
  await expect(`${JSON.stringify(document, null, 2)}\n`).toMatchFileSnapshot("../../../docs/reference/openapi.json");
});

test("every operation has an id of its own and a summary", async () => {
  const { send } = await createTestApp();
  const { paths } = (await (await send("GET", "/api/openapi.json")).json()) as {
    paths: Record<string, Record<string, { operationId?: string; summary?: string }>>;
  };
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(operations.length);
  expect(operations.every(({ operationId, summary }) => operationId !== undefined && summary !== undefined)).toBe(true);
});
