import type { FieldFault } from "@meter/catalog";
import { err, type Instant, ok, type Result } from "@meter/primitives";
import { type ApiKey, type ApiKeyId, rootScopes, type Scope, scopes as allScopes } from "./api-key.ts";
import { defaultNamespaceKey } from "./namespace.ts";
import type { Clock } from "../shared/clock.ts";
import type { ApiKeyStore } from "./api-key-store.ts";
import type { NamespaceStore } from "./namespace-store.ts";
import { createSecret, formatApiKeyToken, hashSecret } from "./api-key-token.ts";
import type { AuthenticateError } from "./authenticate.ts";
import { checkText } from "../shared/check-text.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { excessOver, type Principal } from "./principal.ts";
import type { Crypto, IdSource } from "../shared/sources.ts";

export type CreateApiKeyError =
  | InvalidInput
  /** The creator was revoked meanwhile. */
  | Extract<AuthenticateError, { type: "unauthenticated" }>
  /** Nobody gives what they do not have, and root scopes are given to no key but another root key. */
  | Readonly<{ type: "scope_not_grantable"; scopes: readonly Scope[] }>
  /** No key outlives the one that made it. */
  | Readonly<{ type: "expiry_not_grantable"; expiresAt: Instant }>
  | Readonly<{ type: "namespace_forbidden" }>
  | Readonly<{ type: "namespace_not_found"; namespace: string }>;

export type CreateApiKeyInput = Readonly<{
  name: string;
  scopes: readonly Scope[];
  /** Another root key: every scope, every namespace, no end. Only a root key makes one. */
  root: boolean;
  /** Null: when its creator expires. */
  expiresAt: Instant | null;
  /** Null: the caller's. */
  namespace: string | null;
}>;

/** The token is answered here and never again. */
export const createApiKey =
  (deps: Readonly<{ apiKeys: ApiKeyStore; namespaces: NamespaceStore; clock: Clock; ids: IdSource; crypto: Crypto }>) =>
  async (
    principal: Principal,
    input: CreateApiKeyInput,
  ): Promise<Result<Readonly<{ key: ApiKey; token: string }>, CreateApiKeyError>> => {
    const now = deps.clock.now();
    const faults = [
      ...checkText("name", input.name, { min: 1, max: 256 }),
      ...(input.root ? checkRoot(input) : []),
      ...(input.scopes.length === 0 && !input.root
        ? [fault("scopes", "required", "a key needs at least one scope")]
        : []),
      ...(input.expiresAt !== null && input.expiresAt <= now
        ? [fault("expiresAt", "not_in_future", "expiresAt must lie in the future")]
        : []),
    ];
    if (faults.length > 0) return invalidInput(...faults);

    const mayMakeRoot = principal.root && principal.keyId !== null;
    const forbidden = input.root ? (mayMakeRoot ? [] : rootScopes) : input.scopes.filter(isRootScope);
    if (forbidden.length > 0) return err({ type: "scope_not_grantable", scopes: forbidden });
    const scopes = input.root ? allScopes : [...new Set(input.scopes)];
    const expiresAt = input.expiresAt ?? principal.expiresAt;
    const excess = excessOver(principal, { scopes, expiresAt });
    if (excess !== null && excess.scopes.length > 0) return err({ type: "scope_not_grantable", scopes: excess.scopes });
    if (excess !== null && principal.expiresAt !== null)
      return err({ type: "expiry_not_grantable", expiresAt: principal.expiresAt });

    const namespace = input.root ? defaultNamespaceKey : (input.namespace ?? principal.namespace);
    if (namespace !== principal.namespace && !input.root) {
      if (!principal.root) return err({ type: "namespace_forbidden" });
      if ((await deps.namespaces.find(namespace)) === null) return err({ type: "namespace_not_found", namespace });
    }

    const id = deps.ids.ulid() as ApiKeyId; // a new ULID becomes a key's id here
    const secret = createSecret(deps.crypto);
    const created = await deps.apiKeys.create({
      id,
      namespace,
      name: input.name,
      scopes,
      root: input.root,
      mintedBy: principal.keyId,
      secretHash: hashSecret(deps.crypto, secret),
      createdAt: now,
      expiresAt,
      revokedAt: null,
    });
    if (!created.ok) return err({ type: "unauthenticated", presented: true });
    return ok({ key: created.value, token: formatApiKeyToken({ id, secret }) });
  };

const isRootScope = (scope: Scope): boolean => rootScopes.includes(scope);

/** A root key has everything, so that whatever limits one would be ignored. */
const checkRoot = (input: CreateApiKeyInput): readonly FieldFault[] => [
  ...(input.scopes.length > 0 ? [fault("scopes", "not_for_root", "a root key has every scope: leave scopes out")] : []),
  ...(input.namespace === null
    ? []
    : [fault("namespace", "not_for_root", "a root key acts in every namespace: leave namespace out")]),
  ...(input.expiresAt === null
    ? []
    : [fault("expiresAt", "not_for_root", "a root key does not expire: leave expiresAt out, and revoke it")]),
];
