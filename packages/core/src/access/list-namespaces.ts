import type { Namespace } from "./namespace.ts";
import type { NamespaceStore } from "./namespace-store.ts";

export const listNamespaces =
  (deps: Readonly<{ namespaces: NamespaceStore }>) => async (): Promise<readonly Namespace[]> =>
    deps.namespaces.list();
