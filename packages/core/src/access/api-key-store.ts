import type { Instant, Result } from "@meter/primitives";
import type { ApiKey, ApiKeyId } from "./api-key.ts";

/** The key that asked for a change was itself revoked meanwhile. */
export type ActorRevoked = Readonly<{ type: "actor_revoked" }>;

export type RevokeApiKeyCommand = Readonly<{
  namespace: string;
  id: ApiKeyId;
  at: Instant;
  /** Also what it minted, and what that minted, and so on. */
  cascade: boolean;
  /** The key that asks; null when authentication is off. */
  by: ApiKeyId | null;
}>;

/** The key after the call, and every key below it that was not revoked before the call, newest first. */
export type Revocation = Readonly<{ key: ApiKey; minted: readonly ApiKey[] }>;

export type RevocationRefused =
  | ActorRevoked
  | Readonly<{ type: "api_key_not_found" }>
  /** No root key would be left. */
  | Readonly<{ type: "last_root_key" }>;

/** Creations and revocations happen one after another, so that none is decided by a tree of keys that another changes. */
export type ApiKeyStore = Readonly<{
  /** Refused when the key that mints it is revoked by now. A second live root key that nobody minted rejects. */
  create: (key: ApiKey) => Promise<Result<ApiKey, ActorRevoked>>;
  /** Live and revoked, newest first. */
  list: (namespace: string) => Promise<readonly ApiKey[]>;
  find: (id: ApiKeyId) => Promise<ApiKey | null>;
  /** Every key below this one that is not revoked, newest first. */
  listMinted: (id: ApiKeyId) => Promise<readonly ApiKey[]>;
  /** All of it or nothing. Revoking twice keeps the first instant. */
  revoke: (command: RevokeApiKeyCommand) => Promise<Result<Revocation, RevocationRefused>>;
  hasRoot: () => Promise<boolean>;
}>;
