/** Something to wait for that is told when it may have changed: waiters look again, so a call too many does no harm. */
export type Wake = Readonly<{
  notify: () => void;
  /** Resolves at the next `notify` after this call, or when the signal aborts. */
  wait: (signal?: AbortSignal) => Promise<void>;
}>;

export const createWake = (): Wake => {
  let waiters: (() => void)[] = [];
  return {
    notify: () => {
      const woken = waiters;
      waiters = [];
      for (const wake of woken) wake();
    },
    wait: (signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const done = (): void => {
          signal?.removeEventListener("abort", done);
          resolve();
        };
        signal?.addEventListener("abort", done, { once: true });
        waiters.push(done);
      }),
  };
};
