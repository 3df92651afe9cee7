import { describe, expect, test } from "vitest";
import { createTestApp, event } from "../app.test-support.ts";
import { isLoopbackAuthority } from "./only-local.ts";

describe("a Host that names this machine alone", () => {
  test.each([
    "localhost",
    "localhost:8888",
    "LocalHost:8888",
    "meter.localhost",
    "a.b-c.localhost:1",
    "127.0.0.1",
    "127.0.0.1:8888",
    "127.255.255.255:65535",
    "127.1.2.3",
    "[::1]",
    "[::1]:8888",
  ])("%s", (host) => {
    expect(isLoopbackAuthority(host)).toBe(true);
  });

  test.each([
    { host: "", why: "none" },
    { host: "evil.example", why: "a name that may resolve to anything" },
    { host: "localhost.evil.example", why: "ends elsewhere" },
    { host: "evillocalhost", why: "no label of its own" },
    { host: "127.0.0.1.evil.example", why: "begins like an address" },
    { host: "127.0.0.1.nip.io:8888", why: "a name that resolves to it" },
    { host: "localhost.", why: "a trailing dot" },
    { host: "127.0.0.1.", why: "a trailing dot" },
    { host: ".localhost", why: "an empty label" },
    { host: "-.localhost", why: "no label" },
    { host: "127.0.0.256", why: "no address" },
    { host: "127.0.0.01", why: "octal to some" },
    { host: "127.1", why: "a short form" },
    { host: "2130706433", why: "a number" },
    { host: "0x7f000001", why: "a number" },
    { host: "0.0.0.0:8888", why: "reaches this machine from a page elsewhere" },
    { host: "[::]:8888", why: "the same" },
    { host: "[::ffff:127.0.0.1]", why: "another form" },
    { host: "[::1%25lo]:8888", why: "a zone" },
    { host: "::1", why: "no brackets" },
    { host: "[::1]evil.example", why: "more after the bracket" },
    { host: "user@127.0.0.1", why: "a user" },
    { host: "127.0.0.1:8888@evil.example", why: "a user that looks like us" },
    { host: "evil.example#@127.0.0.1", why: "a fragment" },
    { host: "127.0.0.1, evil.example", why: "two" },
    { host: "127.0.0.1:888888", why: "no port" },
    { host: "127.0.0.1\nevil.example", why: "two lines" },
    { host: "ⓛocalhost", why: "another letter" },
  ])("$host is none: $why", ({ host }) => {
    expect(isLoopbackAuthority(host)).toBe(false);
  });
});

describe("with authentication off", () => {
  const post = async (headers: Readonly<Record<string, string>>, url = "/api/v1/events") => {
    const { send } = await createTestApp({ auth: "off" });
    const answer = await send("POST", url, { token: null, headers, body: event() });
    return answer.status === 204 ? 204 : ((await answer.json()) as { status: number; code: string }).code;
  };

  test("421: a name that was made to resolve to this machine, on every route and method", async () => {
    const { send } = await createTestApp({ auth: "off" });
    for (const [method, path] of [
      ["GET", "/"],
      ["GET", "/metrics"],
      ["GET", "/api/v1/api-keys"],
      ["OPTIONS", "/api/v1/meters"],
      ["DELETE", "/nothing"],
    ] as const) {
      const answer = await send(method, path, { token: null, headers: { Host: "evil.example:8888" } });
      expect(await answer.json()).toMatchObject({ status: 421, code: "foreign_host" });
    }
  });

  test("421: the target of the request names another host than its header", async () => {
    expect(await post({ Host: "127.0.0.1:8888" }, "http://evil.example/api/v1/events")).toBe("foreign_host");
    expect(await post({ Host: "evil.example" }, "http://127.0.0.1:8888/api/v1/events")).toBe("foreign_host");
  });

  test.each([
    { headers: {}, why: "no browser" },
    { headers: { Origin: "http://127.0.0.1:8888" }, why: "a page of ours" },
    { headers: { Origin: "http://127.0.0.1:8888", "Sec-Fetch-Site": "same-origin" }, why: "a page of ours" },
    { headers: { "Sec-Fetch-Site": "none" }, why: "typed by somebody" },
  ])("taken: $headers ($why)", async ({ headers }) => {
    const own = { Host: "127.0.0.1:8888", ...headers };
    expect(await post(own, "http://127.0.0.1:8888/api/v1/events")).toBe(204);
  });

  test.each([
    { headers: { Origin: "https://evil.example" }, why: "a foreign page" },
    { headers: { Origin: "null" }, why: "a page without an origin" },
    { headers: { Origin: "http://localhost:8888" }, why: "another name" },
    { headers: { Origin: "http://127.0.0.1:9999" }, why: "what another program on this machine serves" },
    { headers: { Origin: "http://127.0.0.1:8888.evil.example" }, why: "begins like ours" },
    { headers: { Origin: "http://127.0.0.1:8888@evil.example" }, why: "a user that looks like us" },
    { headers: { Origin: "chrome-extension://127.0.0.1:8888" }, why: "no page" },
    { headers: { Origin: "" }, why: "an empty one" },
    { headers: { "Sec-Fetch-Site": "cross-site" }, why: "the browser says so" },
    { headers: { "Sec-Fetch-Site": "same-site" }, why: "another port" },
    { headers: { Origin: "http://127.0.0.1:8888", "Sec-Fetch-Site": "cross-site" }, why: "they contradict" },
  ])("403: $headers ($why)", async ({ headers }) => {
    const foreign = { Host: "127.0.0.1:8888", ...headers };
    expect(await post(foreign, "http://127.0.0.1:8888/api/v1/events")).toBe("foreign_origin");
  });

  test("a method that changes nothing is answered to any page; the browser keeps the answer from it", async () => {
    const { send } = await createTestApp({ auth: "off" });
    const answer = await send("GET", "/api/v1/meters", { token: null, headers: { Origin: "https://evil.example" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});

test("with authentication on, a key is what counts: any host, any origin", async () => {
  const { send } = await createTestApp();
  const headers = { Host: "meter.example", Origin: "https://console.example", "Sec-Fetch-Site": "cross-site" };
  expect((await send("POST", "/api/v1/events", { headers, body: event() })).status).toBe(204);
});
