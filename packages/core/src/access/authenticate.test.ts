import { createHash } from "node:crypto";
import { instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import type { ApiKey, ApiKeyId } from "./api-key.ts";
import { apiKeyCacheTtlMs, createApiKeyCache } from "./api-key-cache.ts";
import { createSecret, equalHashes, formatApiKeyToken, hashSecret, parseApiKeyToken } from "./api-key-token.ts";
import { authenticate } from "./authenticate.ts";
import { hasScope } from "./principal.ts";

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const id = "01KF0RDQG0Z5W8Q4B3N7M2C1XE" as ApiKeyId; // a ULID that is a key's id in these tests
const secret = "s".repeat(43);
const token = formatApiKeyToken({ id, secret });

const key: ApiKey = {
  id,
  namespace: "acme",
  name: "test",
  scopes: ["meters:read"],
  root: false,
  mintedBy: null,
  secretHash: hashSecret({ sha256 }, secret),
  createdAt: instant(0),
  expiresAt: instant(1_000),
  revokedAt: null,
};

const ask = async (
  stored: ApiKey | null,
  headers: { authorization: string | null; namespace?: string },
  now = 0,
  auth: "on" | "off" = "on",
) =>
  authenticate({
    apiKeys: { find: async (asked) => (stored?.id === asked ? stored : null) },
    namespaces: { find: async (name) => (name === "acme" ? { key: name, name, createdAt: instant(0) } : null) },
    clock: { now: () => instant(now) },
    crypto: { sha256 },
    auth,
  })({ authorization: headers.authorization, namespace: headers.namespace ?? null });

const bearer = { authorization: `Bearer ${token}` };

describe("a token", () => {
  test("is mtr_, the id in lower case, 43 characters of base64url", () => {
    const made = createSecret({ randomBytes: (count) => new Uint8Array(count).fill(0xfb), sha256 });
    expect(made).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(parseApiKeyToken(formatApiKeyToken({ id, secret: made }))).toEqual({ id, secret: made });
  });

  test.each([
    "",
    "mtr_",
    token.toUpperCase(),
    `${token}a`,
    token.slice(0, -1),
    token.replace("mtr", "om"),
    `${token}\n`,
  ])("%j is none", (text) => {
    expect(parseApiKeyToken(text)).toBeNull();
  });

  test("hashes are equal only when every byte is", () => {
    const a = sha256(new Uint8Array(1));
    expect(equalHashes(a, a.slice())).toBe(true);
    for (let at = 0; at < a.length; at += 1) {
      const b = a.slice();
      b[at] = (b[at] ?? 0) ^ 1;
      expect(equalHashes(a, b)).toBe(false);
    }
    expect(equalHashes(a, a.slice(1))).toBe(false);
  });
});

describe("who asks", () => {
  test("a live key acts in its namespace with its scopes", async () => {
    expect(await ask(key, bearer)).toEqual({
      ok: true,
      value: { keyId: id, namespace: "acme", scopes: ["meters:read"], root: false, expiresAt: instant(1_000) },
    });
    expect(await ask(key, { authorization: `bearer  ${token} `, namespace: "acme" })).toMatchObject({ ok: true });
  });

  test.each([
    { why: "no header", stored: key, authorization: null, now: 0 },
    { why: "unknown", stored: null, authorization: `Bearer ${token}`, now: 0 },
    {
      why: "another secret",
      stored: key,
      authorization: `Bearer ${formatApiKeyToken({ id, secret: "t".repeat(43) })}`,
      now: 0,
    },
    { why: "revoked", stored: { ...key, revokedAt: instant(0) }, authorization: `Bearer ${token}`, now: 0 },
    { why: "expired: the bound is excluded", stored: key, authorization: `Bearer ${token}`, now: 1_000 },
    { why: "two tokens", stored: key, authorization: `Bearer ${token} ${token}`, now: 0 },
  ])("unauthenticated: $why", async ({ stored, authorization, now }) => {
    expect(await ask(stored, { authorization }, now)).toMatchObject({ ok: false, error: { type: "unauthenticated" } });
  });

  test.each([
    ["no header", null, false],
    ["the key alone", token, false],
    ["another scheme", `Basic ${token}`, false],
    ["a Bearer that is no key of ours", "Bearer x", true],
  ])("who does not send a Bearer is told to, others that it is not valid: %s", async (_, authorization, presented) => {
    expect(await ask(key, { authorization })).toEqual({ ok: false, error: { type: "unauthenticated", presented } });
  });

  test("a root key chooses; default needs no header", async () => {
    const root = { ...key, root: true, namespace: "default" };
    expect(await ask(root, bearer)).toMatchObject({ value: { namespace: "default", root: true } });
    expect(await ask(root, { ...bearer, namespace: "acme" })).toMatchObject({ value: { namespace: "acme" } });
    expect(await ask(root, { ...bearer, namespace: "nobody" })).toMatchObject({
      error: { type: "namespace_not_found" },
    });
    expect(await ask(root, { ...bearer, namespace: "Not A Key" })).toMatchObject({
      error: { type: "namespace_not_found" },
    });
  });

  test("another key is told the same of a foreign namespace, whether it exists or not", async () => {
    const own = { ...key, namespace: "default" };
    expect(await ask(own, { ...bearer, namespace: "acme" })).toEqual({
      ok: false,
      error: { type: "namespace_forbidden" },
    });
    expect(await ask(own, { ...bearer, namespace: "nobody" })).toEqual({
      ok: false,
      error: { type: "namespace_forbidden" },
    });
  });

  test("off: everybody is root", async () => {
    expect(await ask(null, { authorization: "anything" }, 0, "off")).toMatchObject({
      ok: true,
      value: { keyId: null, root: true },
    });
  });
});

describe("scopes", () => {
  const principal = { keyId: null, namespace: "default", root: false, expiresAt: null };
  test.each([
    { scopes: ["meters:read"], asked: "meters:read", has: true },
    { scopes: ["meters:read"], asked: "meters:write", has: false },
    { scopes: ["admin"], asked: "api-keys:write", has: true },
    { scopes: ["admin"], asked: "namespaces:read", has: false },
    { scopes: ["namespaces:write"], asked: "namespaces:write", has: false },
  ] as const)("$scopes: $asked is $has", ({ scopes, asked, has }) => {
    expect(hasScope({ ...principal, scopes }, asked)).toBe(has);
  });

  test("root has all", () => {
    expect(hasScope({ ...principal, scopes: [], root: true }, "namespaces:write")).toBe(true);
  });
});

describe("the cache of found keys", () => {
  const counting = () => {
    let now = 0;
    let finds = 0;
    let answer: Promise<ApiKey | null> = Promise.resolve(key);
    const cache = createApiKeyCache({
      apiKeys: {
        find: () => {
          finds += 1;
          return answer;
        },
      },
      monotonicNow: () => now,
    });
    return {
      cache,
      finds: () => finds,
      pass: (ms: number): void => {
        now += ms;
      },
      answerWith: (next: Promise<ApiKey | null>): void => {
        answer = next;
      },
    };
  };

  test("asks once within its time, and again at its end", async () => {
    const { cache, finds, pass } = counting();
    await cache.find(id);
    pass(apiKeyCacheTtlMs - 1);
    await cache.find(id);
    expect(finds()).toBe(1);
    pass(1);
    await cache.find(id);
    expect(finds()).toBe(2);
  });

  test("does not keep that a key is unknown", async () => {
    const { cache, finds, answerWith } = counting();
    answerWith(Promise.resolve(null));
    await cache.find(id);
    await cache.find(id);
    expect(finds()).toBe(2);
  });

  test("a key that is read while it is revoked is not kept", async () => {
    const { cache, finds, answerWith } = counting();
    const { promise, resolve } = Promise.withResolvers<ApiKey | null>();
    answerWith(promise);
    const reading = cache.find(id);
    cache.drop(id);
    resolve(key);
    await reading;
    await cache.find(id);
    expect(finds()).toBe(2);
  });
});
