import { type Clock, type EventLogWriter, ingestEvents } from "@meter/core";
import { createIngestRoutes, type HttpApp } from "@meter/http";

/** What whoever runs ingest opens for it: a log to append to. It knows neither the worker nor any table. */
export type IngestResources = Readonly<{ log: EventLogWriter; clock: Clock }>;

/** The routes that take events. */
export const createIngestPart = (resources: IngestResources): HttpApp =>
  createIngestRoutes({ ingestEvents: ingestEvents(resources), clock: resources.clock });
