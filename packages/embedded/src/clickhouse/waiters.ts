import { EngineUnavailable } from "../errors.ts";
import type { ClickHouseEndpoint } from "./engine.ts";

/** Callers that wait for the engine, each for its own time. */
export type Waiters = Readonly<{
  /** Rejects EngineUnavailable with `message` after `waitMs`. */
  wait: (waitMs: number, message: string) => Promise<ClickHouseEndpoint>;
  resolve: (endpoint: ClickHouseEndpoint) => void;
  reject: (error: Error) => void;
}>;

type Waiter = Readonly<{
  resolve: (endpoint: ClickHouseEndpoint) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}>;

export const createWaiters = (): Waiters => {
  const waiting = new Set<Waiter>();
  const leave = (waiter: Waiter): void => {
    clearTimeout(waiter.timer);
    waiting.delete(waiter);
  };
  const forEach = (act: (waiter: Waiter) => void): void => {
    for (const waiter of [...waiting]) {
      leave(waiter);
      act(waiter);
    }
  };
  return {
    wait: (waitMs, message) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          leave(waiter);
          reject(new EngineUnavailable(message));
        }, waitMs);
        const waiter: Waiter = { resolve, reject, timer };
        waiting.add(waiter);
      }),
    resolve: (endpoint) => forEach((waiter) => waiter.resolve(endpoint)),
    reject: (error) => forEach((waiter) => waiter.reject(error)),
  };
};
