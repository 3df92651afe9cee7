import type { ApiKey, ApiKeyId, ApiKeyStore, Namespace, NamespaceStore } from "@meter/core";
import { err, ok } from "@meter/primitives";

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
  return {
    create: async (key) => {
      keys.set(key.id, key);
    },
    list: async (namespace) =>
      [...keys.values()]
        .filter((key) => key.namespace === namespace)
        .toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1)),
    find: async (id) => keys.get(id) ?? null,
    revoke: async (namespace, id, at) => {
      const key = keys.get(id);
      if (key === undefined || key.namespace !== namespace) return null;
      const revoked = key.revokedAt === null ? { ...key, revokedAt: at } : key;
      keys.set(id, revoked);
      return revoked;
    },
    hasRoot: async () => [...keys.values()].some((key) => key.root && key.revokedAt === null),
  };
};
