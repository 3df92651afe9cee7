import { err, type Instant, type Result } from "@meter/primitives";
import type { ApiKeyId } from "./api-key.ts";
import type { Clock } from "../shared/clock.ts";
import type { ApiKeyStore, Revocation, RevocationRefused } from "./api-key-store.ts";
import type { ApiKeyCache } from "./api-key-cache.ts";
import type { AuthenticateError } from "./authenticate.ts";
import { type Excess, excessOver, type Principal } from "./principal.ts";

export type RevokeApiKeyError =
  | Exclude<RevocationRefused, { type: "actor_revoked" }>
  /** The caller was revoked meanwhile. */
  | Extract<AuthenticateError, { type: "unauthenticated" }>
  /** Nobody takes what they do not have. */
  | Readonly<{ type: "api_key_not_revocable"; excess: Excess; expiresAt: Instant | null }>;

/**
 * Refused by this process from the moment this resolves, by others within `apiKeyCacheTtlMs`; with `cascade` so is all that
 * it minted. Revoking twice is the same as once. What a key minted can do no more than itself, so whoever may revoke it
 * may take that along. Only a root key revokes a root key, and the last one stays.
 */
export const revokeApiKey =
  (
    deps: Readonly<{
      apiKeys: Pick<ApiKeyStore, "find" | "listMinted" | "revoke">;
      cache: Pick<ApiKeyCache, "drop">;
      clock: Clock;
    }>,
  ) =>
  async (
    principal: Principal,
    { id, cascade }: Readonly<{ id: string; cascade: boolean }>,
  ): Promise<Result<Revocation, RevokeApiKeyError>> => {
    const keyId = id as ApiKeyId; // only looked up: an id that is none finds nothing
    const key = await deps.apiKeys.find(keyId);
    if (key === null || key.namespace !== principal.namespace || (key.root && !principal.root))
      return err({ type: "api_key_not_found" });
    const excess = excessOver(principal, key);
    if (excess !== null) return err({ type: "api_key_not_revocable", excess, expiresAt: principal.expiresAt });

    const taken = [keyId, ...(cascade ? (await deps.apiKeys.listMinted(keyId)).map((minted) => minted.id) : [])];
    try {
      const revoked = await deps.apiKeys.revoke({
        namespace: key.namespace,
        id: keyId,
        at: deps.clock.now(),
        cascade,
        by: principal.keyId,
      });
      if (revoked.ok) {
        if (cascade) taken.push(...revoked.value.minted.map((minted) => minted.id));
        return revoked;
      }
      const { error } = revoked;
      return err(error.type === "actor_revoked" ? { type: "unauthenticated", presented: true } : error);
    } finally {
      // Also when the store failed: it may have done it all the same.
      for (const dropped of new Set(taken)) deps.cache.drop(dropped);
    }
  };
