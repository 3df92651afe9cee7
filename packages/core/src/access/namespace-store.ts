import type { Result } from "@meter/primitives";
import type { Namespace } from "./namespace.ts";
import type { Conflict } from "../shared/conflict.ts";

export type NamespaceStore = Readonly<{
  create: (namespace: Namespace) => Promise<Result<Namespace, Conflict>>;
  list: () => Promise<readonly Namespace[]>;
  find: (key: string) => Promise<Namespace | null>;
}>;
