import type { ApiKey, ApiKeyId, ApiKeyStore, Namespace, NamespaceStore } from "@meter/core";
import { assert, err, type Instant, ok } from "@meter/primitives";

export const createMemoryNamespaces = (): NamespaceStore => {
  const namespaces = new Map<string, Namespace>();
  return {
    create: async (namespace) => {
      if (namespaces.has(namespace.key))
        return err({ type: "conflict", message: `a namespace ${namespace.key} exists`, conflictingId: namespace.key });
      namespaces.set(namespace.key, namespace);
      return ok(namespace);
    },
    list: async () => [...namespaces.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    find: async (key) => namespaces.get(key) ?? null,
  };
};

export const createMemoryApiKeys = (): ApiKeyStore => {
  const keys = new Map<ApiKeyId, ApiKey>();
  const isLive = (key: ApiKey): boolean => key.revokedAt === null;
  const isRevoked = (id: ApiKeyId | null): boolean => id !== null && keys.get(id)?.revokedAt !== null;
  const newestFirst = (found: readonly ApiKey[]): readonly ApiKey[] =>
    found.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  const below = (id: ApiKeyId): readonly ApiKey[] =>
    [...keys.values()].filter((key) => key.mintedBy === id).flatMap((key) => [key, ...below(key.id)]);
  const take = (id: ApiKeyId, at: Instant): void => {
    const key = keys.get(id);
    if (key !== undefined && isLive(key)) keys.set(id, { ...key, revokedAt: at });
  };
  return {
    create: async (key) => {
      if (isRevoked(key.mintedBy)) return err({ type: "actor_revoked" });
      keys.set(key.id, key);
      return ok(key);
    },
    list: async (namespace) => newestFirst([...keys.values()].filter((key) => key.namespace === namespace)),
    find: async (id) => keys.get(id) ?? null,
    listMinted: async (id) => newestFirst(below(id).filter(isLive)),
    revoke: async ({ namespace, id, at, cascade, by }) => {
      if (isRevoked(by)) return err({ type: "actor_revoked" });
      if (keys.get(id)?.namespace !== namespace) return err({ type: "api_key_not_found" });
      const minted = newestFirst(below(id).filter(isLive)).map((key) => key.id);
      const taken = [id, ...(cascade ? minted : [])];
      const roots = [...keys.values()].filter((key) => key.root && isLive(key));
      if (roots.length > 0 && roots.every((key) => taken.includes(key.id))) return err({ type: "last_root_key" });
      for (const one of taken) take(one, at);
      const after = (one: ApiKeyId): ApiKey => {
        const key = keys.get(one);
        assert(key !== undefined, "a key is never removed");
        return key;
      };
      return ok({ key: after(id), minted: minted.map(after) });
    },
    hasRoot: async () => [...keys.values()].some((key) => key.root && isLive(key)),
  };
};
