import type { Instant } from "@meter/primitives";
import { type ApiKey, type ApiKeyId, rootScopes, type Scope } from "./api-key.ts";

/** Who asks, and for which namespace. */
export type Principal = Readonly<{
  /** Null when authentication is off. */
  keyId: ApiKeyId | null;
  namespace: string;
  scopes: readonly Scope[];
  /** May act in every namespace, with every scope. */
  root: boolean;
  /** When it stops being valid; null: never. */
  expiresAt: Instant | null;
}>;

/** Whether the principal may do what the scope names. `admin` grants everything but the root scopes. */
export const hasScope = (principal: Principal, scope: Scope): boolean => {
  if (principal.root) return true;
  if (rootScopes.includes(scope)) return false;
  return principal.scopes.includes(scope) || principal.scopes.includes("admin");
};

/** What a key can do that the principal cannot: scopes it lacks, and a life that is longer than its own. */
export type Excess = Readonly<{ scopes: readonly Scope[]; outlives: boolean }>;

/** A key gives and takes only what it has: null when the principal has all that the key has. */
export const excessOver = (principal: Principal, key: Pick<ApiKey, "scopes" | "expiresAt">): Excess | null => {
  const scopes = key.scopes.filter((scope) => !hasScope(principal, scope));
  const outlives = principal.expiresAt !== null && (key.expiresAt === null || key.expiresAt > principal.expiresAt);
  return scopes.length > 0 || outlives ? { scopes, outlives } : null;
};
