import {
  type BuildStore,
  type Clock,
  createWorker,
  type EventLogPartition,
  type Logger,
  type ParkedEvents,
  type TableDisk,
  type Timer,
  type UsageEngine,
  type UsageTables,
  type Worker,
} from "@meter/core";

/** What whoever runs the worker opens for it. It learns of events only from the log, and nobody else writes usage. */
export type WorkerResources = Readonly<{
  log: EventLogPartition;
  tables: UsageTables;
  engine: UsageEngine;
  disk: TableDisk;
  builds: BuildStore;
  parked: ParkedEvents;
  clock: Clock;
  timer: Timer;
  logger: Logger;
  boot: string;
}>;

/** The worker of one partition. It starts with `run` and ends with `stop`. */
export const createWorkerPart = (resources: WorkerResources): Worker => createWorker(resources);
