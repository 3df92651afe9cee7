import { err, type Instant, ok, type Result } from "@meter/primitives";
import { type ApiKey, type ApiKeyId, rootScopes, type Scope } from "../api-key.ts";
import type { Clock } from "../ports/clock.ts";
import type { ApiKeyStore, NamespaceStore } from "../ports/control-store.ts";
import { createSecret, formatApiKeyToken, hashSecret } from "./api-key-token.ts";
import { checkText } from "./check-text.ts";
import { fault, type InvalidInput, invalidInput } from "./invalid-input.ts";
import { hasScope, type Principal } from "./principal.ts";
import type { Crypto, IdSource } from "./sources.ts";

export type CreateApiKeyError =
  | InvalidInput
  /** Nobody gives what they do not have, and root scopes are given to no key. */
  | Readonly<{ type: "scope_not_grantable"; scopes: readonly Scope[] }>
  | Readonly<{ type: "namespace_forbidden" }>
  | Readonly<{ type: "namespace_not_found"; namespace: string }>;

/** `namespace` null: the caller's. The token is answered here and never again. */
export const createApiKey =
  (deps: Readonly<{ apiKeys: ApiKeyStore; namespaces: NamespaceStore; clock: Clock; ids: IdSource; crypto: Crypto }>) =>
  async (
    principal: Principal,
    input: Readonly<{ name: string; scopes: readonly Scope[]; expiresAt: Instant | null; namespace: string | null }>,
  ): Promise<Result<Readonly<{ key: ApiKey; token: string }>, CreateApiKeyError>> => {
    const now = deps.clock.now();
    const faults = [
      ...checkText("name", input.name, { min: 1, max: 256 }),
      ...(input.scopes.length === 0 ? [fault("scopes", "required", "a key needs at least one scope")] : []),
      ...(input.expiresAt !== null && input.expiresAt <= now
        ? [fault("expiresAt", "not_in_future", "expiresAt must lie in the future")]
        : []),
    ];
    if (faults.length > 0) return invalidInput(...faults);

    const refused = input.scopes.filter((scope) => rootScopes.includes(scope) || !hasScope(principal, scope));
    if (refused.length > 0) return err({ type: "scope_not_grantable", scopes: refused });

    const namespace = input.namespace ?? principal.namespace;
    if (namespace !== principal.namespace) {
      if (!principal.root) return err({ type: "namespace_forbidden" });
      if ((await deps.namespaces.find(namespace)) === null) return err({ type: "namespace_not_found", namespace });
    }

    const id = deps.ids.ulid() as ApiKeyId; // a new ULID becomes a key's id here
    const secret = createSecret(deps.crypto);
    const key: ApiKey = {
      id,
      namespace,
      name: input.name,
      scopes: [...new Set(input.scopes)],
      root: false,
      secretHash: hashSecret(deps.crypto, secret),
      createdAt: now,
      expiresAt: input.expiresAt,
      revokedAt: null,
    };
    await deps.apiKeys.create(key);
    return ok({ key, token: formatApiKeyToken({ id, secret }) });
  };
