/**
 * Tells schedulers that something may be due. A call may be lost, or come twice: what is due, and when, stands in the billing
 * store alone.
 */
export type Wakes = Readonly<{
  /** Calls from now on, one at a time: when somebody's due instant has come, and once a minute. Rejects when it cannot begin. */
  listen: (wake: () => Promise<void>) => Promise<void>;
  /** No more calls, after the one that runs. */
  stop: () => Promise<void>;
}>;
