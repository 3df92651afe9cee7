import { usageWaitMs } from "../metering/fresh-usage.ts";

/** What of a reading may take long: that usage catches up with the log, and that the store answers. */
export type Waiting = "for_usage" | "for_answers";

/**
 * How long usage may still be waited for. What was waited for in vain is taken off, so that whoever reads on with the same
 * patience waits once, however many readings fail; what came in time costs nothing.
 */
export type Patience = Readonly<{
  restMs: (waiting: Waiting) => number;
  /** So many milliseconds were waited in vain. */
  spend: (waiting: Waiting, ms: number) => void;
}>;

/** One patience for everybody whose usage is read in a run. Who was given up before is waited for longer, up to a bound. */
export type SharedPatience = Readonly<{ after: (attempts: number) => Patience }>;

/** As long as a read of the API may take. */
export const patienceMaxMs = 40_000;

/** Twice as long with every attempt: what takes long to answer is answered in the end. */
const patienceMs = (attempts: number): number => Math.min(patienceMaxMs, usageWaitMs * 2 ** Math.min(attempts, 20));

export const createSharedPatience = (): SharedPatience => {
  const spentMs: Record<Waiting, number> = { for_usage: 0, for_answers: 0 };
  return {
    after: (attempts) => ({
      restMs: (waiting) => Math.max(0, patienceMs(attempts) - spentMs[waiting]),
      spend: (waiting, ms) => {
        spentMs[waiting] += ms;
      },
    }),
  };
};

/** For one request: each wait as long as any read waits. */
export const requestPatience: Patience = {
  restMs: (waiting) => (waiting === "for_usage" ? usageWaitMs : patienceMaxMs),
  spend: () => undefined,
};
