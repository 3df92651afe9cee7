import type { BillingStore } from "./billing-store.ts";
import type { Clock, Logger, Timer } from "../shared/clock.ts";
import type { Wakes } from "./wakes.ts";
import { persist, Stopped } from "../shared/retry.ts";
import type { Scheduler } from "./run-due.ts";

export type KeepBillingDeps = Readonly<{
  scheduler: Scheduler;
  billing: Pick<BillingStore, "nextDueAt">;
  wakes: Wakes;
  clock: Clock;
  timer: Timer;
  logger: Logger;
}>;

export type KeptBilling = Readonly<{
  /** Bills what is due, now, when the next of it is due, and at every wake, until `stop`. */
  start: () => void;
  /** Ends after the piece that is under way. */
  stop: () => Promise<void>;
  /** False after a pass that failed as a whole, until one has not. */
  healthy: () => boolean;
}>;

/** What is due is looked for at least this often, whatever wakes do, and not more often than the other. */
const lookEveryMs = 60_000;
const lookAfterMs = 250;

/**
 * Billing as time passes by itself. Wakes are a shortcut: without them it looks by itself. What became due while nobody listened
 * yet has sent none, so it is looked for as soon as somebody does.
 */
export const keepBilling = ({ scheduler, billing, wakes, clock, timer, logger }: KeepBillingDeps): KeptBilling => {
  const stopping = new AbortController();
  const { signal } = stopping;
  let healthy = true;

  const bill = async (): Promise<void> => {
    try {
      await scheduler.runDue(clock.now());
      healthy = true;
    } catch (error) {
      healthy = false;
      logger.warn({ error: String(error) }, "billing what is due failed, will be tried again");
    }
  };

  /** Until the next of it is due. Without an answer of the store: as long as can be. */
  const restMs = async (): Promise<number> => {
    const next = await billing.nextDueAt().catch(() => null);
    return next === null ? lookEveryMs : Math.min(lookEveryMs, Math.max(lookAfterMs, next - clock.now()));
  };

  const look = async (): Promise<void> => {
    while (!signal.aborted) {
      await bill();
      await timer.sleep(await restMs(), signal);
    }
  };

  const listen = (): Promise<void> =>
    persist({ timer, logger }, "listening for wakes of billing", signal, () => wakes.listen(bill)).then(
      bill,
      (error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
      },
    );

  let running: Promise<unknown> = Promise.resolve();
  return {
    start: () => {
      running = Promise.all([look(), listen()]);
    },
    stop: async () => {
      stopping.abort();
      await scheduler.stop();
      await running;
      await wakes.stop();
    },
    healthy: () => healthy,
  };
};
