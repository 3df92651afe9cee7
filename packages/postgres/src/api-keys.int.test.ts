import { scopes } from "@meter/core";
import { describe, expect, test } from "vitest";
import { at, nextApiKeyId, toApiKey } from "./fixtures.test-support.ts";
import { usePostgres } from "./use-postgres.test-support.ts";

const postgres = usePostgres();

describe("api keys", () => {
  test("every field comes back as it was stored", async () => {
    const { apiKeys } = postgres().store;
    const key = toApiKey({ namespace: "fields", scopes, expiresAt: at(1_234), secretHash: new Uint8Array(32).fill(0) });
    await apiKeys.create(key);
    expect(await apiKeys.find(key.id)).toEqual(key);
    expect(await apiKeys.find(nextApiKeyId())).toBeNull();
  });

  test("lists the keys of a namespace, newest first, revoked ones included", async () => {
    const { apiKeys } = postgres().store;
    const madeAt = (ms: number) => toApiKey({ namespace: "listed", createdAt: at(ms) });
    const oldest = madeAt(1);
    const twinA = madeAt(2);
    const twinB = madeAt(2);
    const newest = madeAt(3);
    for (const key of [twinA, newest, oldest, twinB]) await apiKeys.create(key);
    await apiKeys.create(toApiKey({ namespace: "others" }));
    const revoked = await apiKeys.revoke("listed", oldest.id, at(9));
    expect(await apiKeys.list("listed")).toEqual([newest, twinB, twinA, revoked]);
  });

  test("revoking twice keeps the first instant", async () => {
    const { apiKeys } = postgres().store;
    const key = toApiKey({ namespace: "twice" });
    await apiKeys.create(key);
    expect(await apiKeys.revoke("twice", key.id, at(5))).toEqual({ ...key, revokedAt: at(5) });
    expect(await apiKeys.revoke("twice", key.id, at(6))).toEqual({ ...key, revokedAt: at(5) });
    expect((await apiKeys.find(key.id))?.revokedAt).toBe(at(5));
  });

  test("a key of another namespace cannot be revoked", async () => {
    const { apiKeys } = postgres().store;
    const key = toApiKey({ namespace: "mine" });
    await apiKeys.create(key);
    expect(await apiKeys.revoke("theirs", key.id, at(5))).toBeNull();
    expect(await apiKeys.find(key.id)).toEqual(key);
  });

  test("there is one root key at a time", async () => {
    const { apiKeys } = postgres().store;
    expect(await apiKeys.hasRoot()).toBe(false);
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => apiKeys.create(toApiKey({ namespace: "root", scopes: ["admin"], root: true }))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await apiKeys.hasRoot()).toBe(true);
    const [root] = await apiKeys.list("root");
    expect(root?.root).toBe(true);
    await apiKeys.revoke("root", root?.id ?? nextApiKeyId(), at(1));
    expect(await apiKeys.hasRoot()).toBe(false);
    await apiKeys.create(toApiKey({ namespace: "root", root: true }));
    expect(await apiKeys.hasRoot()).toBe(true);
  });

  test("a hash that is no SHA-256 is refused", async () => {
    await expect(postgres().store.apiKeys.create(toApiKey({ secretHash: new Uint8Array(31) }))).rejects.toThrow(
      "api_keys_secret_hash_check",
    );
  });
});
