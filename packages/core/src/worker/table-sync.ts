import type { Clock, Logger, Timer } from "../shared/clock.ts";
import type { EventLogPartition } from "../shared/event-log.ts";
import type { Signal } from "../shared/signal.ts";
import type { TableDisk, UsageTables } from "../metering/usage-tables.ts";

/** How often the tables' file system is synced, and the log trimmed after it. */
export const syncIntervalMs = 60_000;

/** How long merged parts' sources stay on disk: the tables' `old_parts_lifetime`. A sync must complete within half of it. */
export const oldPartsLifetimeMs = 600_000;

const guardIntervalMs = 30_000;

export type TableSync = Readonly<{
  /** True when a sync that began after this call has completed: all that was written before the call survives a loss of power. */
  request: () => Promise<boolean>;
  /** Syncs, trims and guards merged parts until the signal aborts. */
  run: (signal: Signal) => Promise<void>;
  /** False once a sync has failed: nothing is trimmed until the machine has booted again. */
  healthy: () => boolean;
  /** Looks for parts of the tables that are not whole: true when there are none. */
  look: () => Promise<boolean>;
  /** False when the last look found parts that are not whole: nothing is trimmed until they are repaired, which a start does. */
  whole: () => boolean;
}>;

type Deps = Readonly<{
  disk: TableDisk;
  log: EventLogPartition;
  tables: Pick<UsageTables, "pauseCleanup" | "resumeCleanup">;
  clock: Clock;
  timer: Timer;
  logger: Logger;
  boot: string;
  /** Everything below was applied. */
  applied: () => number;
}>;

/**
 * The log is trimmed only to what was applied before the start of a completed sync which found the tables whole. After a
 * failed sync the kernel may have dropped what it could not write and report success next time: no sync of this boot counts
 * any more.
 */
export const createTableSync = (deps: Deps): TableSync => {
  const hasFailed = (): boolean => deps.log.syncFailure() === deps.boot;
  let lastCompletedAt = deps.clock.now();
  let whole = true;
  let running: Promise<boolean> | null = null;
  let queued: Promise<boolean> | null = null;

  const look = async (): Promise<boolean> => {
    const torn = await deps.disk.findTorn();
    whole = torn.length === 0;
    if (!whole) deps.logger.error({ torn }, "parts of the usage tables are not whole: a start repairs them");
    return whole;
  };

  const syncOnce = async (): Promise<boolean> => {
    if (hasFailed()) return false;
    const startedAt = deps.clock.now();
    const bound = deps.applied();
    if (!(await deps.disk.sync())) {
      await deps.log.recordSyncFailure(deps.boot);
      deps.logger.error(
        {},
        "a sync of the data directory failed: the event log is kept whole until the machine has booted again",
      );
      return false;
    }
    if (!(await look())) return false;
    lastCompletedAt = startedAt;
    if (bound > deps.log.trimBound()) await deps.log.trim(bound);
    return true;
  };

  const start = (): Promise<boolean> => {
    const sync = syncOnce().finally(() => {
      if (running === sync) running = null;
    });
    running = sync;
    return sync;
  };

  // A call during a sync waits for the next one, which all such calls share.
  const request = (): Promise<boolean> => {
    if (running === null) return start();
    queued ??= running
      .catch(() => false)
      .then(() => {
        queued = null;
        return start();
      });
    return queued;
  };

  /**
   * Sources of merges that no completed sync covers must not be cleaned up: they are what a torn merge comes back from. Said
   * at each turn: a new life of the engine cleans up nothing before it is told to.
   */
  const guardMergedParts = async (): Promise<void> => {
    const isLate = deps.clock.now() - lastCompletedAt > oldPartsLifetimeMs / 2;
    if (isLate || hasFailed() || !whole) await deps.tables.pauseCleanup();
    else await deps.tables.resumeCleanup();
  };

  return {
    request,
    healthy: () => !hasFailed(),
    look,
    whole: () => whole,
    run: async (signal) => {
      const every = async (intervalMs: number, what: string, work: () => Promise<unknown>): Promise<void> => {
        for (;;) {
          await deps.timer.sleep(intervalMs, signal);
          if (signal.aborted) return;
          try {
            await work();
          } catch (error) {
            deps.logger.warn({ error: String(error) }, `${what} failed, will be tried again`);
          }
        }
      };
      // Apart from each other: a sync that hangs must not keep merged parts' sources from being held.
      await Promise.all([
        every(syncIntervalMs, "syncing and trimming", request),
        every(guardIntervalMs, "guarding merged parts", guardMergedParts),
      ]);
    },
  };
};
