import { addDuration, utc, zeroDuration } from "@meter/primitives";
import type { Clock, Logger, Timer } from "../shared/clock.ts";
import { lateUsageDays, type ListLateUsageDeps } from "./list-late-usage.ts";
import { ClockNotSet } from "../clock/manual-clock.ts";
import { checkUsage } from "./late-usage.ts";
import { createSharedPatience } from "./patience.ts";
import { beginReading } from "./read-quantity.ts";

export type WatchLateUsageDeps = ListLateUsageDeps &
  Readonly<{
    /** The product's. */
    clock: Clock;
    timer: Timer;
    logger: Logger;
  }>;

/** Of the last round over all lines: how many were checked, and how many of them have late usage. Null: none has ended yet. */
export type LateUsageCount = Readonly<{ checked: number; late: number }> | null;

export type WatchedLateUsage = Readonly<{ start: () => void; stop: () => Promise<void>; count: () => LateUsageCount }>;

/** So many lines at a time, then a rest: a few readings a second at most. */
const batchSize = 100;
const restMs = 60_000;

/**
 * Goes round and round over the lines whose service periods ended in the last `lateUsageDays` days, of all namespaces, at a pace
 * that costs nothing, and counts those with late usage: for a metric. What cannot be read ends a round without a count.
 */
export const watchLateUsage = (deps: WatchLateUsageDeps): WatchedLateUsage => {
  const { signal, abort } = createStop();
  let count: LateUsageCount = null;

  const round = async (): Promise<void> => {
    const from = addDuration(deps.clock.now(), { ...zeroDuration, days: -lateUsageDays }, utc);
    let [checked, late] = [0, 0];
    for (let page = 1; !signal.aborted; page++) {
      const { items, totalCount } = await deps.billing.listBilledUsage(null, {
        customers: null,
        from,
        page,
        pageSize: batchSize,
      });
      if (items.length > 0) {
        const patience = createSharedPatience().after(0);
        const reading = await beginReading(deps, patience);
        if (!reading.ok) return;
        for (const billed of items) {
          const usage = await checkUsage({ pricing: deps.pricing, reading: reading.value }, billed);
          if (!usage.ok || signal.aborted) return;
          if (usage.value.type !== "unchecked") checked += 1;
          if (usage.value.type === "late") late += 1;
        }
      }
      if (page * batchSize >= totalCount) {
        count = { checked, late };
        return;
      }
      await deps.timer.sleep(restMs, signal);
    }
  };

  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      await round().catch((error: unknown) => {
        if (error instanceof ClockNotSet) return; // nothing is billed yet
        deps.logger.warn({ error: String(error) }, "looking for late usage failed, will be tried again");
      });
      await deps.timer.sleep(restMs, signal);
    }
  };

  let running: Promise<void> = Promise.resolve();
  return {
    start: () => {
      running = watch();
    },
    stop: async () => {
      abort();
      await running;
    },
    count: () => count,
  };
};

const createStop = (): Readonly<{ signal: AbortSignal; abort: () => void }> => {
  const stopping = new AbortController();
  return { signal: stopping.signal, abort: () => stopping.abort() };
};
