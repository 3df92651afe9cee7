// What one tenant's meters and events may cost everybody else: whether the event loop stays free, and memory bounded, while
// the worker folds and writes, takes up what an earlier life left, and fills new meters.
//   node --max-old-space-size=1500 infra/bench/src/stall.ts [--short]
// A probe every 10 ms, missed ones counted, is answered within 50 ms in 99 %, and no turn is above 250 ms; else exit code 1.
import { hash } from "node:crypto";
import process from "node:process";
import { startTestClickHouse, type TestClickHouse } from "@meter/clickhouse/testing";
import {
  type BuildState,
  type BuildStore,
  createWorker,
  type EventLogPartition,
  type LogEntry,
  type LogId,
  type ParkedEvent,
  type ParkedEvents,
  type Worker,
} from "@meter/core";
import type { AcceptedEvent } from "@meter/events";
import type { BuildId, MeterBuild } from "@meter/metering";
import { assert, createUlid, instant, type JsonPath, parseJsonPath } from "@meter/primitives";
import { startProbe } from "./probe.ts";

const isShort = process.argv.includes("--short");

/** `onlyTurns`: events so large that they are looked at one by one: of those, no turn is too long. */
type Case = Readonly<{
  why: string;
  onlyTurns?: boolean;
  builds: readonly MeterBuild[];
  events: readonly AcceptedEvent[];
}>;

const path = (text: string): JsonPath => {
  const parsed = parseJsonPath(text);
  assert(parsed.ok, text);
  return parsed.value;
};

let ids = 0;
const nextId = () => createUlid(instant(++ids), new Uint8Array(10));

const count = (paths: readonly string[]): MeterBuild => ({
  id: nextId() as BuildId, // a new ULID becomes a build's id here
  namespace: "default",
  eventType: "call",
  aggregation: "count",
  value: null,
  dimensions: paths.map((text, index) => ({ key: `k${String(index).padStart(2, "0")}`, path: path(text) })),
});

const event = (index: number, data: string): AcceptedEvent => ({
  namespace: "default",
  id: String(index),
  source: "bench",
  type: "call",
  subject: `s${index % 100}`,
  time: instant(1_700_000_000_000 + index),
  data,
  ingestedAt: instant(1_700_000_000_000),
});

const times = <T>(length: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length }, (_, index) => make(index));

const mebibyte = 1024 * 1024;

/** Made when it is its turn, so that one does not hold the memory of another. */
const cases: readonly (() => Case)[] = [
  () => ({
    why: `${isShort ? 2_000 : 10_000} events of a type with 300 meters`,
    builds: times(300, () => count(["$.region"])),
    events: times(isShort ? 2_000 : 10_000, (n) => event(n, `{"region":"r${n % 20}"}`)),
  }),
  () => ({
    why: `${isShort ? 500 : 3_000} events of a type with 1,000 meters`,
    builds: times(1_000, () => count([])),
    events: times(isShort ? 500 : 3_000, (n) => event(n, `{"n":${n}}`)),
  }),
  () => ({
    why: "one text of 9 MiB in 64 group-bys",
    builds: [count(times(64, () => "$.x"))],
    events: [event(0, `{"x":"${"y".repeat(9 * mebibyte)}"}`)],
  }),
  () => ({
    why: `${isShort ? 100 : 400} events with 64 texts of 1 KiB, and 20 meters that group by all of them`,
    builds: times(20, () => count(times(64, (n) => `$.k${n}`))),
    events: times(isShort ? 100 : 400, (n) =>
      event(n, JSON.stringify(Object.fromEntries(times(64, (k) => [`k${k}`, `${n} ${k} `.padEnd(1_024, "z")])))),
    ),
  }),
  () => ({
    why: "five events of 16 MB with 200,000 members",
    onlyTurns: true,
    builds: times(100, (n) => count([`$.m${n}`, `$.m${n}.deep.er`])),
    events: times(5, (n) => event(n, `{${times(200_000, (m) => `"m${m}":"${String(m).padEnd(66, "w")}"`).join()}}`)),
  }),
];

