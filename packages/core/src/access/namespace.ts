import type { Instant } from "@meter/primitives";

/** A tenant: nothing of one can be read from another. */
export type Namespace = Readonly<{ key: string; name: string; createdAt: Instant }>;

export const defaultNamespaceKey = "default";

/** Lower-case words of letters and digits joined by single `-` or `_`, at most 64 characters. */
export const namespaceKeyPattern: RegExp = /^(?=.{1,64}$)[a-z0-9]+(?:[-_][a-z0-9]+)*$/;
