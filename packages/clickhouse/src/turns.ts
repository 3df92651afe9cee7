import { createTurns, type Turns } from "@meter/core";

/** How long rows are read, made into values and written down before the event loop goes round: for all of them together. */
const turnMs = 10;

export const turns: Turns = createTurns(turnMs, { monotonicNow: () => performance.now(), inNextRound: setImmediate });

/** `Array.prototype.map`, but it lets the event loop go round. */
export const mapInTurns = async <T, U>(list: readonly T[], map: (value: T) => U): Promise<readonly U[]> => {
  const mapped: U[] = [];
  for (const value of list) {
    if (turns.due()) await turns.next();
    mapped.push(map(value));
  }
  return mapped;
};
