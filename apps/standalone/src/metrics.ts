import type { Clock, Worker } from "@meter/core";
import type { BodyBudget } from "@meter/http";
import type { LocalLog } from "@meter/log-local";
import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";

/** Registers what the data plane says of itself: how far it has come, and what waits. */
export const registerMetrics = (
  registry: Registry,
  { worker, log, bodyBudget, clock }: Readonly<{ worker: Worker; log: LocalLog; bodyBudget: BodyBudget; clock: Clock }>,
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
  gauge("meter_http_body_bytes", "Counted bytes of request bodies that are held.", bodyBudget.heldBytes);
  gauge("meter_log_queued_events", "Events of unanswered appends.", () => log.stats().queuedEvents);
  gauge("meter_log_queued_bytes", "Estimated size of unanswered appends.", () => log.stats().queuedBytes);
  gauge(
    "meter_disk_free_bytes",
    "Free bytes of the file system that holds the data directory.",
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
};
