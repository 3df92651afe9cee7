import type { Clock, Logger, Timer } from "../ports/clock.ts";
import type { Wakes } from "../ports/wakes.ts";
import { persist, Stopped } from "../worker/persist.ts";
import type { Scheduler } from "./run-due.ts";

export type KeepBillingDeps = Readonly<{
  scheduler: Scheduler;
  wakes: Wakes;
  clock: Clock;
  timer: Timer;
  logger: Logger;
}>;

export type KeptBilling = Readonly<{
  /** Bills what is due, now and at every wake, until `stop`. */
  start: () => void;
  /** Ends after the piece that is under way. */
  stop: () => Promise<void>;
}>;

/** Billing as time passes by itself. A failure is told and tried again at the next wake. */
export const keepBilling = ({ scheduler, wakes, clock, timer, logger }: KeepBillingDeps): KeptBilling => {
  const stopping = new AbortController();
  let last: Promise<void> = Promise.resolve();
  const bill = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    try {
      await scheduler.runDue(clock.now(), stopping.signal);
    } catch (error) {
      logger.warn({ error: String(error) }, "billing what is due failed, will be tried again");
    }
  };
  const next = (): Promise<void> => (last = last.then(bill));
  let listening: Promise<void> = Promise.resolve();
  const listen = (): Promise<void> =>
    persist({ timer, logger }, "listening for wakes of billing", stopping.signal, () => wakes.listen(next)).catch(
      (error: unknown) => {
        if (!(error instanceof Stopped)) throw error;
      },
    );
  return {
    start: () => {
      listening = listen();
      void next();
    },
    stop: async () => {
      stopping.abort();
      await listening;
      await wakes.stop();
      await last;
    },
  };
};
