/** Runs pieces of work one after the other, in the order they were asked for. */
export type Turns = Readonly<{
  take: <T>(work: () => Promise<T>) => Promise<T>;
  /** How many pieces are waiting or running. */
  pending: () => number;
}>;

export const createTurns = (): Turns => {
  let last: Promise<unknown> = Promise.resolve();
  let pending = 0;
  return {
    take: (work) => {
      pending += 1;
      const turn = last.then(work).finally(() => {
        pending -= 1;
      });
      last = turn.catch(() => {}); // its caller gets the error; the next turn begins anyway
      return turn;
    },
    pending: () => pending,
  };
};

/** Wait before the next try after `failures` tries in a row: at once, then 100 ms doubling up to 5 s. */
export const backoffMs = (failures: number): number =>
  failures <= 0 ? 0 : Math.min(5_000, 100 * 2 ** Math.min(failures - 1, 10));
