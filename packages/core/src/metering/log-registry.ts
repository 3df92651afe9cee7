import type { Instant, Ulid } from "@meter/primitives";

/** Which event logs this control plane knows. */
export type LogRegistry = Readonly<{
  list: () => Promise<readonly Ulid[]>;
  register: (id: Ulid, at: Instant) => Promise<void>;
}>;
