import type { BillingStore, Clock, MonotonicNow, ParkedEvents, WatchedLateUsage, Worker } from "@meter/core";
import type { BodyBudget, Gate } from "@meter/http";
import type { LocalLog } from "@meter/log-local";
import { collectDefaultMetrics, Counter, Gauge, type Registry } from "prom-client";

type Parts = Readonly<{
  worker: Pick<Worker, "status">;
  log: Pick<LocalLog, "stats" | "space">;
  bodyBudget: Pick<BodyBudget, "heldBytes">;
  answerGate: Pick<Gate, "inside">;
  parked: Pick<ParkedEvents, "count">;
  billing: Pick<BillingStore, "countParked" | "countDue">;
  lateUsage: Pick<WatchedLateUsage, "count">;
  /** The system's. */
  clock: Clock;
  /** By which billing is due. */
  productClock: Clock;
  monotonicNow: MonotonicNow;
}>;

/** What the database counts is counted up to here, and asked for so often at most: anybody may read the figures. */
const countMax = 10_000;
const keptMs = 10_000;
/** For so long figures wait for the database. */
const waitMs = 500;

/** Registers what the process says of itself: how far it has come, and what waits. */
export const registerMetrics = (
  registry: Registry,
  { worker, log, bodyBudget, answerGate, parked, billing, lateUsage, clock, productClock, monotonicNow }: Parts,
): void => {
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  };
  gauge("meter_log_next_offset", "Offset that the next event gets.", () => log.stats().next);
  gauge(
    "meter_log_trim_bound",
    "Offset below which events may have been dropped from the log.",
    () => log.stats().trimBound,
  );
  gauge("meter_http_large_answers", "Large answers that are under way.", answerGate.inside);
  gauge("meter_http_body_bytes", "Counted bytes of request bodies that are held.", bodyBudget.heldBytes);
  gauge("meter_log_queued_events", "Events of unanswered appends.", () => log.stats().queuedEvents);
  gauge("meter_log_queued_bytes", "Estimated size of unanswered appends.", () => log.stats().queuedBytes);
  gauge(
    "meter_disk_free_bytes",
    "Free bytes of the tightest file system that holds the log, the tables or the database.",
    async () => (await log.space())?.free ?? NaN,
  );
  gauge(
    "meter_disk_free_bytes_min",
    "Free bytes below which events are refused.",
    async () => (await log.space())?.freeMin ?? NaN,
  );
  gauge(
    "meter_worker_applied_offset",
    "Offset below which every event is in the usage tables.",
    () => worker.status().applied,
  );
  gauge(
    "meter_worker_lag_events",
    "Events that were accepted and are not in the usage tables yet.",
    () => worker.status().next - worker.status().applied,
  );
  gauge(
    "meter_billing_late_usage_lines",
    "Lines of issued invoices with usage that came in later, of those that the last round looked at; NaN before the first.",
    () => lateUsage.count()?.late ?? NaN,
  );
  gauge(
    "meter_billing_late_usage_lines_checked",
    "Lines that the last round looked at: of service periods that ended in the last 90 days.",
    () => lateUsage.count()?.checked ?? NaN,
  );
  gauge("meter_worker_standing_seconds", "How long no event has been applied although some wait.", () => {
    const { standing } = worker.status();
    return standing === null ? 0 : Math.max(0, (clock.now() - standing.since) / 1_000);
  });
  gauge(
    "meter_worker_builds_incomplete",
    "Meter builds that do not answer for all old events yet.",
    () => worker.status().buildsIncomplete,
  );
  gauge("meter_worker_sync_healthy", "1 as long as no sync of the data directory has failed in this boot.", () =>
    worker.status().syncHealthy ? 1 : 0,
  );
  registerFolded(registry, worker);
  const counted = (name: string, help: string, count: () => Promise<number>): void =>
    gauge(name, help, keepCount(count, monotonicNow));
  counted("meter_events_parked", "Events that the tables refuse, as far as counted.", () => parked.count(countMax));
  counted("meter_billing_parked_customers", "Customers whose billing waits, as far as counted.", () =>
    billing.countParked(countMax),
  );
  counted("meter_billing_due_customers", "Customers of whom something is due now.", async () =>
    billing.countDue(productClock.now()),
  );
};

const registerFolded = (registry: Registry, worker: Parts["worker"]): void => {
  let seen = worker.status().applied;
  new Counter({
    name: "meter_events_folded_total",
    help: "Events that were brought into the usage tables since the start.",
    registers: [registry],
    collect() {
      const { applied } = worker.status();
      this.inc(Math.max(0, applied - seen));
      seen = applied;
    },
  });
};

/** NaN as long as the database has not answered. */
const keepCount = (count: () => Promise<number>, monotonicNow: MonotonicNow): (() => Promise<number>) => {
  let value = NaN;
  let askedAt = -Infinity;
  let asking: Promise<void> = Promise.resolve();
  return async () => {
    if (monotonicNow() - askedAt >= keptMs) {
      askedAt = monotonicNow();
      asking = count().then(
        (counted) => void (value = counted),
        () => void (value = NaN),
      );
    }
    await Promise.race([asking, new Promise((resolve) => setTimeout(resolve, waitMs).unref())]);
    return value;
  };
};
