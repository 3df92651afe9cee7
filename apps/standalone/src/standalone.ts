import { createApiPart } from "@meter/app-api";
import { createIngestPart } from "@meter/app-ingest";
import { createSchedulerPart, type SchedulerPart } from "@meter/app-scheduler";
import { createWorkerPart } from "@meter/app-worker";
import {
  type BillingProfile,
  builtInBillingProfile,
  authenticate,
  type Clock,
  type ClockSetting,
  type Config,
  createApiKeyCache,
  createIdSource,
  type Logger,
  type Timer,
} from "@meter/core";
import {
  createBodyBudget,
  createGate,
  createHttpApp,
  createHttpMetrics,
  createSystemRoutes,
  problemPagesIn,
} from "@meter/http";
import { Registry } from "prom-client";
import { countBilling } from "./count-billing.ts";
import { countEvents } from "./count-events.ts";
import { FatalError } from "./fatal-error.ts";
import { type HttpServer, listen } from "./http-server.ts";
import { keepKnownKeys } from "./known-keys.ts";
import { registerMetrics } from "./metrics.ts";
import * as platform from "./platform.ts";
import { openProductClock } from "./product-clock.ts";
import { watchReadiness } from "./readiness.ts";
import { openResources, type Resources, type Start } from "./resources.ts";
import { StoppedEarly } from "./stopped-early.ts";
import { version } from "./version.ts";

const problemPages = new URL("../../../docs/problems/", import.meta.url);

/** How long what is under way may take when the product stops; the engines get the rest of the ten seconds. */
const requestsMs = 2_000;
const drainMs = 4_000;

/** What the parts are handed: they know nothing else of the world. The clock is the system's; see openProductClock. */
export type Shared = Resources & Readonly<{ clock: Clock; timer: Timer }>;

/**
 * Runs the whole product in one process until the signal aborts or something fails that must end it. Rejects with a
 * FatalError when the person who started it can do something about it. `handOver` may stand between the parts and what
 * they share.
 */
export const startStandalone = async (
  config: Config,
  start: Start,
  handOver: (shared: Shared) => Shared = (shared) => shared,
): Promise<void> => {
  let outcome = "stopped";
  const server = await listen(config); // first of all: a port in use is found before anything is touched
  try {
    const resources = await openResources(config, start);
    try {
      const shared = handOver({ ...resources, clock: platform.clock, timer: platform.timer });
      await serve(config, { ...start, server, shared });
    } finally {
      await resources.close();
    }
  } catch (error) {
    if (!(error instanceof StoppedEarly)) throw error;
    outcome = "stopped before it was ready";
  } finally {
    await server.close(0);
  }
  start.say(outcome);
};

type Running = Start & Readonly<{ server: HttpServer; shared: Shared }>;

const serve = async (config: Config, { say, signal, server, shared }: Running): Promise<void> => {
  const { databaseOutage, usage, log, logger, clock: systemClock } = shared;
  const { crypto, monotonicNow } = platform;
  const registry = new Registry();
  const postgres = { ...shared.postgres, billing: countBilling(registry, shared.postgres.billing) };
  const productClock = await openProductClock(config.clock, {
    systemClock,
    store: postgres.clockStore,
    dueWork: { runUntil: (until) => scheduler.dueWork.runUntil(until) },
    say,
  });
  const worker = createWorkerPart({
    ...shared,
    sha256: crypto.sha256,
    log: log.partition,
    tables: usage.tables,
    builds: postgres.builds,
    parked: postgres.parked,
  });
  const apiKeyCache = keepKnownKeys(createApiKeyCache({ apiKeys: postgres.apiKeys, monotonicNow }));
  const ids = createIdSource({ clock: systemClock, crypto });
  const profile: BillingProfile = { ...builtInBillingProfile, zeroInvoices: config.zeroInvoices };
  const scheduler = createSchedulerPart({
    profile,
    ...postgres,
    reader: usage.reader,
    freshness: worker.freshness,
    log: log.head,
    ids,
    clock: productClock.clock,
    systemClock,
    monotonicNow,
    timer: shared.timer,
    logger,
  });
  const metrics = createHttpMetrics(registry);
  const bodyBudget = createBodyBudget();
  const answerGate = createGate();
  registerMetrics(registry, {
    ...postgres,
    worker,
    log,
    bodyBudget,
    answerGate,
    lateUsage: scheduler.lateUsage,
    clock: systemClock,
    productClock: productClock.clock,
    monotonicNow,
  });
  const readiness = watchReadiness({
    postgres,
    usage,
    worker,
    log,
    billing: scheduler.billing,
    clock: systemClock,
    monotonicNow,
  });

  const app = createHttpApp({
    ingest: createIngestPart({ log: countEvents(registry, log.writer), clock: productClock.clock }),
    api: createApiPart({
      profile,
      ...postgres,
      apiKeyCache,
      reader: usage.reader,
      freshness: worker.freshness,
      log: log.head,
      ...productClock,
      systemClock,
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
    publicUrl: config.publicUrl,
    auth: config.auth,
    authenticate: authenticate({
      apiKeys: apiKeyCache,
      namespaces: postgres.namespaces,
      clock: systemClock,
      crypto,
      auth: config.auth,
    }),
    ids,
    monotonicNow,
    log: logger,
    metrics,
    bodyBudget,
    answerGate,
    version,
  });

  const stopped = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const working = worker.run();
  const billing = startBilling(productClock.clockSetting, scheduler, logger);
  scheduler.lateUsage.start();
  const failed = Promise.race([
    working.then(() => stopped), // it ends by itself only when it was told to
    log.failed.then((error) => {
      throw new FatalError(
        `the event log cannot be written any more: ${error.message}; the next start goes on from what is on disk`,
      );
    }),
  ]);

  server.handle(databaseOutage.shield(app.fetch));
  say(`ready on ${server.url}`);
  let waitMs = 0; // after a failure there is nothing to wait for
  try {
    await Promise.race([stopped, failed]);
    waitMs = drainMs;
    say("stopping: writing what the event log holds");
  } finally {
    readiness.stop();
    await server.close(requestsMs);
    await Promise.all([billing.stop(), scheduler.lateUsage.stop(), worker.stop(waitMs)]); // billing may be waiting for usage
  }
};

/** By wakes when the clock goes by itself; when it stands, what the last call may have left. */
const startBilling = (
  clockSetting: ClockSetting,
  { dueWork, billing }: SchedulerPart,
  logger: Logger,
): Pick<SchedulerPart["billing"], "stop"> => {
  if (clockSetting.mode === "system") {
    billing.start();
    return billing;
  }
  const resume = async (): Promise<void> => {
    const now = await clockSetting.standing.load();
    if (now !== null) await dueWork.runUntil(now);
  };
  const resumed = resume().catch((error: unknown) => {
    logger.warn({ error: String(error) }, "what was due before the start is left for the next call");
  });
  return {
    stop: async () => {
      await dueWork.stop();
      await resumed;
    },
  };
};
