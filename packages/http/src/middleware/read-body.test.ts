import { expect, test } from "vitest";
import { createTestApp, event, type TestApp } from "../app.test-support.ts";
import { type BodyBudget, bodyLimits, createBodyBudget } from "./body-budget.ts";

const kibibyte = 1_024;
const limits = {
  uncountedBytes: 4 * kibibyte,
  bytesMax: 64 * kibibyte,
  namespaceBytesMax: 48 * kibibyte,
  readMsMax: 200,
};

const start = async (): Promise<TestApp & { bodyBudget: BodyBudget }> => {
  const bodyBudget = createBodyBudget(limits);
  return { ...(await createTestApp({ app: { bodyBudget } })), bodyBudget };
};

type Body = Readonly<{
  stream: ReadableStream<Uint8Array>;
  send: (bytes: number | string) => void;
  end: () => void;
  breakOff: () => void;
}>;

/** A body that comes as the test says. */
const createBody = (): Body => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const stream = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  return {
    stream,
    send: (bytes) =>
      controller?.enqueue(typeof bytes === "string" ? Buffer.from(bytes) : new Uint8Array(bytes).fill(32)),
    end: () => controller?.close(),
    breakOff: () => controller?.error(new Error("aborted")),
  };
};

const post = async (
  { app, rootToken }: TestApp,
  body: ReadableStream<Uint8Array>,
  { path = "/api/v1/events", headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<Response> =>
  app.request(path, {
    method: "POST",
    body,
    duplex: "half",
    headers: { Authorization: `Bearer ${rootToken}`, "Content-Type": "application/json", ...headers },
  } as RequestInit);

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + 5_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("it did not come to hold in time");
    await new Promise((resolve) => setImmediate(resolve));
  }
};

test("what bodies hold is counted until they are answered", async () => {
  const test = await start();
  const body = createBody();
  const answer = post(test, body.stream);
  body.send(20 * kibibyte);
  await until(() => test.bodyBudget.heldBytes() === 16 * kibibyte);
  body.send(JSON.stringify(event()));
  body.end();
  expect((await answer).status).toBe(204);
  expect(test.bodyBudget.heldBytes()).toBe(0);
});

test("503 bodies_overloaded with Retry-After beyond the bound; small requests pass, and so does the next large one", async () => {
  const test = await start();
  const slow = createBody();
  const answer = post(test, slow.stream);
  slow.send(40 * kibibyte);
  await until(() => test.bodyBudget.heldBytes() > 0);
  const refusedBody = createBody();
  refusedBody.send(20 * kibibyte);
  const refused = await post(test, refusedBody.stream);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect(await refused.json()).toMatchObject({ code: "bodies_overloaded" });
  expect((await test.send("POST", "/api/v1/events", { body: event() })).status).toBe(204);
  slow.breakOff();
  await answer;
  const next = createBody();
  next.send(20 * kibibyte);
  next.send(JSON.stringify(event()));
  next.end();
  expect((await post(test, next.stream)).status).toBe(204);
});

test.each(["/api/v1/events", "/api/v1/meters"])(
  "408 request_timeout when a body of %s takes too long",
  async (path) => {
    const test = await start();
    const body = createBody();
    body.send(10 * kibibyte);
    const answer = await post(test, body.stream, { path });
    expect(answer.status).toBe(408);
    expect(answer.headers.get("connection")).toBe("close");
    expect(await answer.json()).toMatchObject({ code: "request_timeout" });
    expect(test.bodyBudget.heldBytes()).toBe(0);
  },
);

test.each([
  { why: "chunked", headers: {} },
  { why: "small, with its length", headers: { "Content-Length": "1000" } },
  { why: "large, with its length", headers: { "Content-Length": "10000" } },
])("a client that goes away in its body is no error and leaves nothing behind: $why", async ({ headers }) => {
  const test = await start();
  for (let round = 0; round < 20; round++) {
    const body = createBody();
    const answer = post(test, body.stream, { headers });
    body.send(500);
    body.breakOff();
    expect((await answer).status).toBe(499);
  }
  expect(test.bodyBudget.heldBytes()).toBe(0);
  expect(test.lines.filter(({ level }) => level !== "info")).toEqual([]);
  expect(test.lines.filter(({ fields }) => fields["status"] === 499)).toHaveLength(20);
  const metrics = await (await test.send("GET", "/metrics", { token: null })).text();
  expect(metrics).not.toContain('status="500"');
});

test("the bounds fit together: the largest body there may be is taken, and eight of one namespace at once", () => {
  const share = createBodyBudget().open("default");
  expect(share.take(16 * kibibyte * kibibyte)).toBe(true);
  expect(bodyLimits.namespaceBytesMax).toBeGreaterThanOrEqual(8 * 16 * kibibyte * kibibyte);
  expect(bodyLimits.bytesMax).toBeGreaterThan(bodyLimits.namespaceBytesMax);
});
