import { type ControlDeps, UsageUnavailable } from "@meter/core";
import { describe, expect, test } from "vitest";
import { createTestApp, event, requestDuration, type TestApp } from "../../../app.test-support.ts";

type Row = {
  value: number;
  windowStart: string;
  windowEnd: string;
  subject: string | null;
  customerId?: string;
  groupBy: Record<string, string>;
};
type Answer = { from?: string; to?: string; windowSize?: string; data: Row[] };

const path = "/api/v1/meters/request_duration/query";
const get = async (test: TestApp, query: string) =>
  (await (await test.send("GET", `${path}?${query}`)).json()) as Answer;
const post = async (test: TestApp, body: object) => (await (await test.send("POST", path, { body })).json()) as Answer;

const withUsage = async () => {
  const test = await createTestApp();
  await test.given({
    meters: [requestDuration],
    events: [
      event({ subject: "customer-1", data: { duration_ms: "0.1", route: "/a", method: "GET" } }),
      event({ subject: "customer-1", data: { duration_ms: "0.2", route: "/b", method: "GET" } }),
      event({
        subject: "customer-2",
        time: "2026-01-01T01:00:30.5Z",
        data: { duration_ms: "9007199254740993", route: "/a" },
      }),
    ],
  });
  return test;
};

describe("200: JSON", () => {
  test("one row, from the minute of the first event to the end of the minute of the last", async () => {
    const test = await withUsage();
    const answer = await test.send("GET", `${path}?subject=customer-1&groupBy=method`);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual({
      data: [
        {
          value: 0.3,
          windowStart: "2026-01-01T00:00:00Z",
          windowEnd: "2026-01-01T00:01:00Z",
          subject: "customer-1",
          groupBy: { method: "GET" },
        },
      ],
    });
  });

  test("the value is the nearest double of the exact sum", async () => {
    const test = await withUsage();
    expect(await (await test.send("GET", `${path}?filterGroupBy[route]=/a`)).text()).toContain(
      '"value":9007199254740994', // 9007199254740993.1 lies between two doubles, nearer to this one
    );
  });

  test("bounds are echoed as they were written, and stand for the row's", async () => {
    const answer = await get(
      await withUsage(),
      "from=2026-01-01T00:00:00.1000Z&to=2026-01-01T02:00:00.123456789123%2B00:00&subject=customer-2",
    );
    expect(answer).toMatchObject({
      from: "2026-01-01T00:00:00.1Z",
      to: "2026-01-01T02:00:00.123456789Z",
      data: [{ windowStart: "2026-01-01T00:00:00.1Z", windowEnd: "2026-01-01T02:00:00.123456789Z" }],
    });
  });

  test("windows keep their own bounds, in the offset of the zone", async () => {
    const answer = await get(
      await withUsage(),
      "from=2026-01-01T00:00:00Z&windowSize=DAY&windowTimeZone=America/Los_Angeles",
    );
    expect(answer.windowSize).toBe("DAY");
    expect(answer.data).toMatchObject([
      { windowStart: "2025-12-31T00:00:00-08:00", windowEnd: "2026-01-01T00:00:00-08:00", subject: null, groupBy: {} },
    ]);
  });

  test("a subject filter groups by subject; an empty one groups, too", async () => {
    const test = await withUsage();
    expect((await post(test, { subject: [] })).data.map(({ subject }) => subject)).toEqual([
      "customer-1",
      "customer-2",
    ]);
    expect((await get(test, "subject=customer-2&subject=customer-3")).data.map(({ subject }) => subject)).toEqual([
      "customer-2",
    ]);
  });

  test("a customer filter groups by customer, by key and subject keys; an empty one matches nothing", async () => {
    const test = await withUsage();
    const created = await test.send("POST", "/api/v1/customers", {
      body: { name: "A", key: "customer-1", usageAttribution: { subjectKeys: ["customer-2"] } },
    });
    const { id } = (await created.json()) as { id: string };
    const rows = (await get(test, `filterCustomerId=${id}`)).data;
    expect(rows).toMatchObject([{ customerId: id, subject: null, groupBy: {} }]);
    expect((await post(test, { filterCustomerId: [] })).data).toEqual([]);
  });

  test("a group value longer than what is kept of it is filtered by as it was sent, and as it is shown", async () => {
    const test = await createTestApp();
    const route = (last: string): string => `/${"a".repeat(5_000)}${last}`;
    const events = ["x", "x", "y"].map((last) => event({ data: { duration_ms: 1, route: route(last) } }));
    await test.given({ meters: [requestDuration], events });
    const { data } = await post(test, { groupBy: ["route"], filterGroupBy: { route: [route("x")] } });
    expect(data).toMatchObject([{ value: 2, groupBy: { route: expect.stringMatching(/^\/a{990}#[0-9a-f]{32}$/) } }]);
    const shown = data[0]?.groupBy["route"];
    expect((await post(test, { filterGroupBy: { route: [shown] } })).data).toMatchObject([{ value: 2 }]);
    const others = { advancedMeterGroupByFilters: { route: { $ne: route("x") } } };
    expect((await post(test, others)).data).toMatchObject([{ value: 1 }]);
    expect((await test.send("POST", path, { body: { filterGroupBy: { route: ["a".repeat(65_537)] } } })).status).toBe(
      400,
    );
  });

  test("a missing group value is empty text", async () => {
    expect((await get(await withUsage(), "groupBy=method&subject=customer-2")).data).toMatchObject([
      { groupBy: { method: "" } },
    ]);
  });

  test.each([
    { why: "in", filter: { filterGroupBy: { route: ["/a", "/c"] } }, subjects: ["customer-1", "customer-2"] },
    {
      why: "an empty list is no condition",
      filter: { filterGroupBy: { route: [] } },
      subjects: ["customer-1", "customer-2"],
    },
    {
      why: "ne matches what lacks the property",
      filter: { advancedMeterGroupByFilters: { method: { $ne: "GET" } } },
      subjects: ["customer-2"],
    },
    {
      why: "nested",
      filter: {
        advancedMeterGroupByFilters: { route: { $or: [{ $eq: "/b" }, { $and: [{ $like: "/_" }, { $gt: "/a" }] }] } },
      },
      subjects: ["customer-1"],
    },
    {
      why: "an operand null is no condition",
      filter: { advancedMeterGroupByFilters: { route: { $eq: null } } },
      subjects: ["customer-1", "customer-2"],
    },
  ])("filter: $why", async ({ filter, subjects }) => {
    const { data } = await post(await withUsage(), { ...filter, groupBy: ["subject"] });
    expect(data.map(({ subject }) => subject)).toEqual(subjects);
  });

  test.each([
    { filter: { $regex: ".*" }, reason: "unknown operator $regex; known: $eq, $ne, $like," },
    { filter: { $exists: false }, reason: "unknown operator $exists; known: " },
    { filter: { $eq: "/a", $regex: null }, reason: "unknown operator $regex" },
    { filter: { $or: [{ $eq: "/a" }, { $gtee: "/b" }] }, reason: "unknown operator $gtee; did you mean $gte?" },
  ])("400: $reason, by GET and by POST", async ({ filter, reason }) => {
    const test = await withUsage();
    const filters = { route: filter };
    const asked = [
      test.send("GET", `${path}?advancedMeterGroupByFilters=${encodeURIComponent(JSON.stringify(filters))}`),
      test.send("POST", path, { body: { advancedMeterGroupByFilters: filters } }),
    ];
    for (const answer of asked)
      expect(await (await answer).json()).toMatchObject({
        status: 400,
        detail: expect.stringContaining(`advancedMeterGroupByFilters.route: ${reason}`),
      });
  });

  test("advanced filters by GET are a JSON text", async () => {
    const filters = encodeURIComponent(JSON.stringify({ route: { $eq: "/b" } }));
    expect((await get(await withUsage(), `advancedMeterGroupByFilters=${filters}`)).data).toMatchObject([
      { value: 0.2 },
    ]);
  });

  test("POST without a body is the question without conditions", async () => {
    const test = await withUsage();
    expect((await test.send("POST", path)).status).toBe(200);
  });
});

describe("200: CSV", () => {
  const csv = async (test: TestApp, query: string, accept = "text/csv") =>
    test.send("GET", `${path}?${query}`, { headers: { Accept: accept } });

  test("subject first, other keys in the order asked for, six decimals", async () => {
    const answer = await csv(await withUsage(), "groupBy=route&groupBy=method&subject=customer-1");
    expect(answer.headers.get("content-type")).toBe("text/csv");
    expect(answer.headers.get("content-disposition")).toBe("attachment; filename=request_duration.csv");
    expect(await answer.text()).toBe(
      "window_start,window_end,subject,route,method,value\n" +
        "2026-01-01T00:00:00Z,2026-01-01T00:01:00Z,customer-1,/a,GET,0.100000\n" +
        "2026-01-01T00:00:00Z,2026-01-01T00:01:00Z,customer-1,/b,GET,0.200000\n",
    );
  });

  test("a display name where any subject has one; decimals beyond double are kept", async () => {
    const test = await withUsage();
    await test.send("POST", "/api/v1/subjects", { body: [{ key: "customer-1", displayName: 'One, "the first"' }] });
    expect(await (await csv(test, "groupBy=subject")).text()).toBe(
      "window_start,window_end,subject,subject_display_name,value\n" +
        '2026-01-01T00:00:00Z,2026-01-01T00:01:00Z,customer-1,"One, ""the first""",0.300000\n' +
        "2026-01-01T01:00:00Z,2026-01-01T01:01:00Z,customer-2,,9007199254740993.000000\n",
    );
  });

  test.each([
    { accept: "text/csv; charset=utf-8", type: "text/csv" },
    { accept: "text/csv, */*", type: "application/json" },
    { accept: "application/json", type: "application/json" },
    { accept: "*/*", type: "application/json" },
  ])("$accept → $type", async ({ accept, type }) => {
    expect((await csv(await withUsage(), "", accept)).headers.get("content-type")).toBe(type);
  });
});

describe("400", () => {
  test.each([
    { query: "from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z", detail: "from and to cannot be equal" },
    { query: "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", detail: "from must be before to" },
    { query: "windowTimeZone=Mars/Olympus", detail: "invalid time zone" },
    { query: "groupBy=nothing", detail: "invalid group by: nothing; there are: subject, route, method" },
    { query: "groupBy=customer_id", detail: "customer filter is required with customer_id group by" },
    { query: "filterGroupBy[nothing]=x", detail: "invalid group by filter: nothing; there are: route, method" },
    { query: "filterGroupBy[route]=", detail: "texts of 1 to 65536 characters" },
    { query: "filterGroupBy[route]=a&filterGroupBy[route]=b", detail: "must be given once" },
    { query: "filterGroupBy[route]=a&advancedMeterGroupByFilters={}", detail: "cannot be used together" },
    { query: "filterGroupBy=model", detail: "name the group-by in brackets: filterGroupBy[model]=small" },
    { query: "filterGroupBy=%7B%22model%22%3A%22small%22%7D", detail: "filterGroupBy[model]=small" },
    { query: "advancedMeterGroupByFilters=[]", detail: "must be a JSON object" },
    {
      query: `advancedMeterGroupByFilters=${encodeURIComponent('{"route":{"$eq":"a","$ne":"b"}}')}`,
      detail: "only one operator",
    },
    { query: "windowSize=SECOND", detail: "windowSize" },
    { query: "windowSize=hour", detail: "windowSize" },
    { query: "from=2026-01-01", detail: "RFC 3339" },
    { query: "from=2026-02-30T00:00:00Z", detail: "RFC 3339" },
    { query: "filterCustomerId=me", detail: "ULID" },
    { query: "clientId=", detail: "clientId" },
  ])("$query: $detail", async ({ query, detail }) => {
    const test = await withUsage();
    const answer = await test.send("GET", `${path}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(((await answer.json()) as { detail: string }).detail).toContain(detail);
  });
});

describe("400 by POST: what to send instead", () => {
  test.each([
    { body: { filterGroupBy: "route=/a" }, detail: 'in a list: {"model": ["small"]}' },
    { body: { filterGroupBy: ["/a"] }, detail: 'in a list: {"model": ["small"]}' },
    { body: { filterGroupBy: { route: "/a" } }, detail: 'in a list: {"model": ["small"]}' },
    { body: { advancedMeterGroupByFilters: "route" }, detail: '{"model": {"$in": ["small"]}}' },
  ])("$body: $detail", async ({ body, detail }) => {
    const answer = await (await withUsage()).send("POST", path, { body });
    expect(await answer.json()).toMatchObject({ status: 400, detail: expect.stringContaining(detail) as string });
  });
});

describe("404", () => {
  test("a meter that does not exist", async () => {
    expect(await (await (await createTestApp()).send("GET", path)).json()).toMatchObject({
      status: 404,
      code: "meter_not_found",
    });
  });

  test("a customer that does not exist, or is deleted", async () => {
    const test = await withUsage();
    const { id } = (await (await test.send("POST", "/api/v1/customers", { body: { name: "A", key: "a" } })).json()) as {
      id: string;
    };
    await test.send("DELETE", `/api/v1/customers/${id}`);
    for (const customer of [id, "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
      expect(await (await test.send("GET", `${path}?filterCustomerId=${customer}`)).json()).toMatchObject({
        status: 404,
        code: "customer_not_found",
      });
  });
});

describe("503: no answer is not zero", () => {
  const refused = async (change: (deps: ControlDeps) => Partial<ControlDeps>) => {
    const { deps } = await createTestApp();
    const test = await createTestApp({ deps: change(deps) });
    await test.given({ meters: [requestDuration] });
    return test.send("GET", path);
  };

  test("usage_behind", async () => {
    const answer = await refused(({ freshness }) => ({ freshness: { ...freshness, reach: async () => false } }));
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(await answer.json()).toMatchObject({ status: 503, code: "usage_behind" });
  });

  test("usage_building, with its progress", async () => {
    const answer = await refused(({ freshness }) => ({
      freshness: { ...freshness, buildReady: async () => ({ ready: false, progress: 0.427 }) },
    }));
    expect(await answer.json()).toMatchObject({
      status: 503,
      code: "usage_building",
      detail: expect.stringContaining("42 %"),
    });
  });

  test("usage_unavailable", async () => {
    const answer = await refused(({ reader }) => ({
      reader: { ...reader, query: async () => Promise.reject(new UsageUnavailable("clickhouse at 10.0.0.1")) },
    }));
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ status: 503, code: "usage_unavailable" });
    expect(text).not.toContain("10.0.0.1");
  });
});
