import { err, ok, type Result } from "@meter/primitives";
import type { ApiKey, ApiKeyId } from "../api-key.ts";
import type { Clock } from "../ports/clock.ts";
import type { ApiKeyStore } from "../ports/control-store.ts";
import type { ApiKeyCache } from "./api-key-cache.ts";
import type { Principal } from "./principal.ts";

export type ApiKeyNotFound = Readonly<{ type: "api_key_not_found" }>;

/**
 * Refused by this process from the moment this resolves, by others within `apiKeyCacheTtlMs`. Revoking twice is the same as
 * once. Only a root key revokes a root key; when no live one is left, the next start makes another.
 */
export const revokeApiKey =
  (deps: Readonly<{ apiKeys: ApiKeyStore; cache: Pick<ApiKeyCache, "drop">; clock: Clock }>) =>
  async (principal: Principal, id: string): Promise<Result<ApiKey, ApiKeyNotFound>> => {
    const keyId = id as ApiKeyId; // only looked up: an id that is none finds nothing
    const key = await deps.apiKeys.find(keyId);
    if (key === null || key.namespace !== principal.namespace || (key.root && !principal.root))
      return err({ type: "api_key_not_found" });
    const revoked = await deps.apiKeys.revoke(principal.namespace, keyId, deps.clock.now());
    deps.cache.drop(keyId);
    return revoked === null ? err({ type: "api_key_not_found" }) : ok(revoked);
  };
