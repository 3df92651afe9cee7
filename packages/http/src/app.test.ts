import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPart, listRoutes } from "./define-route.ts";
import { createTestApp, event, requestDuration, startOfTests } from "./app.test-support.ts";

describe("every route says what it takes to call it", () => {
  test("none of the app is without", async () => {
    const routes = listRoutes((await createTestApp()).app);
    expect(routes.length).toBeGreaterThan(30);
    expect(routes.filter(({ access }) => access === null)).toEqual([]);
  });

  test("only what is meant for everybody is public", async () => {
    const routes = listRoutes((await createTestApp()).app);
    expect(routes.filter(({ access }) => access === "public").map(({ path }) => path)).toEqual([
      "/",
      "/healthz",
      "/readyz",
      "/metrics",
      "/problems",
      "/problems/:code",
      "/api/openapi.json",
      "/api/swagger.json",
    ]);
  });

  test("any key may read the clock, and nothing else", async () => {
    const routes = listRoutes((await createTestApp()).app);
    const open = routes.filter(({ access }) => access === "any-key");
    expect(open).toEqual([{ method: "GET", path: "/api/v1/clock", access: "any-key" }]);
  });

  test("an app with a route that does not is never served", async () => {
    const part = createPart();
    part.get("/api/v1/forgotten", (c) => c.text("open to all"));
    await expect(createTestApp({ app: { api: part } })).rejects.toThrow(
      "routes without a declared scope: GET /api/v1/forgotten",
    );
  });

  test("every route that is not public refuses a request without a key, and a key without its scope", async () => {
    const test = await createTestApp();
    const token = await test.createKey(["subjects:read"]);
    for (const { method, path, access } of listRoutes(test.app)) {
      if (access === "public" || access === "subjects:read") continue;
      const address = path.replaceAll(/:\w+/g, "x");
      expect((await test.send(method, address, { token: null })).status, `${method} ${path}`).toBe(401);
      if (access === "any-key") continue;
      const answer = await test.send(method, address, { token });
      expect(await answer.json(), `${method} ${path}`).toMatchObject({
        status: 403,
        code: "scope_missing",
        detail: expect.stringContaining(String(access)),
      });
    }
  });
});

describe("404 and 405", () => {
  test("an unknown address", async () => {
    const answer = await (await createTestApp()).send("GET", "/api/v1/nothing");
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({ code: "not_found", title: "Not Found" });
  });

  test("a known address by another method names the possible ones", async () => {
    const answer = await (await createTestApp()).send("PATCH", "/api/v1/meters/some_meter");
    expect(answer.status).toBe(405);
    expect(answer.headers.get("allow")).toBe("DELETE, GET, HEAD, PUT");
    expect(await answer.json()).toMatchObject({ code: "method_not_allowed" });
  });
});

describe("request id", () => {
  test("a safe one of the caller is kept, in the header and in the problem", async () => {
    const answer = await (
      await createTestApp()
    ).send("GET", "/nothing", { headers: { "X-Request-Id": "my-request-1" } });
    expect(answer.headers.get("x-request-id")).toBe("my-request-1");
    expect(await answer.json()).toMatchObject({ instance: "urn:request:my-request-1" });
  });

  test("anything else is replaced", async () => {
    const answer = await (
      await createTestApp()
    ).send("GET", "/nothing", { headers: { "X-Request-Id": 'forged" level=error' } });
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-7][0-9A-Z]{25}$/);
  });
});

describe("500", () => {
  test("says nothing but the request id; the log has the cause", async () => {
    const cause = new Error("connection to postgres://meter:hunter2@db refused");
    const test = await createTestApp();
    const broken = await createTestApp({
      deps: { subjects: { ...test.deps.subjects, list: async () => Promise.reject(cause) } },
    });
    const answer = await broken.send("GET", "/api/v1/subjects");
    expect(answer.status).toBe(500);
    const body = (await answer.json()) as Record<string, unknown>;
    expect(body).toEqual({
      type: "about:blank",
      title: "Internal Server Error",
      status: 500,
      instance: `urn:request:${answer.headers.get("x-request-id")}`,
      code: "internal_error",
      help: "http://localhost/problems/internal_error",
    });
    expect(broken.lines.find(({ level }) => level === "error")?.fields).toMatchObject({
      err: cause,
      route: "/api/v1/subjects",
    });
  });
});

