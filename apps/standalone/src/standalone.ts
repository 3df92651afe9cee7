import { createApiPart } from "@meter/app-api";
import { createIngestPart } from "@meter/app-ingest";
import { createWorkerPart } from "@meter/app-worker";
import { authenticate, type Config, createApiKeyCache, createIdSource } from "@meter/core";
import { createHttpApp, createHttpMetrics, createSystemRoutes, problemPagesIn } from "@meter/http";
import { Registry } from "prom-client";
import { FatalError } from "./fatal-error.ts";
import { listen } from "./http-server.ts";
import { keepKnownKeys } from "./known-keys.ts";
import { registerMetrics } from "./metrics.ts";
import { clock, crypto, monotonicNow, timer } from "./platform.ts";
import { watchReadiness } from "./readiness.ts";
import { openResources } from "./resources.ts";
import { StoppedEarly } from "./stopped-early.ts";
import { version } from "./version.ts";

const problemPages = new URL("../../../docs/problems/", import.meta.url);

/** How long what is under way may take when the product stops; the engines get the rest of the ten seconds. */
const requestsMs = 2_000;
const drainMs = 4_000;

/**
 * Runs the whole product in one process until the signal aborts or something fails that must end it. Rejects with a
 * FatalError when the person who started it can do something about it.
 */
export const startStandalone = async (
  config: Config,
  { say, signal }: Readonly<{ say: (line: string) => void; signal: AbortSignal }>,
): Promise<void> => {
  const server = await listen(config); // first of all: a port in use is found before anything is touched
  try {
    const resources = await openResources(config, { say, signal });
    try {
      await serve(config, { say, signal, server, resources });
    } finally {
      await resources.close();
    }
  } catch (error) {
    if (!(error instanceof StoppedEarly)) throw error;
    say("stopped before it was ready");
  } finally {
    await server.close(0);
  }
};

type Running = Readonly<{
  say: (line: string) => void;
  signal: AbortSignal;
  server: Awaited<ReturnType<typeof listen>>;
  resources: Awaited<ReturnType<typeof openResources>>;
}>;

const serve = async (config: Config, { say, signal, server, resources }: Running): Promise<void> => {
  const { postgres, databaseOutage, usage, log, logger } = resources;
  const worker = createWorkerPart({
    ...resources,
    log: log.partition,
    tables: usage.tables,
    builds: postgres.builds,
    parked: postgres.parked,
    clock,
    timer,
  });
  const apiKeyCache = keepKnownKeys(createApiKeyCache({ apiKeys: postgres.apiKeys, monotonicNow }));
  const ids = createIdSource({ clock, crypto });
  const registry = new Registry();
  const metrics = createHttpMetrics(registry);
  registerMetrics(registry, { worker, log });
  const readiness = watchReadiness({ postgres, usage, worker });

  const app = createHttpApp({
    ingest: createIngestPart({ log: log.writer, clock }),
    api: createApiPart({
      ...postgres,
      apiKeyCache,
      reader: usage.reader,
      freshness: worker.freshness,
      log: log.head,
      clock,
      ids,
      crypto,
      monotonicNow,
    }),
    system: createSystemRoutes({
      readiness: readiness.check,
      registry,
      readProblemPage: problemPagesIn(problemPages),
      version,
    }),
    authenticate: authenticate({
      apiKeys: apiKeyCache,
      namespaces: postgres.namespaces,
      clock,
      crypto,
      auth: config.auth,
    }),
    ids,
    monotonicNow,
    log: logger,
    metrics,
    version,
  });

  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const working = worker.run();
  const failed = Promise.race([
    working.then(() => stopped), // it ends by itself only when it was told to
    log.failed.then((error) => {
      throw new FatalError(
        `the event log cannot be written any more: ${error.message}; the next start goes on from what is on disk`,
      );
    }),
  ]);

  server.handle(databaseOutage.shield(app.fetch));
  say(`Meter is ready on ${server.url}`);
  let waitMs = 0; // after a failure there is nothing to wait for
  try {
    await Promise.race([stopped, failed]);
    waitMs = drainMs;
    say("stopping: writing what the event log holds");
  } finally {
    readiness.stop();
    await server.close(requestsMs);
    await worker.stop(waitMs);
  }
};
