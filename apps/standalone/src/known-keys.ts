import type { ApiKey, ApiKeyCache, ApiKeyId } from "@meter/core";

/** How long a request waits for the database before a key that was seen before is taken as it was. */
export const keyWaitMs = 1_000;
const keysMax = 10_000;

/**
 * Keeps keys that were found, for the time in which the database does not answer: events are acknowledged without it.
 * A key that this process revokes is dropped, and no other process changes the keys of a standalone Meter; whether a key
 * has expired is looked at each time. A key that was never seen needs the database.
 */
export const keepKnownKeys = (cache: ApiKeyCache): ApiKeyCache => {
  const known = new Map<ApiKeyId, ApiKey>();
  let drops = 0;

  const ask = async (id: ApiKeyId): Promise<ApiKey | null> => {
    const dropsBefore = drops;
    const key = await cache.find(id);
    if (drops !== dropsBefore) return key; // it may have been read before a revocation
    known.delete(id);
    const oldest = known.keys().next();
    if (known.size >= keysMax && oldest.done !== true) known.delete(oldest.value);
    if (key !== null) known.set(id, key);
    return key;
  };

  return {
    find: async (id) => {
      if (!known.has(id)) return await ask(id);
      const answer = await inTime(ask(id));
      return answer === "none" ? (known.get(id) ?? null) : answer; // null: dropped meanwhile
    },
    drop: (id) => {
      drops += 1;
      known.delete(id);
      cache.drop(id);
    },
  };
};

/** "none" when the database refuses or takes too long. */
const inTime = async (asked: Promise<ApiKey | null>): Promise<ApiKey | null | "none"> => {
  const waited = Promise.withResolvers<"none">();
  const timer = setTimeout(() => waited.resolve("none"), keyWaitMs);
  try {
    return await Promise.race([asked.catch(() => "none" as const), waited.promise]);
  } finally {
    clearTimeout(timer);
  }
};
