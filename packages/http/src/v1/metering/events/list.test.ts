import { UsageUnavailable } from "@meter/core";
import { describe, expect, test } from "vitest";
import { createTestApp, event, requestDuration } from "../../../app.test-support.ts";

type Listed = { event: { id: string; time: string; data?: unknown }; customerId?: string; validationError?: string };

const given = async () => {
  const test = await createTestApp();
  await test.given({
    meters: [requestDuration],
    events: [
      event({ id: "a_1", time: "2020-01-01T00:00:00Z", subject: "customer-1" }),
      event({ id: "a%2", time: "2026-01-01T00:00:00.250+01:00", subject: "customer-10", data: { duration_ms: "NaN" } }),
      event({ id: "b-3", time: "2026-01-02T00:00:00Z", subject: "customer-2", type: "unmetered", data: undefined }),
    ],
  });
  return test;
};

describe("200", () => {
  test("newest first, a bare array, however long ago; times are UTC, with milliseconds where there are any", async () => {
    const test = await given();
    const events = (await (await test.send("GET", "/api/v1/events")).json()) as Listed[];
    expect(events.map(({ event: { id, time } }) => [id, time])).toEqual([
      ["b-3", "2026-01-02T00:00:00Z"],
      ["a%2", "2025-12-31T23:00:00.250Z"],
      ["a_1", "2020-01-01T00:00:00Z"],
    ]);
    expect(events[2]).toEqual({
      event: {
        specversion: "1.0",
        id: "a_1",
        source: "test",
        type: "request",
        subject: "customer-1",
        time: "2020-01-01T00:00:00Z",
        datacontenttype: "application/json",
        data: { duration_ms: "100", route: "/a" },
      },
      ingestedAt: "2026-01-15T12:00:00Z",
      storedAt: "2026-01-15T12:00:00Z",
      validationError: "no customer found for event subject: customer-1",
    });
  });

  test("without data there is neither data nor its type", async () => {
    const [first] = (await (await (await given()).send("GET", "/api/v1/events?limit=1")).json()) as Listed[];
    expect(first?.event).not.toHaveProperty("data");
    expect(first?.event).not.toHaveProperty("datacontenttype");
  });

  test("data comes back as it was sent, digit by digit", async () => {
    const test = await createTestApp();
    const data = '{ "n": 12345678901234567890.10, "n":1e-7,"t":"\\u00e9" }';
    const body = `{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"x","data":${data}}`;
    await test.send("POST", "/api/v1/events", { body, headers: { "Content-Type": "application/json" } });
    expect(await (await test.send("GET", "/api/v1/events")).text()).toContain(`"data":${data}`);
  });

  test.each([
    { query: "from=2026-01-01T00:00:00Z", ids: ["b-3"] },
    { query: "to=2026-01-02T00:00:00Z", ids: ["a%2", "a_1"] },
    { query: "id=a", ids: ["a%2", "a_1"] },
    { query: "id=%25", ids: ["a%2"] },
    { query: "id=_", ids: ["a_1"] },
    { query: "subject=customer-1", ids: ["a_1"] },
    { query: "ingestedAtTo=2026-01-15T12:00:00Z", ids: [] },
    { query: "ingestedAtFrom=2026-01-15T12:00:00Z&limit=2", ids: ["b-3", "a%2"] },
  ])("$query", async ({ query, ids }) => {
    const events = (await (await (await given()).send("GET", `/api/v1/events?${query}`)).json()) as Listed[];
    expect(events.map((listed) => listed.event.id)).toEqual(ids);
  });

  test("what is wrong with an event is said by the meters and customers of now", async () => {
    const test = await given();
    const errors = async () =>
      ((await (await test.send("GET", "/api/v1/events")).json()) as Listed[]).map(
        ({ validationError }) => validationError,
      );
    expect(await errors()).toEqual([
      "no meter found for event type: unmetered\nno customer found for event subject: customer-2",
      "invalid event: value cannot be NaN\nno customer found for event subject: customer-10",
      "no customer found for event subject: customer-1",
    ]);
    await test.send("POST", "/api/v1/customers", {
      body: { name: "A", key: "customer-1", usageAttribution: { subjectKeys: ["customer-10"] } },
    });
    await test.send("DELETE", "/api/v1/meters/request_duration");
    expect((await errors())[2]).toBe("no meter found for event type: request");
  });

  test("events of a customer: of its key and its subject keys", async () => {
    const test = await given();
    const { id } = (await (
      await test.send("POST", "/api/v1/customers", {
        body: { name: "A", key: "customer-1", usageAttribution: { subjectKeys: ["customer-2"] } },
      })
    ).json()) as { id: string };
    const events = (await (await test.send("GET", `/api/v1/events?customerId=${id}`)).json()) as Listed[];
    expect(events.map((listed) => [listed.event.id, listed.customerId])).toEqual([
      ["b-3", id],
      ["a_1", id],
    ]);
  });
});

describe("400", () => {
  test.each([
    "limit=0",
    "limit=101",
    "limit=x",
    "from=yesterday",
    "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
    "ingestedAtFrom=2026-01-02T00:00:00Z&ingestedAtTo=2026-01-01T00:00:00Z",
    "customerId=01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "customerId=me",
    `clientId=${"a".repeat(37)}`,
  ])("%s", async (query) => {
    expect((await (await given()).send("GET", `/api/v1/events?${query}`)).status).toBe(400);
  });
});

test("503: the store does not answer", async () => {
  const { deps } = await createTestApp();
  const test = await createTestApp({
    deps: { reader: { ...deps.reader, listEvents: async () => Promise.reject(new UsageUnavailable("gone")) } },
  });
  expect((await test.send("GET", "/api/v1/events")).status).toBe(503);
});

describe("parked events", () => {
  test("of the caller's namespace only, with their reason and data as sent", async () => {
    const test = await createTestApp();
    const [{ log } = { log: "" }] = await test.deps.log.head();
    const parked = {
      id: "1",
      source: "s",
      type: "t",
      subject: "x",
      time: test.clock.now(),
      data: '{"n":1.10}',
      ingestedAt: test.clock.now(),
    };
    const position = { partition: 0, log: log as never }; // the memory log's own id
    await test.deps.parked.park({
      position: { ...position, offset: 7 },
      event: { ...parked, namespace: "default" },
      reason: "refused",
      parkedAt: test.clock.now(),
    });
    await test.deps.parked.park({
      position: { ...position, offset: 8 },
      event: { ...parked, namespace: "other" },
      reason: "refused",
      parkedAt: test.clock.now(),
    });
    const answer = await (await test.send("GET", "/api/v1/parked-events")).text();
    expect(answer).toContain('"data":{"n":1.10}');
    expect(JSON.parse(answer)).toMatchObject([
      { position: { offset: 7 }, reason: "refused", parkedAt: "2026-01-15T12:00:00Z", event: { id: "1" } },
    ]);
  });
});

test("400 page_too_large: a page is bounded in bytes, too, and fewer events are answered", async () => {
  const test = await createTestApp();
  const pad = "x".repeat(11 * 1_024 * 1_024);
  for (const id of ["one", "two"]) await test.given({ events: [event({ id, data: { pad } })] });
  const refused = await test.send("GET", "/api/v1/events");
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ code: "page_too_large" });
  for (const path of ["/api/v1/events?limit=1", "/api/v2/events?limit=1"])
    expect((await test.send("GET", path)).status).toBe(200);
});
