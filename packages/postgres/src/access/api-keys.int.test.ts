import { scopes } from "@meter/core";
import { describe, expect, test } from "vitest";
import { at, nextApiKeyId, toApiKey } from "../fixtures.test-support.ts";
import { usePostgres } from "../use-postgres.test-support.ts";

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
    await apiKeys.revoke({ namespace: "listed", id: oldest.id, at: at(9), cascade: false, by: null });
    expect(await apiKeys.list("listed")).toEqual([newest, twinB, twinA, { ...oldest, revokedAt: at(9) }]);
  });

  test("there is one root key that nobody minted: two first starts at once make one", async () => {
    const { apiKeys } = postgres().store;
    expect(await apiKeys.hasRoot()).toBe(false);
    const results = await Promise.allSettled(
      [1, 2, 3].map(() => apiKeys.create(toApiKey({ namespace: "root", scopes: ["admin"], root: true }))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await apiKeys.hasRoot()).toBe(true);
    expect(await apiKeys.list("root")).toMatchObject([{ root: true }]);
  });

  test("a hash that is no SHA-256 is refused", async () => {
    await expect(postgres().store.apiKeys.create(toApiKey({ secretHash: new Uint8Array(31) }))).rejects.toThrow(
      "api_keys_secret_hash_check",
    );
  });
});
