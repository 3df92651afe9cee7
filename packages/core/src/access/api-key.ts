import type { Instant, Ulid } from "@meter/primitives";

export type ApiKeyId = Ulid & { readonly __apiKey: "ApiKeyId" };

/** What a key may do: a resource and a verb. `admin` is all of them within its namespace. */
export const scopes = [
  "events:read",
  "events:write",
  "meters:read",
  "meters:write",
  "customers:read",
  "customers:write",
  "subjects:read",
  "subjects:write",
  "features:read",
  "features:write",
  "plans:read",
  "plans:write",
  "subscriptions:read",
  "subscriptions:write",
  "billing:read",
  "billing:write",
  "api-keys:read",
  "api-keys:write",
  "namespaces:read",
  "namespaces:write",
  "clock:write",
  "admin",
] as const;
export type Scope = (typeof scopes)[number];

/**
 * Scopes that act beyond one namespace: only the root key has them, and no other key can be given them.
 */
export const rootScopes: readonly Scope[] = ["namespaces:read", "namespaces:write", "clock:write"];

/** A key as it is stored: never its secret, only the SHA-256 of it (the secret has 256 random bits, so a fast hash is enough). */
export type ApiKey = Readonly<{
  id: ApiKeyId;
  namespace: string;
  name: string;
  scopes: readonly Scope[];
  /** May act in every namespace, with every scope. The first key of an installation is one; it makes others. */
  root: boolean;
  /** The key that made it; null for the first one, and for what was made while authentication was off. */
  mintedBy: ApiKeyId | null;
  secretHash: Uint8Array;
  createdAt: Instant;
  expiresAt: Instant | null;
  revokedAt: Instant | null;
}>;
