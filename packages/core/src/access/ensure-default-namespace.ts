import type { Clock } from "../shared/clock.ts";
import type { NamespaceStore } from "./namespace-store.ts";
import { defaultNamespaceKey } from "./namespace.ts";

/** Creates the namespace that requests act in when they name none. Safe to repeat, also from several processes at once. */
export const ensureDefaultNamespace =
  (deps: Readonly<{ namespaces: NamespaceStore; clock: Clock }>) => async (): Promise<void> => {
    if ((await deps.namespaces.find(defaultNamespaceKey)) !== null) return;
    await deps.namespaces.create({ key: defaultNamespaceKey, name: "Default", createdAt: deps.clock.now() });
  };
