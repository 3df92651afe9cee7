import { createWorker, type Worker, type WorkerDeps } from "@meter/core";

/** What whoever runs the worker opens for it. It learns of events only from the log, and nobody else writes usage. */
export type WorkerResources = Omit<WorkerDeps, "limits">;

/** The worker of one partition. It starts with `run` and ends with `stop`. */
export const createWorkerPart = (resources: WorkerResources): Worker => createWorker(resources);
