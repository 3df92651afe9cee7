import type { ApiKey, ApiKeyId, ApiKeyStore } from "@meter/core";
import { createUlid, type Instant, instant } from "@meter/primitives";
import { describe, expect, test } from "vitest";

const start = Date.UTC(2026, 0, 1);
const at = (ms: number): Instant => instant(start + ms);

let count = 0;
/** Each is newer than the ones before it. */
const nextKey = (fields: Partial<ApiKey> = {}): ApiKey => {
  count += 1;
  return {
    id: createUlid(at(count), crypto.getRandomValues(new Uint8Array(10))) as ApiKeyId, // a new ULID becomes a key's id here
    namespace: "default",
    name: `key ${count}`,
    scopes: ["events:write"],
    root: false,
    mintedBy: null,
    secretHash: crypto.getRandomValues(new Uint8Array(32)),
    createdAt: at(count),
    expiresAt: null,
    revokedAt: null,
    ...fields,
  };
};

/** What every store of keys does. `create` makes an empty one. */
export const describeApiKeyStore = (name: string, create: () => Promise<ApiKeyStore>): void => {
  describe(`api keys, ${name}`, () => {
    const given = async <Names extends string>(
      keys: Readonly<Record<Names, ApiKey>>,
    ): Promise<Readonly<{ store: ApiKeyStore; keys: typeof keys }>> => {
      const store = await create();
      for (const key of Object.values<ApiKey>(keys)) expect(await store.create(key)).toEqual({ ok: true, value: key });
      return { store, keys };
    };

    /** a made b and c, b made d. */
    const family = () => {
      const a = nextKey();
      const b = nextKey({ mintedBy: a.id });
      const c = nextKey({ mintedBy: a.id });
      const d = nextKey({ mintedBy: b.id });
      return given({ a, b, c, d, stranger: nextKey() });
    };
    const command = (key: ApiKey, cascade = false, by: ApiKey | null = null) => ({
      namespace: key.namespace,
      id: key.id,
      at: at(90_000),
      cascade,
      by: by?.id ?? null,
    });
    const revoked = (key: ApiKey, ms = 90_000): ApiKey => ({ ...key, revokedAt: at(ms) });

    test("revoking shows what lives below a key, and leaves it", async () => {
      const { store, keys } = await family();
      expect(await store.revoke(command(keys.a))).toEqual({
        ok: true,
        value: { key: revoked(keys.a), minted: [keys.d, keys.c, keys.b] },
      });
      expect(await store.find(keys.d.id)).toEqual(keys.d);
    });

    test("with cascade all of it goes along, and nothing else; what was revoked before keeps its instant", async () => {
      const { store, keys } = await family();
      await store.revoke({ ...command(keys.b), at: at(80_000) });
      expect(await store.revoke(command(keys.a, true))).toEqual({
        ok: true,
        value: { key: revoked(keys.a), minted: [revoked(keys.d), revoked(keys.c)] },
      });
      expect(await store.find(keys.b.id)).toEqual(revoked(keys.b, 80_000));
      expect(await store.find(keys.d.id)).toEqual(revoked(keys.d));
      expect(await store.find(keys.stranger.id)).toEqual(keys.stranger);
      expect(await store.listMinted(keys.a.id)).toEqual([]);
    });

    test("twice: the first instant stays, and what was left can still be taken along", async () => {
      const { store, keys } = await family();
      await store.revoke({ ...command(keys.a), at: at(80_000) });
      expect(await store.revoke(command(keys.a, true))).toMatchObject({
        value: { key: revoked(keys.a, 80_000), minted: [revoked(keys.d), revoked(keys.c), revoked(keys.b)] },
      });
    });

    test("a key of another namespace is not there", async () => {
      const { store, keys } = await family();
      expect(await store.revoke({ ...command(keys.a), namespace: "theirs" })).toEqual({
        ok: false,
        error: { type: "api_key_not_found" },
      });
      expect(await store.find(keys.a.id)).toEqual(keys.a);
    });

    test("a key that is revoked makes none and revokes none", async () => {
      const { store, keys } = await family();
      await store.revoke(command(keys.a));
      const refused = { ok: false, error: { type: "actor_revoked" } };
      const late = nextKey({ mintedBy: keys.a.id });
      expect(await store.create(late)).toEqual(refused);
      expect(await store.find(late.id)).toBeNull();
      expect(await store.revoke(command(keys.b, false, keys.a))).toEqual(refused);
      expect(await store.find(keys.b.id)).toEqual(keys.b);
    });

    test("whatever is minted while it is revoked with cascade is refused or goes along", async () => {
      const { store, keys } = await family();
      const late = Array.from({ length: 12 }, (_, n) => nextKey({ mintedBy: n % 2 === 0 ? keys.d.id : keys.a.id }));
      const outcomes = await Promise.all([
        ...late.slice(0, 6).map((key) => store.create(key)),
        store.revoke(command(keys.a, true)),
        ...late.slice(6).map((key) => store.create(key)),
      ]);
      expect(outcomes[6]?.ok).toBe(true);
      for (const key of late) expect((await store.find(key.id))?.revokedAt ?? at(90_000)).toBe(at(90_000));
    });

    test("the last root key stays, also from a cascade that would take it along", async () => {
      const first = nextKey({ root: true, scopes: ["admin"] });
      const second = nextKey({ root: true, scopes: ["admin"], mintedBy: first.id });
      const { store } = await given({ first, second, child: nextKey({ mintedBy: first.id, namespace: "acme" }) });
      const last = { ok: false, error: { type: "last_root_key" } };
      expect(await store.revoke(command(first, true))).toEqual(last);
      expect((await store.revoke(command(first, false, second))).ok).toBe(true);
      expect(await store.revoke(command(second))).toEqual(last);
      expect(await store.revoke(command(second))).toEqual(last);
      expect(await store.hasRoot()).toBe(true);
    });

    test("of two root keys that revoke each other at once, one stays", async () => {
      const first = nextKey({ root: true, scopes: ["admin"] });
      const second = nextKey({ root: true, scopes: ["admin"], mintedBy: first.id });
      const { store } = await given({ first, second });
      const outcomes = await Promise.all([
        store.revoke(command(first, false, second)),
        store.revoke(command(second, false, first)),
      ]);
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
      expect(await store.hasRoot()).toBe(true);
    });
  });
};
