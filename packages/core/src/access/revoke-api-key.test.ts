import { instant, ok } from "@meter/primitives";
import { expect, test } from "vitest";
import type { ApiKey, ApiKeyId } from "./api-key.ts";
import { revokeApiKey } from "./revoke-api-key.ts";

const keyOf = (id: string, mintedBy: ApiKeyId | null = null): ApiKey => ({
  id: id as ApiKeyId, // any text is a key's id in these tests
  namespace: "default",
  name: id,
  scopes: ["meters:read"],
  root: false,
  mintedBy,
  secretHash: new Uint8Array(32),
  createdAt: instant(0),
  expiresAt: null,
  revokedAt: null,
});

const parent = keyOf("parent");
const child = keyOf("child", parent.id);
const late = keyOf("late", child.id);
const root = { keyId: null, namespace: "default", scopes: [], root: true, expiresAt: null };

test.each([
  { why: "revoked, with one that was minted meanwhile", fails: false, dropped: ["parent", "child", "late"] },
  { why: "unknown outcome: the store may have done it all the same", fails: true, dropped: ["parent", "child"] },
])("what a cascade takes is known to no cache afterwards: $why", async ({ fails, dropped }) => {
  const drops: string[] = [];
  const revoking = revokeApiKey({
    apiKeys: {
      find: async () => parent,
      listMinted: async () => [child],
      revoke: async () => {
        if (fails) throw new Error("the connection is gone");
        return ok({ key: parent, minted: [late, child] });
      },
    },
    cache: { drop: (id) => void drops.push(id) },
    clock: { now: () => instant(1) },
  })(root, { id: "parent", cascade: true });
  if (fails) await expect(revoking).rejects.toThrow("the connection is gone");
  else expect((await revoking).ok).toBe(true);
  expect(drops).toEqual(dropped);
});

test("without a cascade what it minted stays known", async () => {
  const drops: string[] = [];
  await revokeApiKey({
    apiKeys: {
      find: async () => parent,
      listMinted: async () => [child],
      revoke: async () => ok({ key: parent, minted: [child] }),
    },
    cache: { drop: (id) => void drops.push(id) },
    clock: { now: () => instant(1) },
  })(root, { id: "parent", cascade: false });
  expect(drops).toEqual(["parent"]);
});
