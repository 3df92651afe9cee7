import { expect, describe, test } from "vitest";
import { eventLimits } from "@meter/events";
import { createTestApp, event, requestDuration } from "../../../app.test-support.ts";

const post = (
  body: string | Uint8Array<ArrayBuffer> | ReadableStream,
  contentType: string | null,
  headers: Record<string, string> = {},
) => ({ body, headers: { ...(contentType === null ? {} : { "Content-Type": contentType }), ...headers } }) as const;

const send = async ({ app, rootToken }: Awaited<ReturnType<typeof createTestApp>>, request: ReturnType<typeof post>) =>
  app.request("/api/v1/events", {
    method: "POST",
    body: request.body,
    headers: { Authorization: `Bearer ${rootToken}`, ...request.headers },
    ...(request.body instanceof ReadableStream ? { duplex: "half" } : {}),
  } as RequestInit);

const authorized = ({ rootToken }: Awaited<ReturnType<typeof createTestApp>>) => ({
  Authorization: `Bearer ${rootToken}`,
});

const ceHeaders = {
  "ce-specversion": "1.0",
  "ce-id": "b-1",
  "ce-source": "/gateway",
  "ce-type": "request",
  "ce-subject": "customer%20%E2%82%AC%201",
  "ce-time": "2026-01-15t11:00:00z",
};

const single = JSON.stringify(event());
const batch = JSON.stringify([event(), event()]);

describe("204: every event of the request is stored", () => {
  test.each([
    { contentType: "application/cloudevents+json", body: single },
    { contentType: "application/cloudevents+json; charset=UTF-8", body: single },
    { contentType: "application/cloudevents-batch+json", body: batch },
    { contentType: 'application/cloudevents-batch+json;charset="utf-8"', body: batch },
    { contentType: "application/cloudevents-batch+json", body: "[]" },
    { contentType: "application/json", body: single },
    { contentType: "application/json; charset=utf-8", body: batch },
  ])("$contentType", async ({ contentType, body }) => {
    const answer = await send(await createTestApp(), post(body, contentType));
    expect(answer.status).toBe(204);
    expect(await answer.text()).toBe("");
  });

  test("an event that is sent again counts once", async () => {
    const test = await createTestApp();
    await test.given({ meters: [requestDuration] });
    const body = event({ id: "same" });
    await test.given({ events: [body, body] });
    await test.given({ events: [body] });
    const answer = await test.send("GET", "/api/v1/meters/request_duration/query");
    expect(await answer.json()).toMatchObject({ data: [{ value: 100 }] });
  });

  test.each([
    { why: "one event", headers: { "Content-Type": "application/json; charset=utf-8" }, body: '{"duration_ms":100}' },
    { why: "an event without data", headers: {}, body: undefined },
  ])("binary mode: $why", async ({ headers, body }) => {
    const test = await createTestApp();
    const answer = await test.app.request("/api/v1/events", {
      method: "POST",
      headers: { ...authorized(test), ...headers, ...ceHeaders },
      ...(body === undefined ? {} : { body }),
    });
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect(await (await test.send("GET", "/api/v1/events")).json()).toMatchObject([
      {
        event: {
          id: "b-1",
          subject: "customer € 1",
          time: "2026-01-15T11:00:00Z",
          ...(body === undefined ? {} : { data: { duration_ms: 100 } }),
        },
      },
    ]);
  });

  test("structured mode wins over headers that say the same", async () => {
    const { headers, ...request } = post(single, "application/cloudevents+json", { "ce-specversion": "9" });
    expect((await send(await createTestApp(), { ...request, headers })).status).toBe(204);
  });

  test("a chunked body without a length is read", async () => {
    const bytes = new TextEncoder().encode(single);
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(bytes.slice(0, 10));
        controller.enqueue(bytes.slice(10));
        controller.close();
      },
    });
    expect((await send(await createTestApp(), post(stream, "application/json"))).status).toBe(204);
  });
});

describe("400: nothing of the request is taken", () => {
  test.each([
    { why: "no content type", request: post(new TextEncoder().encode(single), null), code: "unsupported_content_type" },
    { why: "another content type", request: post(single, "text/plain"), code: "unsupported_content_type" },
    {
      why: "another charset",
      request: post(single, "application/json; charset=latin1"),
      code: "unsupported_content_type",
    },
    { why: "an array as a single event", request: post(batch, "application/cloudevents+json"), code: "invalid_events" },
    {
      why: "an object as a batch",
      request: post(single, "application/cloudevents-batch+json"),
      code: "invalid_events",
    },
    { why: "an empty array where an event is expected", request: post("[]", "application/json"), code: "no_events" },
    { why: "not JSON", request: post("invalid", "application/cloudevents+json"), code: "invalid_json" },
    { why: "an empty body", request: post("", "application/json"), code: "invalid_json" },
    {
      why: "invalid UTF-8",
      request: post(new Uint8Array([0x22, 0xff, 0x22]), "application/json"),
      code: "invalid_utf8",
    },
    { why: "nested without end", request: post("[".repeat(100_000), "application/json"), code: "json_too_deep" },
    {
      why: "data that is no object",
      request: post(JSON.stringify(event({ data: "text" })), "application/json"),
      code: "invalid_events",
    },
  ])("$why: $code", async ({ request, code }) => {
    const answer = await send(await createTestApp(), request);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({
      type: "about:blank",
      status: 400,
      code,
      help: `http://localhost/problems/${code}`,
    });
    expect(answer.status).toBe(400);
  });

  test("every fault of a batch is named with its place", async () => {
    const answer = await send(
      await createTestApp(),
      post(JSON.stringify([event(), event({ id: "", source: 1 }), 7]), "application/json"),
    );
    expect(await answer.json()).toMatchObject({
      detail: expect.stringContaining("events[1].id must not be empty"),
      extensions: {
        validationErrors: [
          { code: "empty", field: "events[1].id", index: 1, severity: "critical" },
          { code: "not_a_string", field: "events[1].source", index: 1 },
          { code: "not_an_event", field: "events[2]", index: 2 },
        ],
      },
    });
  });

  test("a fault of a single event is named by its member", async () => {
    const answer = await send(
      await createTestApp(),
      post(JSON.stringify(event({ subject: undefined })), "application/cloudevents+json"),
    );
    const { extensions } = (await answer.json()) as { extensions: { validationErrors: object[] } };
    expect(extensions.validationErrors).toEqual([
      { code: "required", field: "subject", message: "subject is required", severity: "critical" },
    ]);
  });
});

