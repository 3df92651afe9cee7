import { describe, expect, test } from "vitest";
import { createTestApp } from "../app.test-support.ts";
import { listRoutes } from "../define-route.ts";
import { unbuiltRoutes } from "./table.ts";

const { app, send, createKey } = await createTestApp();
const somewhere = (path: string): string => path.replaceAll(/\{\w+\}/g, "01JGABCDEFGHJKMNPQRSTVWXYZ");

describe("a route of the reference that is not built says so, and is no missing thing", () => {
  test.each(unbuiltRoutes)("501: $method $path", async ({ method, path, what }) => {
    expect((await send(method, somewhere(path), { token: null })).status).toBe(401);
    const answer = await send(method, somewhere(path), method === "GET" ? {} : { body: { name: "A" } });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({
      status: 501,
      title: "Not Implemented",
      code: "not_supported_yet",
      detail: `${what} (${method} ${path}) is not supported yet`,
    });
  });

  test("whatever scopes the key has", async () => {
    const token = await createKey(["events:write"]);
    expect((await send("GET", "/api/v1/addons", { token })).status).toBe(501);
  });

  test("it is not one that is served", () => {
    const shapeOf = (path: string): string => path.replaceAll(/\{\w+\}|:\w+/g, "*");
    const served = new Set(listRoutes(app).map(({ method, path }) => `${method} ${shapeOf(path)}`));
    expect(unbuiltRoutes.filter(({ method, path }) => served.has(`${method} ${shapeOf(path)}`))).toEqual([]);
  });

  test.each(["/api/v3/openmeter/nothing", "/api/v4/meters", "/api/v1/nothing", "/api/v1/addons/a/b/c"])(
    "404: %s, which nobody has",
    async (path) => {
      expect(await (await send("GET", path)).json()).toMatchObject({ status: 404, code: "not_found" });
    },
  );

  test("405: a method that nobody has there", async () => {
    const answer = await send("PATCH", "/api/v1/meters/a");
    expect(answer.headers.get("allow")).toBe("DELETE, GET, HEAD, PUT");
    expect(answer.status).toBe(405);
  });
});
