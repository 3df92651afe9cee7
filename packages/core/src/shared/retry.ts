import type { Logger, Timer } from "./clock.ts";

export const retryDelayMsMin = 50;
export const retryDelayMsMax = 5_000;

/** Thrown by work that was told to stop before it was done. What it did so far is found again by the next start. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** Rejects with Stopped when the signal has aborted. */
export const throwIfStopped = (signal: AbortSignal): void => {
  if (signal.aborted) throw new Stopped("stopped");
};

/** The wait before try number `attempt` (from 1): doubling, up to `retryDelayMsMax`. */
export const retryDelayMs = (attempt: number): number =>
  Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** Math.min(attempt - 1, 10));

/** Repeats work that is safe to repeat until it succeeds; only Stopped ends it early. */
export const persist = async <T>(
  deps: Readonly<{ timer: Timer; logger: Logger; obstacle?: Readonly<{ meet: (error: string) => void }> }>,
  what: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    throwIfStopped(signal);
    try {
      return await work();
    } catch (error) {
      if (error instanceof Stopped) throw error;
      deps.obstacle?.meet(`${what} failed: ${String(error)}`);
      deps.logger.warn({ what, attempt, error: String(error) }, `${what} failed, will be tried again`);
      await deps.timer.sleep(retryDelayMs(attempt), signal);
    }
  }
};
