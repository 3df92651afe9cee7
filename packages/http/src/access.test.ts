import { describe, expect, test } from "vitest";
import { createTestApp, event, requestDuration } from "./app.test-support.ts";

const idOf = (token: string): string => token.split("_")[1] ?? "";

describe("401: one answer, whatever is wrong with the key", () => {
  test.each([
    { why: "no header", authorization: null },
    { why: "another scheme", authorization: "Basic abc" },
    { why: "no token", authorization: "Bearer " },
    { why: "not our form", authorization: "Bearer secret" },
    { why: "an unknown id", authorization: `Bearer mtr_01arz3ndektsv4rrffq69g5fav_${"a".repeat(43)}` },
  ])("$why", async ({ authorization }) => {
    const { send } = await createTestApp();
    const answer = await send("GET", "/api/v1/meters", {
      token: null,
      headers: authorization === null ? {} : { Authorization: authorization },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(await answer.json()).toMatchObject({ code: "unauthenticated" });
  });

  test("a wrong secret", async () => {
    const { send, rootToken } = await createTestApp();
    expect((await send("GET", "/api/v1/meters", { token: `${rootToken.slice(0, -43)}${"a".repeat(43)}` })).status).toBe(
      401,
    );
  });

  test("a revoked key, at once, although it was used a moment ago", async () => {
    const test = await createTestApp();
    const token = await test.createKey(["meters:read"]);
    expect((await test.send("GET", "/api/v1/meters", { token })).status).toBe(200);
    expect((await test.send("DELETE", `/api/v1/api-keys/${idOf(token)}`)).status).toBe(200);
    expect((await test.send("GET", "/api/v1/meters", { token })).status).toBe(401);
  });

  test("an expired key, from the very instant", async () => {
    const test = await createTestApp();
    const created = await test.send("POST", "/api/v1/api-keys", {
      body: { name: "short", scopes: ["meters:read"], expiresAt: "2026-01-15T12:01:00Z" },
    });
    const { token } = (await created.json()) as { token: string };
    test.clock.advance(59_999);
    expect((await test.send("GET", "/api/v1/meters", { token })).status).toBe(200);
    test.clock.advance(1);
    expect((await test.send("GET", "/api/v1/meters", { token })).status).toBe(401);
  });
});

describe("namespaces are apart", () => {
  const two = async () => {
    const test = await createTestApp();
    await test.send("POST", "/api/v1/namespaces", { body: { key: "acme" } });
    return test;
  };

  test("a root key chooses by header, and acts in default without it", async () => {
    const test = await two();
    const headers = { "Meter-Namespace": "acme" };
    await test.send("POST", "/api/v1/meters", { body: requestDuration, headers });
    await test.send("POST", "/api/v1/events", { body: event(), headers });
    expect((await test.send("GET", "/api/v1/meters/request_duration", { headers })).status).toBe(200);
    expect((await test.send("GET", "/api/v1/meters/request_duration")).status).toBe(404);
    expect(await (await test.send("GET", "/api/v1/events", { headers })).json()).toHaveLength(1);
    expect(await (await test.send("GET", "/api/v1/events")).json()).toEqual([]);
  });

  test("404: a root key names one that does not exist", async () => {
    const answer = await (await two()).send("GET", "/api/v1/meters", { headers: { "Meter-Namespace": "nobody" } });
    expect(await answer.json()).toMatchObject({ status: 404, code: "namespace_not_found" });
  });

  test("403: another key names a namespace that is not its own; the answer does not say whether it exists", async () => {
    const test = await two();
    const token = await test.createKey(["admin"], "acme");
    const answers = await Promise.all(
      ["default", "nobody"].map(async (namespace) => {
        const answer = await test.send("GET", "/api/v1/meters", {
          token,
          headers: { "Meter-Namespace": namespace, "X-Request-Id": "the-same" },
        });
        return { status: answer.status, body: await answer.text() };
      }),
    );
    expect(answers[0]?.status).toBe(403);
    expect(answers[0]).toEqual(answers[1]);
    expect((await test.send("GET", "/api/v1/meters", { token, headers: { "Meter-Namespace": "acme" } })).status).toBe(
      200,
    );
  });

  test("a key of one namespace neither lists nor revokes keys of another, nor root keys", async () => {
    const test = await two();
    const own = await test.createKey(["admin"]);
    const foreign = await test.createKey(["admin"], "acme");
    const listed = (await (await test.send("GET", "/api/v1/api-keys", { token: own })).json()) as { id: string }[];
    expect(listed.map(({ id }) => id.toLowerCase())).toEqual([idOf(own)]);
    expect((await test.send("DELETE", `/api/v1/api-keys/${idOf(foreign)}`, { token: own })).status).toBe(404);
    expect((await test.send("DELETE", `/api/v1/api-keys/${idOf(test.rootToken)}`, { token: own })).status).toBe(404);
    expect((await test.send("GET", "/api/v1/meters", { token: foreign })).status).toBe(200);
    expect((await test.send("GET", "/api/v1/meters")).status).toBe(200);
  });
});

describe("scopes", () => {
  test("admin has every scope of its namespace, and no root scope", async () => {
    const test = await createTestApp();
    const token = await test.createKey(["admin"]);
    for (const path of [
      "/api/v1/meters",
      "/api/v1/customers",
      "/api/v1/subjects",
      "/api/v1/events",
      "/api/v1/api-keys",
    ])
      expect((await test.send("GET", path, { token })).status, path).toBe(200);
    expect((await test.send("GET", "/api/v1/namespaces", { token })).status).toBe(403);
    expect((await test.send("POST", "/api/v1/namespaces", { token, body: { key: "mine" } })).status).toBe(403);
  });

  test.each([
    { holds: ["api-keys:write"], grants: ["meters:read"], status: 403, why: "a scope the caller does not hold" },
    { holds: ["api-keys:write", "meters:read"], grants: ["meters:read"], status: 201, why: "one it holds" },
    { holds: ["api-keys:write", "meters:read"], grants: ["admin"], status: 403, why: "admin, by one who is not" },
    { holds: ["admin"], grants: ["admin"], status: 201, why: "admin, by admin" },
    { holds: ["admin"], grants: ["namespaces:write"], status: 403, why: "a root scope, by admin" },
  ] as const)("$status: granting $why", async ({ holds, grants, status }) => {
    const test = await createTestApp();
    const token = await test.createKey(holds);
    expect(
      (await test.send("POST", "/api/v1/api-keys", { token, body: { name: "child", scopes: grants } })).status,
    ).toBe(status);
  });

  test("403: a root scope, even by the root key", async () => {
    const { send } = await createTestApp();
    const answer = await send("POST", "/api/v1/api-keys", { body: { name: "child", scopes: ["namespaces:read"] } });
    expect(await answer.json()).toMatchObject({ status: 403, code: "scope_not_grantable" });
  });

  test("403: a key for another namespace, by one who is not root", async () => {
    const test = await createTestApp();
    await test.send("POST", "/api/v1/namespaces", { body: { key: "acme" } });
    const token = await test.createKey(["admin"]);
    const body = { name: "child", scopes: ["meters:read"] };
    for (const namespace of ["acme", "nobody"])
      expect((await test.send("POST", "/api/v1/api-keys", { token, body: { ...body, namespace } })).status).toBe(403);
  });
});

type Key = Readonly<{ id: string; token: string; expiresAt?: string; mintedBy?: string }>;
type Refused = Readonly<{ status: number; code: string; detail: string }>;

describe("a key gives and takes only what it has", () => {
  const soon = "2026-01-15T13:00:00Z";
  const later = "2026-01-15T13:00:00.001Z";

  const tests = async () => {
    const test = await createTestApp();
    await test.send("POST", "/api/v1/namespaces", { body: { key: "acme" } });
    const mint = async (token: string, body: object): Promise<Key & Refused> =>
      (await (
        await test.send("POST", "/api/v1/api-keys", { token, body: { name: "minted", ...body } })
      ).json()) as Key & Refused; // as declared by the route
    const revoke = async (token: string, { id }: Pick<Key, "id">, options = "", headers = {}) => {
      const answer = await test.send("DELETE", `/api/v1/api-keys/${id}${options}`, { token, headers });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };
    const isValid = async ({ token }: Pick<Key, "token">): Promise<boolean> =>
      (await test.send("GET", "/api/v1/api-keys", { token })).status !== 401;
    return { ...test, mint, revoke, isValid };
  };

  test.each([
    { asked: soon, given: soon, why: "its own end" },
    { asked: "2026-01-15T12:59:59Z", given: "2026-01-15T12:59:59Z", why: "an earlier one" },
    { asked: undefined, given: soon, why: "none named: its own" },
  ])("an expiring key makes one that expires no later: $why", async ({ asked, given }) => {
    const { mint, rootToken } = await tests();
    const parent = await mint(rootToken, { scopes: ["admin"], expiresAt: soon });
    const child = await mint(parent.token, { scopes: ["admin"], expiresAt: asked });
    expect(child).toMatchObject({ expiresAt: given, mintedBy: parent.id });
  });

  test("403: one that would outlive it, at any remove", async () => {
    const { mint, rootToken } = await tests();
    const parent = await mint(rootToken, { scopes: ["admin"], expiresAt: soon });
    const child = await mint(parent.token, { scopes: ["admin"] });
    for (const { token } of [parent, child])
      expect(await mint(token, { scopes: ["meters:read"], expiresAt: later })).toMatchObject({
        status: 403,
        code: "expiry_not_grantable",
      });
  });

  test.each([
    { target: { scopes: ["meters:read"] }, status: 200, why: "weaker" },
    { target: { scopes: ["meters:read", "api-keys:write"] }, status: 200, why: "as strong" },
    { target: { scopes: ["meters:read", "meters:write"] }, status: 403, why: "with one scope more" },
    { target: { scopes: ["admin"] }, status: 403, why: "admin" },
  ])("$status: api-keys:write and meters:read revoke a key that is $why", async ({ target, status }) => {
    const { mint, revoke, isValid, rootToken } = await tests();
    const holder = await mint(rootToken, { scopes: ["api-keys:write", "meters:read"] });
    const other = await mint(rootToken, target);
    expect((await revoke(holder.token, other)).status).toBe(status);
    expect(await isValid(other)).toBe(status === 403);
  });

  test("403: a key that expires revokes none that lives longer, and the answer says so", async () => {
    const { mint, revoke, isValid, rootToken } = await tests();
    const short = await mint(rootToken, { scopes: ["admin"], expiresAt: soon });
    for (const other of [
      await mint(rootToken, { scopes: ["meters:read"] }),
      await mint(rootToken, { scopes: ["meters:read"], expiresAt: later }),
    ]) {
      expect(await revoke(short.token, other)).toMatchObject({
        status: 403,
        body: { code: "api_key_not_revocable", detail: expect.stringContaining("outlives yours") as string },
      });
      expect(await isValid(other)).toBe(true);
    }
    expect((await revoke(short.token, await mint(rootToken, { scopes: ["admin"], expiresAt: soon }))).status).toBe(200);
  });

  test("a key revokes itself, whatever it can do, and nothing after that", async () => {
    const { mint, revoke, isValid, rootToken } = await tests();
    const own = await mint(rootToken, { scopes: ["api-keys:write", "events:write"], expiresAt: soon });
    expect((await revoke(own.token, own)).status).toBe(200);
    expect(await isValid(own)).toBe(false);
    expect(await mint(own.token, { scopes: ["events:write"] })).toMatchObject({ status: 401 });
  });

  test("revoking shows what the key minted, at any remove; cascade takes it along, at once", async () => {
    const { mint, revoke, isValid, rootToken } = await tests();
    const parent = await mint(rootToken, { scopes: ["admin"] });
    const child = await mint(parent.token, { scopes: ["admin"] });
    const grandchild = await mint(child.token, { scopes: ["meters:read"] });
    const other = await mint(rootToken, { scopes: ["admin"] });
    for (const key of [parent, child, grandchild]) expect(await isValid(key)).toBe(true); // each is known by now

    const shown = await revoke(rootToken, parent);
    expect(shown.body).toMatchObject({
      id: parent.id,
      revokedAt: expect.any(String) as string,
      mintedCount: 2,
      minted: [{ id: grandchild.id }, { id: child.id }],
    });
    expect(JSON.stringify(shown.body["minted"])).not.toContain("revokedAt");
    expect([await isValid(parent), await isValid(child), await isValid(grandchild)]).toEqual([false, true, true]);

    expect((await revoke(rootToken, parent, "?cascade=true")).body).toMatchObject({
      mintedCount: 2,
      minted: [{ revokedAt: expect.any(String) as string }, { revokedAt: expect.any(String) as string }],
    });
    expect([await isValid(child), await isValid(grandchild), await isValid(other)]).toEqual([false, false, true]);
  });

  test("409: the last root key; another one is made first, by a root key alone", async () => {
    const { mint, revoke, isValid, rootToken, send } = await tests();
    const first = { id: idOf(rootToken).toUpperCase(), token: rootToken };
    expect((await revoke(rootToken, first)).body).toMatchObject({ status: 409, code: "last_root_key" });
    const admin = await mint(rootToken, { scopes: ["admin"] });
    expect(await mint(admin.token, { root: true })).toMatchObject({ status: 403, code: "scope_not_grantable" });
    expect(await mint(rootToken, { root: true, scopes: ["admin"], expiresAt: later })).toMatchObject({ status: 400 });

    const second = await mint(rootToken, { root: true });
    expect((await revoke(second.token, first, "?cascade=true")).body).toMatchObject({ code: "last_root_key" });
    expect((await revoke(second.token, first)).status).toBe(200);
    expect(await isValid(first)).toBe(false);
    const headers = { "Meter-Namespace": "acme" };
    expect((await send("GET", "/api/v1/meters", { token: second.token, headers })).status).toBe(200);
    expect((await revoke(second.token, second)).body).toMatchObject({ code: "last_root_key" });
    expect((await revoke(second.token, second, "", headers)).body).toMatchObject({ code: "api_key_not_found" });
  });

  test("what a root key made in other namespaces goes along with it", async () => {
    const { mint, revoke, isValid, rootToken } = await tests();
    const second = await mint(rootToken, { root: true });
    const there = await mint(second.token, { scopes: ["admin"], namespace: "acme" });
    const below = await mint(there.token, { scopes: ["meters:read"] });
    expect((await revoke(rootToken, second, "?cascade=true")).body).toMatchObject({ mintedCount: 2 });
    for (const key of [second, there, below]) expect(await isValid(key)).toBe(false);
    expect(await isValid({ token: rootToken })).toBe(true);
  });

  test("with authentication off nobody is a root key, and makes none", async () => {
    const { send } = await createTestApp({ auth: "off" });
    const answer = await send("POST", "/api/v1/api-keys", { token: null, body: { name: "x", root: true } });
    expect(await answer.json()).toMatchObject({ status: 403, code: "scope_not_grantable" });
  });
});

test("authentication off: everybody is root, and a namespace is still chosen by header", async () => {
  const test = await createTestApp({ auth: "off" });
  expect((await test.send("GET", "/api/v1/namespaces", { token: null })).status).toBe(200);
  expect(
    (await test.send("GET", "/api/v1/meters", { token: null, headers: { "Meter-Namespace": "nobody" } })).status,
  ).toBe(404);
});

test("the token is shown when the key is made, and nowhere else", async () => {
  const test = await createTestApp();
  const token = await test.createKey(["meters:read"]);
  const list = await (await test.send("GET", "/api/v1/api-keys")).text();
  expect(list).not.toContain(token);
  expect(list).not.toContain("secret");
});