describe("what is recorded", () => {
  test("the log has neither keys nor queries nor bodies", async () => {
    const test = await createTestApp();
    await test.given({ meters: [requestDuration], events: [event({ subject: "personal@example.com" })] });
    await test.send("GET", "/api/v1/meters/request_duration/query?subject=personal@example.com");
    const lines = JSON.stringify(test.lines);
    expect(lines).toContain("/api/v1/meters/{meterIdOrSlug}/query");
    expect(lines).not.toContain("personal@example.com");
    expect(lines).not.toContain(test.rootToken.slice(-43));
  });

  test("metrics go by route pattern", async () => {
    const test = await createTestApp();
    await test.send("GET", "/api/v1/meters/a");
    await test.send("GET", "/api/v1/meters/b");
    await test.send("GET", "/nothing/at/all");
    const metrics = await (await test.send("GET", "/metrics", { token: null })).text();
    expect(metrics).toContain(
      'meter_http_requests_total{method="GET",route="/api/v1/meters/{meterIdOrSlug}",status="404",problem="meter_not_found"} 2',
    );
    expect(metrics).toContain('route="unmatched",status="404",problem="not_found"} 1');
  });
});

describe("hostile input is refused, never a 500", () => {
  const body = (text: string) => ({ body: text, headers: { "Content-Type": "application/json" } });
  test.each([
    { why: "bad percent-encoding in the path", method: "GET", path: "/api/v1/customers/%E0%A4%A", status: 404 },
    { why: "bad percent-encoding in the query", method: "GET", path: "/api/v1/events?subject=%E0%A4%A", status: 200 },
    { why: "NUL in the path", method: "GET", path: "/api/v1/customers/a%00b", status: 400 },
    { why: "NUL in the query", method: "GET", path: "/api/v1/events?subject=a%00b", status: 400 },
    {
      why: "a prototype key in the query",
      method: "GET",
      path: "/api/v1/events?__proto__=1&__proto__=2&constructor=3",
      status: 400,
    },
    {
      why: "a prototype key as a filter",
      method: "GET",
      path: "/api/v1/meters/request_duration/query?filterGroupBy[__proto__]=x",
      status: 400,
    },
    { why: "a path that is too long", method: "GET", path: `/api/v1/customers/${"a".repeat(20_000)}`, status: 414 },
    { why: "a huge page", method: "GET", path: "/api/v1/customers?page=99999999999999999999", status: 400 },
    { why: "a page that is no number", method: "GET", path: "/api/v1/customers?page=1e3", status: 400 },
    {
      why: "a single-valued parameter given twice",
      method: "GET",
      path: "/api/v1/events?from=2026-01-01T00:00:00Z&from=2026-01-01T00:00:00Z",
      status: 400,
    },
    {
      why: "more values than a list may have",
      method: "GET",
      path: `/api/v1/meters/request_duration/query?${"subject=a&".repeat(101)}`,
      status: 400,
    },
    { why: "JSON without end", method: "POST", path: "/api/v1/meters", ...body("[".repeat(500_000)), status: 400 },
    {
      why: "deep JSON",
      method: "POST",
      path: "/api/v1/subjects",
      ...body(`[{"key":"a","metadata":${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}}]`),
      status: 400,
    },
    {
      why: "a prototype key in a body",
      method: "POST",
      path: "/api/v1/customers",
      ...body('{"name":"a","key":"a","metadata":{"__proto__":"x"}}'),
      status: 400,
    },
    {
      why: "NUL in a name",
      method: "POST",
      path: "/api/v1/customers",
      ...body(String.raw`{"name":"a\u0000b","key":"a"}`),
      status: 400,
    },
    {
      why: "a member that is there twice",
      method: "POST",
      path: "/api/v1/customers",
      ...body('{"name":"a","key":"a","metadata":{"x":"1","x":"2"}}'),
      status: 400,
    },
    {
      why: "NUL in a subject key",
      method: "POST",
      path: "/api/v1/customers",
      ...body(String.raw`{"name":"a","key":"a","usageAttribution":{"subjectKeys":["s\u0000"]}}`),
      status: 400,
    },
    {
      why: "NUL in a subject",
      method: "POST",
      path: "/api/v1/subjects",
      ...body(String.raw`[{"key":"s\u0000"}]`),
      status: 400,
    },
    {
      why: "NUL in a filter",
      method: "GET",
      path: String.raw`/api/v2/events?filter=${encodeURIComponent(String.raw`{"subject":{"$eq":"s\u0000"}}`)}`,
      status: 400,
    },
    {
      why: "a filter that is there twice",
      method: "GET",
      path: `/api/v2/events?filter=${encodeURIComponent('{"subject":{"$eq":"a"},"subject":{"$eq":"b"}}')}`,
      status: 400,
    },
    {
      why: "a lone surrogate in a name",
      method: "POST",
      path: "/api/v1/customers",
      ...body(String.raw`{"name":"a\ud800","key":"a"}`),
      status: 400,
    },
    {
      why: "a number beyond double",
      method: "POST",
      path: "/api/v1/subjects",
      ...body('[{"key":"a","metadata":{"n":1e999}}]'),
      status: 400,
    },
    { why: "an array where an object is expected", method: "POST", path: "/api/v1/meters", ...body("[]"), status: 400 },
    { why: "null", method: "POST", path: "/api/v1/meters", ...body("null"), status: 400 },
    { why: "no body", method: "POST", path: "/api/v1/meters", status: 400 },
    {
      why: "another content type",
      method: "POST",
      path: "/api/v1/meters",
      body: "{}",
      headers: { "Content-Type": "text/xml" },
      status: 400,
    },
    {
      why: "an encoded body",
      method: "POST",
      path: "/api/v1/meters",
      body: "{}",
      headers: { "Content-Type": "application/json", "Content-Encoding": "br" },
      status: 415,
    },
    {
      why: "a body that is too large",
      method: "POST",
      path: "/api/v1/meters",
      ...body(" ".repeat(1_048_577)),
      status: 413,
    },
    {
      why: "an unknown scope",
      method: "POST",
      path: "/api/v1/api-keys",
      ...body('{"name":"a","scopes":["everything"]}'),
      status: 400,
    },
    { why: "a filter that is not JSON", method: "GET", path: "/api/v2/events?filter={", status: 400 },
    {
      why: "a filter nested too deep",
      method: "GET",
      path: `/api/v2/events?filter=${encodeURIComponent(`{"id":${'{"$and":['.repeat(12)}{"$eq":"a"}${"]}".repeat(12)}}`)}`,
      status: 400,
    },
    { why: "a cursor of nobody", method: "GET", path: "/api/v2/events?cursor=AAAA", status: 400 },
    {
      why: "a time zone of another world",
      method: "GET",
      path: "/api/v1/meters/request_duration/query?windowTimeZone=Mars/Olympus",
      status: 400,
    },
  ])("$status: $why", async ({ method, path, status, ...rest }) => {
    const test = await createTestApp();
    await test.given({ meters: [requestDuration] });
    const answer = await test.send(method, path, rest);
    expect(answer.status).toBe(status);
    if (status >= 400) expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  test("random queries and bodies on every route", async () => {
    const test = await createTestApp();
    await test.given({ meters: [requestDuration], events: [event()] });
    const routes = listRoutes(test.app).filter(({ access }) => access !== "public");
    const names = fc.constantFrom(
      "from",
      "to",
      "subject",
      "filter",
      "cursor",
      "limit",
      "page",
      "groupBy",
      "filterGroupBy[route]",
      "windowSize",
      "order",
      "id",
    );
    const query = fc.array(
      fc.tuple(names, fc.oneof(fc.string({ unit: "binary" }), fc.json(), fc.constant(startOfTests))),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...routes),
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
        query,
        fc.json(),
        async (route, segment, params, json) => {
          const path = route.path.replaceAll(/:\w+/g, encodeURIComponent(segment));
          const answer = await test.send(
            route.method,
            `${path}?${new URLSearchParams(params).toString()}`,
            route.method === "GET" || route.method === "DELETE" ? {} : body(json),
          );
          expect(answer.status, `${route.method} ${path}`).toBeLessThan(500);
        },
      ),
      { seed: 20260115, numRuns: 400 },
    );
  });
});
