/** Shares the event loop between long computations and everything else in the process. */
export type Turns = Readonly<{
  /** True when the computing of this round of the loop has used up its time: then `await next()`. */
  due: () => boolean;
  /** Resolves in a later round of the event loop, for one waiter a round. */
  next: () => Promise<void>;
}>;

/** The event loop, as whoever runs the process has it. */
export type Rounds = Readonly<{
  monotonicNow: () => number;
  /** Calls back when everything else that is due has had its turn. */
  inNextRound: (call: () => void) => void;
}>;

/**
 * All computations that share one `Turns` hold the loop no longer than one of them does, however many there are at once:
 * about `turnMs` a round.
 */
export const createTurns = (turnMs: number, { monotonicNow, inNextRound }: Rounds): Turns => {
  const waiters: (() => void)[] = [];
  let startedAt: number | null = null;

  const start = (): void => {
    startedAt = monotonicNow();
    inNextRound(end);
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
      if (startedAt !== null) return monotonicNow() - startedAt >= turnMs;
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
