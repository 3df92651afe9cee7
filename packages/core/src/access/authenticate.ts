import { err, ok, type Result } from "@meter/primitives";
import { type ApiKey, scopes } from "./api-key.ts";
import { defaultNamespaceKey, namespaceKeyPattern } from "./namespace.ts";
import type { Clock } from "../shared/clock.ts";
import type { NamespaceStore } from "./namespace-store.ts";
import type { ApiKeyCache } from "./api-key-cache.ts";
import { equalHashes, hashSecret, parseApiKeyToken } from "./api-key-token.ts";
import type { Principal } from "./principal.ts";
import type { Crypto } from "../shared/sources.ts";

export type AuthenticateDeps = Readonly<{
  apiKeys: Pick<ApiKeyCache, "find">;
  namespaces: Pick<NamespaceStore, "find">;
  clock: Clock;
  crypto: Pick<Crypto, "sha256">;
  /** `off`: everybody is root. For a loopback address only. */
  auth: "on" | "off";
}>;

export type AuthenticateError =
  /** No key, or not a valid one: unknown, wrong, expired and revoked are one answer. */
  | Readonly<{ type: "unauthenticated"; presented: boolean }>
  /** The key acts in its own namespace only. Says nothing about whether the other one exists. */
  | Readonly<{ type: "namespace_forbidden" }>
  | Readonly<{ type: "namespace_not_found"; namespace: string }>;

export type Authenticate = (
  headers: Readonly<{ authorization: string | null; namespace: string | null }>,
) => Promise<Result<Principal, AuthenticateError>>;

/** Namespaces are never removed, so that one seen once is known; bounded all the same. */
const knownNamespacesMax = 10_000;

/**
 * Who asks: from `Authorization: Bearer <token>`. A root key (and anybody when authentication is off) chooses the
 * namespace by `Meter-Namespace`, `default` without it. An unknown id costs the same work as a wrong secret.
 */
export const authenticate = (deps: AuthenticateDeps): Authenticate => {
  const known = new Set<string>([defaultNamespaceKey]);

  const choose = async (named: string | null): Promise<Result<string, AuthenticateError>> => {
    const namespace = named ?? defaultNamespaceKey;
    if (known.has(namespace)) return ok(namespace);
    const found = namespaceKeyPattern.test(namespace) ? await deps.namespaces.find(namespace) : null;
    if (found === null) return err({ type: "namespace_not_found", namespace });
    if (known.size < knownNamespacesMax) known.add(namespace);
    return ok(namespace);
  };

  const asRoot = async (
    keyId: Principal["keyId"],
    named: string | null,
  ): Promise<Result<Principal, AuthenticateError>> => {
    const namespace = await choose(named);
    return namespace.ok ? ok({ keyId, namespace: namespace.value, scopes, root: true, expiresAt: null }) : namespace;
  };

  return async (headers) => {
    if (deps.auth === "off") return asRoot(null, headers.namespace);
    const token = parseBearer(headers.authorization);
    if (token === null) return err({ type: "unauthenticated", presented: false });
    const parsed = parseApiKeyToken(token);
    if (parsed === null) return err({ type: "unauthenticated", presented: true });

    const key = await deps.apiKeys.find(parsed.id);
    const matches = equalHashes(hashSecret(deps.crypto, parsed.secret), key?.secretHash ?? noHash);
    if (key === null || !matches || !isLive(key, deps.clock)) return err({ type: "unauthenticated", presented: true });

    if (key.root) return asRoot(key.id, headers.namespace);
    if (headers.namespace !== null && headers.namespace !== key.namespace) return err({ type: "namespace_forbidden" });
    return ok({
      keyId: key.id,
      namespace: key.namespace,
      scopes: key.scopes,
      root: false,
      expiresAt: key.expiresAt,
    });
  };
};

const noHash = new Uint8Array(32);

const parseBearer = (authorization: string | null): string | null =>
  /^bearer +([^\s]+) *$/i.exec(authorization ?? "")?.[1] ?? null;

const isLive = (key: ApiKey, clock: Clock): boolean =>
  key.revokedAt === null && (key.expiresAt === null || clock.now() < key.expiresAt);
