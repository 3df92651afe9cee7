/**
 * The one way to write to the database: one write after the other, and none after the first that failed. A record
 * that failed half-way leaves LevelDB's file in an unknown state; what was written behind it, and acknowledged, could
 * be unreadable at the next start.
 */
export type WriteLane = Readonly<{
  /** Runs `write` when all before it have returned. Rejects with the lane's failure, then and ever after. */
  run: (write: () => Promise<void>) => Promise<void>;
  /** Ends the lane for a reason that is not a write of its own. The first reason stays. */
  fail: (reason: Error) => void;
  failure: () => Error | null;
  /** Resolves with the first failure, or never. */
  failed: Promise<Error>;
  /** Resolves when everything that was asked for has returned or failed. */
  idle: () => Promise<void>;
}>;

export const createWriteLane = (): WriteLane => {
  const { promise: failed, resolve: announce } = Promise.withResolvers<Error>();
  let failure: Error | null = null;
  let last: Promise<void> = Promise.resolve();

  const fail = (reason: Error): void => {
    failure ??= reason;
    announce(failure);
  };

  const runNow = async (write: () => Promise<void>): Promise<void> => {
    if (failure !== null) throw failure;
    try {
      await write();
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };

  return {
    run: (write) => {
      const result = last.then(() => runNow(write));
      last = result.catch(() => undefined);
      return result;
    },
    fail,
    failure: () => failure,
    failed,
    idle: () => last,
  };
};
