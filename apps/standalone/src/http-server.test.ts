import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  connectionLimits,
  type ConnectionLimits,
  type Fetch,
  type HttpServer,
  listen,
  unavailable,
} from "./http-server.ts";

let server: HttpServer | null = null;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close(0);
});

const start = async (limits: Partial<ConnectionLimits>, fetch: Fetch = () => new Response("ok")): Promise<number> => {
  server = await listen({ host: "127.0.0.1", port: 0, publicUrl: null }, { ...connectionLimits, ...limits });
  server.handle(fetch);
  return Number(new URL(server.url).port);
};

type Client = Readonly<{ socket: Socket; received: () => string; closed: Promise<void> }>;

const open = async (port: number): Promise<Client> => {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let received = "";
  socket.on("data", (data) => (received += data.toString("latin1")));
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise((resolve) => socket.once("connect", resolve));
  return { socket, received: () => received, closed };
};

const until = async (holds: () => boolean): Promise<void> => {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("it did not come to hold in time");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

const get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const codeIn = (text: string): unknown => JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4)) as unknown;

test("connections beyond the bound are told so, those beyond that are closed; when one ends the next is served", async () => {
  const port = await start({ connectionsMax: 2, refusedConnectionsMax: 1 });
  const [first, second] = [await open(port), await open(port)];
  first.socket.write(get);
  second.socket.write(get);
  await until(() => first.received().includes("200 OK") && second.received().includes("200 OK"));
  const told = await open(port);
  told.socket.write(get);
  const closed = await open(port);
  await Promise.all([told.closed, closed.closed]);
  expect(told.received()).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: 1/i);
  expect(codeIn(told.received())).toMatchObject({ code: "connections_overloaded" });
  expect(closed.received()).toBe("");
  first.socket.destroy();
  await first.closed;
  let next = await open(port);
  next.socket.write(get);
  await until(() => next.received() !== "");
  while (!next.received().includes("200 OK")) {
    next = await open(port); // the server hears of an end a moment after the client
    next.socket.write(get);
    await until(() => next.received() !== "");
  }
});

describe("what never becomes a request is answered with a problem, and its connection ends", () => {
  test.each([
    { why: "nothing at all", sent: "", status: 408, code: "request_timeout" },
    { why: "headers without an end", sent: "GET / HTTP/1.1\r\nHost: x\r\n", status: 408, code: "request_timeout" },
    { why: "no HTTP", sent: "\u0016\u0003\u0001\r\n\r\n", status: 400, code: "malformed_request" },
    { why: "a host that is none", sent: "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", status: 400, code: "malformed_request" },
    {
      why: "a target that is none",
      sent: "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      status: 400,
      code: "malformed_request",
    },
    {
      why: "headers without bound",
      sent: `GET / HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`,
      status: 431,
      code: "headers_too_large",
    },
  ])("$why: $status $code", async ({ sent, status, code }) => {
    const port = await start({ headersMsMax: 100, requestMsMax: 200 });
    const client = await open(port);
    client.socket.write(sent);
    await client.closed;
    expect(client.received()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(codeIn(client.received())).toMatchObject({
      status,
      code,
      help: `http://127.0.0.1:${port}/problems/${code}`,
    });
    expect(codeIn(client.received())).not.toHaveProperty("instance");
  });
});

test("a request that failed with its database is named, as every problem names its request", async () => {
  const answer = unavailable("store_unavailable", "away", "/problems/store_unavailable", { "x-request-id": "R1" });
  expect(await answer.json()).toMatchObject({ code: "store_unavailable", instance: "urn:request:R1" });
});

test("an answer that nobody takes is cut, and its source is told", async () => {
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
    cancel: () => void (cancelled = true),
  });
  const port = await start({ stalledMsMax: 300 }, () => new Response(endless));
  const client = await open(port);
  client.socket.pause();
  client.socket.write(get);
  await until(() => cancelled);
});
