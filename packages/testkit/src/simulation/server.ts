import type { Meter } from "@meter/catalog";
import {
  blockLimits,
  type Clock,
  type ControlDeps,
  createApiKeyCache,
  createControlUseCases,
  createWorker,
  ingestEvents,
  type IngestEvents,
  type Worker,
} from "@meter/core";
import type { UsageEvent } from "@meter/events";
import { formatDecimal, instant, sum } from "@meter/primitives";
import {
  createMemoryApiKeys,
  createMemoryBilling,
  createMemoryCatalog,
  createMemoryCustomers,
  createMemoryMeters,
  createMemoryNamespaces,
  createMemoryParkedEvents,
  createMemorySubjects,
  createMemoryUsage,
  createTestCrypto,
  createTestIds,
} from "../memory/index.ts";
import { dropOperations, type Life } from "./operations.ts";
import * as ports from "./ports.ts";
import { endEngine } from "./tables.ts";
import { breakPromise, firstInstant, type Question, type World } from "./world.ts";

/** One life of the server process: ingest, worker and api, the product's own code on the world's ports. */
export type Server = Readonly<{
  life: Life;
  worker: Worker;
  ingest: IngestEvents;
  log: ReturnType<typeof ports.connectLog>;
}>;

export const namespace = "default";
export const eventType = "request";

const limits = { buildsRefreshMs: 20_000, parkedRetryMs: 25_000 };

/** An engine that still has the directory is ended before anything else: nothing of an earlier life can happen after this. */
export const startServer = (world: World, syncs = true): void => {
  endEngine(world.tables);
  ports.beginEngine(world, syncs);
  const life: Life = { alive: true };
  const log = ports.connectLog(world, life);
  const clock = ports.createClock(world);
  const worker = createWorker({
    ...ports.connectTables(world, life),
    log,
    builds: ports.connectBuilds(world, life),
    parked: ports.connectParked(world, life),
    clock,
    timer: ports.createTimer(world, life, () => world.now),
    logger: ports.silent,
    boot: `boot ${world.boot}`,
    limits: { ...limits, block: { ...blockLimits, usageRowsMax: world.entriesMax ?? blockLimits.usageRowsMax } },
  });
  const server: Server = { life, worker, ingest: ingestEvents({ log, clock }), log };
  world.server = server;
  worker.run().then(
    () => killServer(world, server),
    (error: unknown) => {
      if (life.alive) breakPromise(world, `the worker has failed: ${String(error)}`);
    },
  );
};

export const killServer = (world: World, server: Server): void => {
  if (world.server === server) world.server = null;
  world.unanswered = 0; // nobody will be answered any more
  world.questions.clear();
  for (const listener of world.listeners) if (listener.life === server.life) world.listeners.delete(listener);
  dropOperations(world.operations, server.life);
};

/** Each event's value is a power of four, so that a sum tells how often each event is in it. */
const valueOf = (index: number): bigint => 4n ** BigInt(index);

export const eventId = (index: number): string => `e${index}`;

export const indexOf = (id: string): number => Number(id.slice(1));

const toEvent = (index: number): UsageEvent => ({
  id: eventId(index),
  source: "simulation",
  type: eventType,
  subject: "s",
  time: instant(firstInstant + index),
  data: `{"n":"${valueOf(index)}","d":"x"}`,
});

/** A producer sends events and waits for the answer. */
export const sendEvents = (world: World, server: Server, indexes: readonly number[]): void => {
  const events = indexes.map(toEvent);
  world.unanswered += 1;
  const heard = server.ingest(events, { namespace }).then((answer) => {
    world.unanswered -= 1;
    if (answer.ok) for (const { id } of events) world.acknowledged.add(id);
  });
  heard.catch((error: unknown) => breakPromise(world, `ingest has failed: ${String(error)}`));
};

/** A reader asks for a meter's usage, and the answer is held against what had been acknowledged before. */
export const askUsage = (world: World, server: Server, meter: Meter, grouped: boolean): void => {
  const { life, worker, log } = server;
  const parked = new Set([...world.control.parked.values()].map(({ event }) => event.id));
  const question: Question = { acknowledged: new Set(world.acknowledged), parked };
  world.questions.add(question);
  const { queryMeter } = createControlUseCases({
    ...untouched,
    reader: { ...untouched.reader, ...ports.connectReader(world, life) },
    meters: { ...untouched.meters, ...ports.connectMeters(world, life) },
    freshness: worker.freshness,
    log,
    clock: ports.createClock(world),
    monotonicNow: () => world.now,
  });
  const groupBy = grouped ? Object.keys(meter.groupBy) : [];
  const answered = queryMeter(namespace, meter.id, {
    from: null,
    to: null,
    windowSize: null,
    timeZone: null,
    subjects: null,
    customerIds: null,
    dimensions: [],
    groupBy,
  });
  answered.then(
    (answer) => {
      world.questions.delete(question);
      if (answer.ok)
        checkAnswer(world, question, BigInt(formatDecimal(sum(answer.value.rows.map(({ value }) => value)))));
    },
    () => void world.questions.delete(question), // a request that failed is no answer
  );
};

/** The digits of the sum to the base of four. */
const checkAnswer = (world: World, question: Question, total: bigint): void => {
  let rest = total;
  for (let index = 0; index < world.eventsMade; index++) {
    const id = eventId(index);
    const times = rest % 4n;
    rest /= 4n;
    if (times > 1n) breakPromise(world, `a read counted ${id} ${times} times`);
    if (times === 0n && question.acknowledged.has(id) && !question.parked.has(id))
      breakPromise(world, `a read missed ${id}, which had been acknowledged before it`);
  }
  if (rest !== 0n) breakPromise(world, "a read counted what was never sent");
};

/** What the use cases that are asked here have no use for. */
const clock: Clock = { now: () => instant(firstInstant) };
const apiKeys = createMemoryApiKeys();
const untouched: ControlDeps = {
  ...createMemoryUsage(clock),
  namespaces: createMemoryNamespaces(),
  apiKeys,
  apiKeyCache: createApiKeyCache({ apiKeys, monotonicNow: () => 0 }),
  meters: createMemoryMeters(),
  ...createMemoryCatalog({ meters: createMemoryMeters() }),
  customers: createMemoryCustomers(),
  billing: createMemoryBilling({ customers: createMemoryCustomers() }),
  subjects: createMemorySubjects(),
  parked: createMemoryParkedEvents(),
  clock,
  clockSetting: { mode: "system" },
  systemClock: clock,
  ids: createTestIds(clock),
  crypto: createTestCrypto(),
  monotonicNow: () => 0,
};
