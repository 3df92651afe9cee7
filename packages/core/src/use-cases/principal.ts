import { type ApiKeyId, rootScopes, type Scope } from "../api-key.ts";

/** Who asks, and for which namespace. */
export type Principal = Readonly<{
  /** Null when authentication is off. */
  keyId: ApiKeyId | null;
  namespace: string;
  scopes: readonly Scope[];
  /** May act in every namespace, with every scope. */
  root: boolean;
}>;

/** Whether the principal may do what the scope names. `admin` grants everything but the root scopes. */
export const hasScope = (principal: Principal, scope: Scope): boolean => {
  if (principal.root) return true;
  if (rootScopes.includes(scope)) return false;
  return principal.scopes.includes(scope) || principal.scopes.includes("admin");
};
