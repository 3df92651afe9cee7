import { assert } from "@meter/primitives";
import { type ApiKey, type ApiKeyId, scopes } from "./api-key.ts";
import { defaultNamespaceKey } from "./namespace.ts";
import type { Clock } from "../shared/clock.ts";
import type { ApiKeyStore } from "./api-key-store.ts";
import { createSecret, formatApiKeyToken, hashSecret } from "./api-key-token.ts";
import type { Crypto, IdSource } from "../shared/sources.ts";

/**
 * The first key of an installation. `keep` puts the token where its owner will find it, before the key is stored, so that
 * a crash in between loses nothing. Answers the token when the key was created now, and null when there was one.
 */
export const ensureRootKey =
  (deps: Readonly<{ apiKeys: ApiKeyStore; clock: Clock; ids: IdSource; crypto: Crypto }>) =>
  async (keep: (token: string) => Promise<void>): Promise<Readonly<{ key: ApiKey; token: string }> | null> => {
    if (await deps.apiKeys.hasRoot()) return null;
    const id = deps.ids.ulid() as ApiKeyId; // a new ULID becomes a key's id here
    const secret = createSecret(deps.crypto);
    const key: ApiKey = {
      id,
      namespace: defaultNamespaceKey,
      name: "Root key",
      scopes,
      root: true,
      mintedBy: null,
      secretHash: hashSecret(deps.crypto, secret),
      createdAt: deps.clock.now(),
      expiresAt: null,
      revokedAt: null,
    };
    const token = formatApiKeyToken({ id, secret });
    await keep(token);
    const created = await deps.apiKeys.create(key);
    assert(created.ok, "a key that nobody minted has no minter that could be revoked");
    return { key, token };
  };
