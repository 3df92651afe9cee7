export type GateLimits = Readonly<{
  atOnceMax: number;
  /** Of one namespace: a slow reader holds up its own, not the others. */
  namespaceAtOnceMax: number;
  /** Of one namespace. */
  waitingMax: number;
  waitMsMax: number;
}>;

/** Large answers hold memory until their last byte is taken: some are made at once, others wait for a bounded time. */
export const gateLimits: GateLimits = { atOnceMax: 3, namespaceAtOnceMax: 2, waitingMax: 64, waitMsMax: 15_000 };

/** To be called once the answer is over, however it ended. Safe to call twice. */
export type Leave = () => void;

export type Gate = Readonly<{
  /** Null when there was no room in time, or the signal aborted. First come, first served, among those who may enter. */
  enter: (namespace: string, signal: AbortSignal) => Promise<Leave | null>;
  inside: () => number;
}>;

type Waiter = Readonly<{ namespace: string; resolve: (leave: Leave | null) => void }>;

export const createGate = (limits: GateLimits = gateLimits): Gate => {
  const waiters: Waiter[] = [];
  /** Namespaces of those inside. */
  const inside: string[] = [];

  const mayEnter = (namespace: string): boolean =>
    inside.length < limits.atOnceMax &&
    inside.filter((other) => other === namespace).length < limits.namespaceAtOnceMax;

  const admit = (namespace: string): Leave => {
    inside.push(namespace);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside.splice(inside.indexOf(namespace), 1);
      const next = waiters.find((waiter) => mayEnter(waiter.namespace));
      if (next === undefined) return;
      waiters.splice(waiters.indexOf(next), 1);
      next.resolve(admit(next.namespace));
    };
  };

  return {
    inside: () => inside.length,
    enter: (namespace, signal) => {
      if (signal.aborted) return Promise.resolve(null);
      if (mayEnter(namespace)) return Promise.resolve(admit(namespace));
      const waiting = waiters.filter((waiter) => waiter.namespace === namespace).length;
      if (waiting >= limits.waitingMax) return Promise.resolve(null);
      return new Promise((resolve) => {
        const waiter: Waiter = {
          namespace,
          resolve: (leave) => {
            clearTimeout(timer);
            signal.removeEventListener("abort", giveUp);
            resolve(leave);
          },
        };
        const giveUp = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1);
          waiter.resolve(null);
        };
        const timer = setTimeout(giveUp, limits.waitMsMax);
        signal.addEventListener("abort", giveUp, { once: true });
        waiters.push(waiter);
      });
    },
  };
};
