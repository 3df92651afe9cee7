export type GateLimits = Readonly<{ atOnceMax: number; waitingMax: number; waitMsMax: number }>;

/** Large answers hold memory until their last byte is taken: some are made at once, others wait for a bounded time. */
export const gateLimits: GateLimits = { atOnceMax: 2, waitingMax: 64, waitMsMax: 15_000 };

/** To be called once the answer is over, however it ended. Safe to call twice. */
export type Leave = () => void;

export type Gate = Readonly<{
  /** Null when there was no room in time, or the signal aborted. First come, first served. */
  enter: (signal: AbortSignal) => Promise<Leave | null>;
  inside: () => number;
}>;

export const createGate = (limits: GateLimits = gateLimits): Gate => {
  const waiters: ((leave: Leave | null) => void)[] = [];
  let inside = 0;

  const admit = (): Leave => {
    inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside -= 1;
      waiters.shift()?.(admit());
    };
  };

  return {
    inside: () => inside,
    enter: (signal) => {
      if (signal.aborted) return Promise.resolve(null);
      if (inside < limits.atOnceMax) return Promise.resolve(admit());
      if (waiters.length >= limits.waitingMax) return Promise.resolve(null);
      return new Promise((resolve) => {
        const waiter = (leave: Leave | null): void => {
          clearTimeout(timer);
          signal.removeEventListener("abort", giveUp);
          resolve(leave);
        };
        const giveUp = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1);
          waiter(null);
        };
        const timer = setTimeout(giveUp, limits.waitMsMax);
        signal.addEventListener("abort", giveUp, { once: true });
        waiters.push(waiter);
      });
    },
  };
};
