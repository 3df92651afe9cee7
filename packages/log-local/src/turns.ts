/** Shares the event loop between the log's own long computations and everything else in the process. */
export type Turns = Readonly<{
  /** True when the computing of this round of the loop has used up its time: then `await next()`. */
  due: () => boolean;
  /** Resolves in a later round of the event loop, for one waiter a round. */
  next: () => Promise<void>;
}>;

/**
 * All computations of one log share one `Turns`, so that many of them at once hold the loop no longer than one does:
 * about `turnMs` a round.
 */
export const createTurns = (turnMs: number): Turns => {
  const waiters: (() => void)[] = [];
  let startedAt: number | null = null;

  const start = (): void => {
    startedAt = performance.now();
    setImmediate(end);
  };
  const end = (): void => {
    startedAt = null;
    const resume = waiters.shift();
    if (resume === undefined) return;
    start();
    resume();
  };

  return {
    due: () => {
      if (startedAt !== null) return performance.now() - startedAt >= turnMs;
      start();
      return false;
    },
    next: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
        if (startedAt === null) start();
      }),
  };
};
