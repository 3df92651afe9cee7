import { createStandingClock, type DueWork, type ParkedWork } from "@meter/core";
import { type Instant, instant } from "@meter/primitives";
import { createMemoryClockStore, createMemoryMeters } from "@meter/testkit/memory";
import { describe, expect, test } from "vitest";
import { createTestApp, event, requestDuration, startOfTests, type TestApp } from "../../app.test-support.ts";

const nothingDue: DueWork = { runUntil: async () => ({ parked: [] }) };

/** The API on a manual clock that nobody has set. */
const createManualApp = (dueWork: DueWork = nothingDue): Promise<TestApp> => {
  const standing = createStandingClock(createMemoryClockStore());
  return createTestApp({ deps: { clock: standing, clockSetting: { mode: "manual", standing, dueWork } } });
};

const set = async ({ send }: TestApp, now: unknown) => send("PUT", "/api/v1/clock", { body: { now } });
const at = (text: string): Instant => instant(Date.parse(text));

describe("200", () => {
  test("the system's clock is read", async () => {
    const { send, createKey } = await createTestApp();
    const answer = await send("GET", "/api/v1/clock");
    expect([answer.status, await answer.json()]).toEqual([200, { now: "2026-01-15T12:00:00Z", mode: "system" }]);
    const token = await createKey(["events:write"]);
    expect((await send("GET", "/api/v1/clock", { token })).status, "any valid key may read it").toBe(200);
  });

  test("the manual one is null, then what it was set to, in UTC, cut to the millisecond", async () => {
    const test = await createManualApp();
    const read = async () => (await test.send("GET", "/api/v1/clock")).json();
    expect(await read()).toEqual({ now: null, mode: "manual" });
    const answer = await set(test, "2027-01-31T01:00:00.0019+01:00");
    expect([answer.status, await answer.json()]).toEqual([200, { now: "2027-01-31T00:00:00.001Z", parked: [] }]);
    expect(await read()).toEqual({ now: "2027-01-31T00:00:00.001Z", mode: "manual" });
    expect((await set(test, "2027-01-31T00:00:00.001Z")).status, "the same again").toBe(200);
  });

  test("what stayed parked is named, with its reason", async () => {
    const work: ParkedWork = {
      customerId: "01KF0RDQG0Z5W8Q4B3N7M2C1XE",
      dueAt: at("2027-01-01T00:00:00Z"),
      reason: "no price",
    };
    const untils: Instant[] = [];
    const test = await createManualApp({
      runUntil: async (until) => {
        untils.push(until);
        return { parked: [work] };
      },
    });
    expect(await (await set(test, "2027-01-31T00:00:00Z")).json()).toEqual({
      now: "2027-01-31T00:00:00Z",
      parked: [{ customerId: work.customerId, dueAt: "2027-01-01T00:00:00Z", reason: "no price" }],
    });
    expect(untils).toEqual([at("2027-01-31T00:00:00Z")]);
  });
});

describe("on a clock that stands", () => {
  test("events without a time have it, entities are made at it, and every read without a time sees them", async () => {
    const test = await createManualApp();
    const now = "2030-05-05T05:05:05.005Z";
    await set(test, now);
    await test.given({ meters: [requestDuration], events: [event({ time: undefined }), event({ time: now })] });

    const meter = (await (await test.send("GET", "/api/v1/meters/request_duration")).json()) as { createdAt: string };
    expect(meter.createdAt).toBe(now);
    const listed = (await (await test.send("GET", "/api/v1/events")).json()) as {
      event: { time: string };
      ingestedAt: string;
    }[];
    expect(listed.map((row) => [row.event.time, row.ingestedAt])).toEqual([
      [now, now],
      [now, now],
    ]);
    const read = async (path: string) => (await test.send("GET", path)).json();
    expect(await read("/api/v2/events")).toMatchObject({ items: [{}, {}] });
    expect(await read("/api/v1/meters/request_duration/query")).toMatchObject({ data: [{ value: 200 }] });
    expect(await read("/api/v1/meters/request_duration/subjects")).toEqual(["customer-1"]);
    for (const query of ["", `?from=${now}`, "?from=2030-05-01T00:00:00Z"])
      expect(await read(`/api/v1/meters/request_duration/group-by/route/values${query}`)).toEqual(["/a"]);
  });
});

