/** Thrown by a start that was told to stop before it was ready. It is no failure. */
export class StoppedEarly extends Error {
  override readonly name = "StoppedEarly";
}

/** What `work` resolves to, unless the signal aborts before it does; the work itself goes on. */
export const unlessStopped = async <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  const stopped = Promise.withResolvers<never>();
  const stop = (): void => stopped.reject(new StoppedEarly("told to stop"));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};
