import type { ApiKeyCache } from "./api-key-cache.ts";
import type { ApiKeyStore } from "./api-key-store.ts";
import type { NamespaceStore } from "./namespace-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { Crypto, IdSource } from "../shared/sources.ts";
import { createApiKey } from "./create-api-key.ts";
import { createNamespace } from "./create-namespace.ts";
import { listApiKeys } from "./list-api-keys.ts";
import { listNamespaces } from "./list-namespaces.ts";
import { revokeApiKey } from "./revoke-api-key.ts";

export type AccessDeps = Readonly<{
  namespaces: NamespaceStore;
  apiKeys: ApiKeyStore;
  /** The cache that `authenticate` reads, so that a revoked key is refused at once. */
  apiKeyCache: ApiKeyCache;
  /** Keys and namespaces are there before the product's clock is set. */
  systemClock: Clock;
  ids: IdSource;
  crypto: Crypto;
}>;

/** Each verb with its parts in place. */
export type AccessUseCases = Readonly<{
  createNamespace: ReturnType<typeof createNamespace>;
  listNamespaces: ReturnType<typeof listNamespaces>;
  createApiKey: ReturnType<typeof createApiKey>;
  listApiKeys: ReturnType<typeof listApiKeys>;
  revokeApiKey: ReturnType<typeof revokeApiKey>;
}>;

export const createAccessUseCases = (deps: AccessDeps): AccessUseCases => ({
  createNamespace: createNamespace({ ...deps, clock: deps.systemClock }),
  listNamespaces: listNamespaces(deps),
  createApiKey: createApiKey({ ...deps, clock: deps.systemClock }),
  listApiKeys: listApiKeys(deps),
  revokeApiKey: revokeApiKey({ ...deps, clock: deps.systemClock, cache: deps.apiKeyCache }),
});
