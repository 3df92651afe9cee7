import { describe, expect, test } from "vitest";
import { createTestApp } from "../app.test-support.ts";
import type { Readiness } from "./readiness.ts";

const get = async (path: string, headers: Record<string, string> = {}) =>
  (await createTestApp()).send("GET", path, { token: null, headers });

describe("home", () => {
  test("JSON for programs", async () => {
    expect(await (await get("/")).json()).toMatchObject({
      name: "Meter",
      version: "0.0.0-test",
      links: { docs: "/api/openapi.json" },
    });
  });

  test("a page for browsers", async () => {
    const answer = await get("/", { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(await answer.text()).toContain("curl");
  });
});

test("health", async () => {
  expect(await (await get("/healthz")).json()).toEqual({ status: "ok" });
});

describe("readiness", () => {
  test.each<{ readiness: Readiness; status: number }>([
    { readiness: { status: "ready" }, status: 200 },
    { readiness: { status: "degraded", reasons: ["3 events are parked"] }, status: 200 },
    { readiness: { status: "not_ready", reasons: ["starting"] }, status: 503 },
  ])("$readiness.status: $status", async ({ readiness, status }) => {
    const { send } = await createTestApp({ system: { readiness: async () => readiness } });
    const answer = await send("GET", "/readyz", { token: null });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual(readiness);
  });
});

test("the OpenAPI document is at both addresses", async () => {
  const document = await (await get("/api/openapi.json")).text();
  expect(await (await get("/api/swagger.json")).text()).toBe(document);
  expect(JSON.parse(document)).toMatchObject({
    openapi: "3.0.3",
    paths: { "/api/v1/events": { post: { operationId: "ingestEvents" } } },
  });
});

test("an app of one part serves and describes only that part", async () => {
  const { app } = await createTestApp({ app: { api: undefined } as never }); // as an app without it would call it
  expect((await app.request("/api/v1/meters")).status).toBe(404);
  const document = (await (await app.request("/api/openapi.json")).json()) as { paths: object };
  expect(document.paths).not.toHaveProperty("/api/v1/meters");
});
