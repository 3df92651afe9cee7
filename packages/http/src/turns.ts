import { createTurns, type Turns } from "@meter/core";
import type { Steps } from "@meter/primitives";

/** How long requests compute before the event loop goes round: for all of them together. */
const turnMs = 10;

export const turns: Turns = createTurns(turnMs, {
  monotonicNow: () => performance.now(),
  inNextRound: setImmediate,
});

/** Takes the steps, and lets the event loop go round in between. */
export const inTurns = async <T>(steps: Steps<T>): Promise<T> => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (turns.due()) await turns.next();
  }
};
