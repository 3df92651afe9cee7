import type { ApiKey } from "./api-key.ts";
import type { ApiKeyStore } from "./api-key-store.ts";
import type { Principal } from "./principal.ts";

/** Keys of the caller's namespace, revoked ones too, newest first. Root keys are shown to root keys only. */
export const listApiKeys =
  (deps: Readonly<{ apiKeys: ApiKeyStore }>) =>
  async (principal: Principal): Promise<readonly ApiKey[]> => {
    const keys = await deps.apiKeys.list(principal.namespace);
    return principal.root ? keys : keys.filter((key) => !key.root);
  };