test("a meter is changed and deleted at the product's time, and its builds end at the system's", async () => {
  const standing = createStandingClock(createMemoryClockStore());
  const meters = createMemoryMeters();
  const ends: unknown[] = [];
  const test = await createTestApp({
    deps: {
      clock: standing,
      clockSetting: { mode: "manual", standing, dueWork: nothingDue },
      meters: {
        ...meters,
        update: (namespace, id, change) => {
          ends.push([change.updatedAt, change.endedAt]);
          return meters.update(namespace, id, change);
        },
        delete: (namespace, id, ended) => {
          ends.push([ended.deletedAt, ended.buildsEndedAt]);
          return meters.delete(namespace, id, ended);
        },
      },
    },
  });
  await set(test, "2030-01-01T00:00:00Z");
  await test.given({ meters: [requestDuration] });
  const path = "/api/v1/meters/request_duration";
  expect((await test.send("PUT", path, { body: { groupBy: {} } })).status).toBe(200);
  expect((await test.send("DELETE", path)).status).toBe(204);
  const pair = [at("2030-01-01T00:00:00Z"), at(startOfTests)];
  expect(ends).toEqual([pair, pair]);
});

describe("400", () => {
  test.each([
    { now: undefined, why: "missing" },
    { now: null, why: "null" },
    { now: 1_800_000_000, why: "a number" },
    { now: "tomorrow", why: "no date-time" },
    { now: "2027-01-31T00:00:00", why: "no offset" },
    { now: "2027-02-29T00:00:00Z", why: "no such day" },
    { now: "1969-12-31T23:59:59.999Z", why: "before event times begin" },
    { now: "2106-02-07T00:00:00Z", why: "where event times end" },
  ])("$now ($why)", async ({ now }) => {
    const test = await createManualApp();
    const answer = await set(test, now);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: "invalid_input",
      extensions: { validationErrors: [{ field: "now" }] },
    });
    expect(await (await test.send("GET", "/api/v1/clock")).json()).toEqual({ now: null, mode: "manual" });
  });
});

describe("401 and 403", () => {
  test("without a key it is neither read nor set", async () => {
    const { send } = await createTestApp();
    for (const method of ["GET", "PUT"])
      expect((await send(method, "/api/v1/clock", { token: null })).status).toBe(401);
  });

  test("it is everybody's, so that only a root key sets it, and no other key is given that", async () => {
    const test = await createManualApp();
    const token = await test.createKey(["admin"]);
    const answer = await test.send("PUT", "/api/v1/clock", { token, body: { now: "2027-01-31T00:00:00Z" } });
    expect(await answer.json()).toMatchObject({ status: 403, code: "scope_missing" });
    const key = await test.send("POST", "/api/v1/api-keys", { body: { name: "x", scopes: ["clock:write"] } });
    expect(await key.json()).toMatchObject({ status: 403, code: "scope_not_grantable" });
  });
});

describe("409", () => {
  test("clock_not_manual: the system's clock is not set", async () => {
    const answer = await set(await createTestApp(), "2027-01-31T00:00:00Z");
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({ code: "clock_not_manual" });
  });

  test("clock_backwards names both instants", async () => {
    const test = await createManualApp();
    await set(test, "2027-01-31T00:00:00Z");
    const answer = await set(test, "2027-01-30T23:59:59.999Z");
    const body = (await answer.json()) as { code: string; detail: string };
    expect([answer.status, body.code]).toEqual([409, "clock_backwards"]);
    expect(body.detail).toContain("2027-01-31T00:00:00Z");
    expect(body.detail).toContain("2027-01-30T23:59:59.999Z");
  });

  test.each([
    { method: "POST", path: "/api/v1/events", body: event(), why: "ingestedAt, though the event names its time" },
    { method: "POST", path: "/api/v1/events", body: event({ time: undefined }), why: "the default time" },
    { method: "POST", path: "/api/v1/meters", body: requestDuration, why: "createdAt" },
    { method: "POST", path: "/api/v1/customers", body: { name: "ACME", key: "acme" }, why: "createdAt" },
    { method: "POST", path: "/api/v1/subjects", body: [{ key: "a" }], why: "createdAt" },
  ])("clock_not_set: $method $path ($why)", async ({ method, path, body }) => {
    const test = await createManualApp();
    const answer = await test.send(method, path, { body });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9A-Z]{26}$/);
    expect(await answer.json()).toMatchObject({
      status: 409,
      code: "clock_not_set",
      help: "http://localhost/problems/clock_not_set",
    });
    await set(test, "2027-01-31T00:00:00Z");
    expect((await test.send(method, path, { body })).status).toBeLessThan(300);
  });

  test("what needs no time is answered before the clock is set: keys, namespaces, lists, health", async () => {
    const test = await createManualApp();
    const token = await test.createKey(["meters:read"]);
    expect((await test.send("POST", "/api/v1/namespaces", { body: { key: "acme" } })).status).toBe(201);
    for (const path of ["/api/v1/meters", "/readyz", "/healthz", "/metrics"])
      expect([path, (await test.send("GET", path, { token })).status]).toEqual([path, 200]);
    const id = token.split("_")[1] ?? "";
    expect((await test.send("DELETE", `/api/v1/api-keys/${id}`)).status).toBe(200);
    expect((await test.send("GET", "/api/v1/meters", { token })).status).toBe(401);
    expect(test.lines.filter(({ level }) => level === "error")).toEqual([]);
  });
});
