/** Those who wait for the log to grow past an offset. */
export type Waiters = Readonly<{
  waitFor: (offset: number, signal: AbortSignal) => Promise<void>;
  /** To be called whenever `next` has risen. */
  wake: () => void;
}>;

export const createWaiters = (next: () => number): Waiters => {
  type Waiter = Readonly<{ offset: number; resolve: () => void }>;
  const waiting = new Set<Waiter>();

  return {
    waitFor: (offset, signal) =>
      new Promise((resolve) => {
        if (next() > offset || signal.aborted) return resolve();
        const leave = (): void => {
          waiting.delete(waiter);
          signal.removeEventListener("abort", leave);
          resolve();
        };
        const waiter: Waiter = { offset, resolve: leave };
        waiting.add(waiter);
        signal.addEventListener("abort", leave);
      }),
    wake: () => {
      for (const waiter of waiting) if (next() > waiter.offset) waiter.resolve();
    },
  };
};
