import { createTurns } from "@meter/core";

/** How long rows become values before the event loop goes round: for all answers of the process together. */
const turnMs = 10;

const turns = createTurns(turnMs, { monotonicNow: () => performance.now(), inNextRound: setImmediate });

/** `Array.prototype.map`, but it lets the event loop go round. */
export const mapInTurns = async <T, U>(list: readonly T[], map: (value: T) => U): Promise<readonly U[]> => {
  const mapped: U[] = [];
  for (const value of list) {
    if (turns.due()) await turns.next();
    mapped.push(map(value));
  }
  return mapped;
};
