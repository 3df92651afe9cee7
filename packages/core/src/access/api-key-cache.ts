import type { ApiKey, ApiKeyId } from "./api-key.ts";
import type { ApiKeyStore } from "./api-key-store.ts";
import type { MonotonicNow } from "../shared/sources.ts";

/** How long another process may still accept a key that was revoked here. */
export const apiKeyCacheTtlMs = 2_000;
export const apiKeyCacheSizeMax = 10_000;

/** Keys that were found a moment ago, so that a request costs no query. Only found keys are kept. */
export type ApiKeyCache = Readonly<{
  find: (id: ApiKeyId) => Promise<ApiKey | null>;
  /** From now on `find` asks the store, also where a query is under way. */
  drop: (id: ApiKeyId) => void;
}>;

export const createApiKeyCache = (
  deps: Readonly<{ apiKeys: Pick<ApiKeyStore, "find">; monotonicNow: MonotonicNow }>,
): ApiKeyCache => {
  const entries = new Map<ApiKeyId, Readonly<{ key: ApiKey; until: number }>>();
  let drops = 0;
  return {
    find: async (id) => {
      const entry = entries.get(id);
      if (entry !== undefined && deps.monotonicNow() < entry.until) return entry.key;
      const dropsBefore = drops;
      const key = await deps.apiKeys.find(id);
      entries.delete(id);
      if (key === null || drops !== dropsBefore) return key; // it may have been read before the revocation
      const oldest = entries.keys().next();
      if (entries.size >= apiKeyCacheSizeMax && oldest.done !== true) entries.delete(oldest.value);
      entries.set(id, { key, until: deps.monotonicNow() + apiKeyCacheTtlMs });
      return key;
    },
    drop: (id) => {
      drops += 1;
      entries.delete(id);
    },
  };
};
