import type { Namespace } from "../namespace.ts";
import type { NamespaceStore } from "../ports/control-store.ts";

export const listNamespaces =
  (deps: Readonly<{ namespaces: NamespaceStore }>) => async (): Promise<readonly Namespace[]> =>
    deps.namespaces.list();
