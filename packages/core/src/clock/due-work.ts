import type { Instant } from "@meter/primitives";

/** Work of one customer that was due and failed. It stays due until it succeeds. */
export type ParkedWork = Readonly<{ customerId: string; dueAt: Instant; reason: string }>;

/** What the passing of time sets off. */
export type DueWork = Readonly<{
  /**
   * Does everything that is due at or before `until`, in the order of its due instants, each piece with its own due
   * instant as now. Resolves when nothing of it is left but what is parked. Safe to repeat: what is done stays done, what
   * was broken off goes on, what is parked is tried again.
   */
  runUntil: (until: Instant) => Promise<Readonly<{ parked: readonly ParkedWork[] }>>;
}>;