describe("400: the answer names what to do", () => {
  test.each([
    {
      why: "one event as a batch",
      request: post(single, "application/cloudevents-batch+json"),
      detail: "the body must be an array of events; one event alone goes as application/cloudevents+json",
    },
    {
      why: "a list as one event",
      request: post(batch, "application/cloudevents+json"),
      detail: "the body must be one object; an array of events goes as application/cloudevents-batch+json",
    },
    {
      why: "binary mode with data that is no JSON",
      request: post("<a/>", "application/xml", ceHeaders),
      detail: "with attributes in ce- headers the body is the data alone: send it as application/json, in UTF-8",
    },
    {
      why: "binary mode without a type",
      request: post("{}", "application/json", { "ce-id": "1", "ce-source": "s", "ce-specversion": "1.0" }),
      detail: "ce-type is required; ce-subject is required",
    },
    {
      why: "a whole event in binary mode",
      request: post(batch, "application/json", ceHeaders),
      detail: "data must be an object or null",
    },
    {
      why: "a leap second",
      request: post(JSON.stringify(event({ time: "2016-12-31T23:59:60Z" })), "application/json"),
      detail:
        "time must not be a leap second (:60), which has no place on this time line: write the second before or after it",
    },
    {
      why: "a time without an offset",
      request: post(JSON.stringify(event({ time: "2026-01-01T00:00:00" })), "application/json"),
      detail: "time must be an RFC 3339 date-time with an offset, such as 2026-01-01T00:00:00Z",
    },
  ])("$why", async ({ request, detail }) => {
    const answer = await send(await createTestApp(), request);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ detail });
  });
});

describe("401 and 403: before the body is looked at", () => {
  test("no key", async () => {
    const { app } = await createTestApp();
    const answer = await app.request("/api/v1/events", { method: "POST", body: "invalid" });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("a key that may only read", async () => {
    const test = await createTestApp();
    const token = await test.createKey(["events:read"]);
    const answer = await test.send("POST", "/api/v1/events", { token, body: "invalid" });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      code: "scope_missing",
      detail: expect.stringContaining("events:write"),
    });
  });
});

describe("413: too much at once", () => {
  test("a declared length is believed without reading", async () => {
    const answer = await send(
      await createTestApp(),
      post(single, "application/json", { "Content-Length": String(eventLimits.bodyBytesMax + 1) }),
    );
    expect(answer.status).toBe(413);
  });

  test("a chunked body is counted, and not read to its end", async () => {
    let sent = 0;
    const stream = new ReadableStream({
      pull: (controller) => {
        sent += 1_048_576;
        controller.enqueue(new Uint8Array(1_048_576));
      },
    });
    const answer = await send(await createTestApp(), post(stream, "application/json"));
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(eventLimits.bodyBytesMax + 4 * 1_048_576);
  });

  test("too many events", async () => {
    const events = Array.from({ length: eventLimits.eventsPerBatchMax + 1 }, () => event());
    const answer = await send(await createTestApp(), post(JSON.stringify(events), "application/json"));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: "too_many_events" });
  });
});

test("415: an encoded body", async () => {
  const answer = await send(await createTestApp(), post(single, "application/json", { "Content-Encoding": "gzip" }));
  expect(answer.status).toBe(415);
  expect(await answer.json()).toMatchObject({ code: "unsupported_content_encoding" });
});

describe("503: try again", () => {
  test.each([
    { error: { type: "log_overloaded", retryAfterMs: 1_200 } as const, retryAfter: "2" },
    { error: { type: "log_overloaded", retryAfterMs: 0 } as const, retryAfter: "1" },
    { error: { type: "disk_full", retryAfterMs: 10_000 } as const, retryAfter: "10" },
    { error: { type: "log_unavailable", reason: "disk full at /secret/path" } as const, retryAfter: "5" },
  ])("$error.type after $retryAfter s", async ({ error, retryAfter }) => {
    const test = await createTestApp({ ingest: { ingestEvents: async () => ({ ok: false, error }) } });
    const answer = await test.send("POST", "/api/v1/events", { body: event() });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe(retryAfter);
    expect(await answer.text()).not.toContain("/secret/path");
  });
});