/** A log that lies in memory. */
const createLog = (events: readonly AcceptedEvent[]): EventLogPartition => {
  const entries: readonly LogEntry[] = events.map((one, offset) => ({ offset, event: one }));
  let applied = { boot: "boot", offset: 0 };
  return {
    log: nextId() as LogId, // a new ULID becomes a log's id here
    partition: 0,
    next: () => entries.length,
    read: async (from, { rowsMax, bytesMax }) => {
      let bytes = 0;
      const to = entries.findIndex(({ event: { data } }, offset) => {
        if (offset < from) return false;
        bytes += data?.length ?? 0;
        return offset > from && (offset - from >= rowsMax || bytes > bytesMax);
      });
      return entries.slice(from, to < 0 ? entries.length : to);
    },
    waitFor: (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    applied: () => applied,
    markApplied: async (marker) => void (applied = marker),
    trimBound: () => 0,
    trim: async () => undefined,
    syncFailure: () => null,
    recordSyncFailure: async () => undefined,
  };
};

const createBuilds = (builds: readonly MeterBuild[]): BuildStore => {
  const states = new Map<BuildId, BuildState>(
    builds.map((build) => [build.id, { build, meterId: build.id as never, fromOffset: null, backfilled: false }]),
  );
  const set = (id: BuildId, change: Partial<BuildState>): void => {
    const state = states.get(id);
    if (state !== undefined) states.set(id, { ...state, ...change });
  };
  return {
    listLive: async () => [...states.values()],
    cut: async (_, cut, fromOffset) => cut.forEach((id) => set(id, { fromOffset })),
    complete: async (_, id) => set(id, { backfilled: true }),
    listEnded: async () => [],
    markDeleted: async () => undefined,
    onChange: () => () => undefined,
  };
};

const createParked = (parked: ParkedEvent[]): ParkedEvents => ({
  park: async (one) => void parked.push(one),
  list: async () => [],
  count: async () => parked.length,
  remove: async () => undefined,
});

const start = (
  { engine, usage }: TestClickHouse,
  { log, builds, parked }: Readonly<{ log: EventLogPartition; builds: BuildStore; parked: ParkedEvent[] }>,
): Worker => {
  const worker = createWorker({
    log,
    tables: usage.tables,
    engine: { settle: engine.settle, repair: async () => [] },
    disk: { sync: async () => true, findTorn: async () => [] },
    builds,
    parked: createParked(parked),
    clock: { now: () => instant(Date.now()) },
    timer: {
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          const timer = setTimeout(resolve, ms);
          signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()));
        }),
      yield: () => new Promise((resolve) => setImmediate(resolve)),
    },
    logger: {
      info: () => undefined,
      warn: (fields) => console.error(fields),
      error: (fields) => console.error(fields),
    },
    sha256: (bytes) => hash("sha256", bytes, "buffer"),
    boot: "boot",
  });
  worker.run().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return worker;
};

const reach = async (worker: Worker, log: EventLogPartition): Promise<void> => {
  const { log: id, partition } = log;
  while (!(await worker.freshness.reach([{ log: id, partition, offset: log.next() }], 10_000)));
};

const clickhouse = await startTestClickHouse();
let failed = false;

/** Does the work under a probe, and says how long and how free the loop was. */
const measure = async (what: string, onlyTurns: boolean, work: () => Promise<void>): Promise<void> => {
  globalThis.gc?.();
  const startedAt = performance.now();
  const probe = startProbe();
  await work();
  const { within, longestMs, rssMax } = probe.stop();
  const isGood = (onlyTurns || within >= 0.99) && longestMs <= 250;
  failed ||= !isGood;
  console.log(
    `  ${isGood ? "good" : "BAD "} ${what}: ${((performance.now() - startedAt) / 1_000).toFixed(1)} s, ` +
      `${(within * 100).toFixed(2)} % of the probes within 50 ms, longest turn ${longestMs.toFixed(0)} ms, ` +
      `at most ${Math.round(rssMax / mebibyte)} MiB`,
  );
};

/** Rows of usage that some builds have. */
const countUsage = async (builds: readonly MeterBuild[]): Promise<number> => {
  const [row] = await clickhouse.connection.read({
    name: "count",
    sql: "SELECT count() FROM meter.usage WHERE build IN {builds:Array(String)}",
    parameters: { builds: builds.map(({ id }) => id) },
  });
  return Number(row?.[0]);
};

for (const [index, make] of cases.entries()) {
  const { why, onlyTurns = false, ...made } = make();
  const namespace = `case_${index}`;
  const builds = made.builds.map((build) => ({ ...build, namespace }));
  const log = createLog(made.events.map((one) => ({ ...one, namespace })));
  const parked: ParkedEvent[] = [];
  console.log(why);

  let worker = start(clickhouse, { log, builds: createBuilds(builds), parked });
  await measure("taken up after a kill", onlyTurns, () => reach(worker, log));
  await worker.stop(10_000);
  assert((await countUsage(builds)) === builds.length * made.events.length, "every entry is there once");

  const later = builds.slice(0, isShort ? 2 : 10).map((build) => ({ ...build, id: nextId() as BuildId })); // new meters alike
  await measure(`${later.length} more meters`, onlyTurns, async () => {
    worker = start(clickhouse, { log, builds: createBuilds(later), parked });
    for (const { id } of later) while (!(await worker.freshness.buildReady(id, 10_000)).ready);
  });
  await worker.stop(10_000);
  assert((await countUsage(later)) === later.length * made.events.length, "every entry is there once");
  assert(parked.length === 0, "nothing is parked");
}
await clickhouse.stop();
process.exitCode = failed ? 1 : 0;
