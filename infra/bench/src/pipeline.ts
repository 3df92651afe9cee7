// Whole pipeline: HTTP batches of 1,000 events → durable, deduplicated, folded into 2 meters, in ClickHouse with roll-ups;
// against inserting the same finished rows into the same tables, prepared, straight through the client. Events a second
// of the first divided by those of the second, in one run on one machine. Both answers are checked.
//   node infra/bench/src/pipeline.ts [--events 500000]
import { join } from "node:path";
import process from "node:process";
import { openClickHouse } from "@meter/clickhouse";
import type { EventRow, LogId, UsageTableRow } from "@meter/core";
import { startClickHouse } from "@meter/embedded";
import { parseEvents } from "@meter/events";
import { type BuildId, createFold, type MeterBuild } from "@meter/metering";
import { instant, type JsonPath, parseJsonPath } from "@meter/primitives";
import { benchEvent, eventType, meters, tokensOf } from "./events.ts";
import { createPoster, inParallel } from "./load.ts";
import { startProduct, withScratch } from "./product.ts";

const eventsTotal = Number(/--events[= ](\d+)/.exec(process.argv.join(" "))?.[1] ?? 500_000);
const batchEvents = 1_000;
const blockEvents = 10_000;
const connections = 8;
const expectedTokens = Array.from({ length: eventsTotal }, (_, index) => tokensOf(index)).reduce(
  (sum, tokens) => sum + tokens,
  0,
);

const check = (what: string, found: unknown, expected: unknown): void => {
  if (found !== expected) throw new Error(`${what}: expected ${String(expected)}, found ${String(found)}`);
};

/** Events a second through the product, and its memory after that. */
const throughProduct = (): Promise<Readonly<{ perSecond: number; acceptedPerSecond: number; memoryMiB: number }>> =>
  withScratch(async (directory) => {
    const product = await startProduct(join(directory, "data"));
    const { post, close } = createPoster(product.url, product.key, connections);
    const headers = { authorization: `Bearer ${product.key}`, "content-type": "application/json" };
    for (const meter of meters)
      await fetch(`${product.url}/api/v1/meters`, {
        method: "POST",
        headers,
        body: JSON.stringify({ ...meter, eventType }),
      });
    const bodies = Array.from({ length: Math.ceil(eventsTotal / batchEvents) }, (_, batch) =>
      Buffer.from(
        JSON.stringify(Array.from({ length: batchEvents }, (__, index) => benchEvent(batch * batchEvents + index))),
      ),
    );
    const startedAt = performance.now();
    await inParallel(bodies.length, connections, async (index) => {
      const body = bodies[index] ?? Buffer.alloc(0);
      check("status", await post("/api/v1/events", body, "application/cloudevents-batch+json"), 204);
    });
    const acceptedMs = performance.now() - startedAt;
    const value = async (slug: string): Promise<number | undefined> => {
      for (;;) {
        const answer = await fetch(`${product.url}/api/v1/meters/${slug}/query`, { headers });
        if (answer.status === 503) continue; // usage is behind: ask again
        return ((await answer.json()) as { data: { value: number }[] }).data[0]?.value;
      }
    };
    check("events counted", await value("bench_requests"), bodies.length * batchEvents);
    const elapsedMs = performance.now() - startedAt;
    check("tokens summed", await value("bench_tokens"), expectedTokens);
    const memoryMiB = product.memory() / 2 ** 20;
    close();
    await product.stop();
    return {
      perSecond: (eventsTotal / elapsedMs) * 1_000,
      acceptedPerSecond: (eventsTotal / acceptedMs) * 1_000,
      memoryMiB,
    };
  });

const path = (text: string): JsonPath => {
  const parsed = parseJsonPath(text);
  if (!parsed.ok) throw new Error(`bad path ${text}`);
  return parsed.value;
};

const builds: readonly MeterBuild[] = meters.map((meter, index) => ({
  id: `01J0000000000000000000000${index}` as BuildId,
  namespace: "default",
  eventType,
  aggregation: meter.aggregation === "SUM" ? "sum" : "count",
  value: "valueProperty" in meter ? path(meter.valueProperty) : null,
  dimensions: Object.entries(meter.groupBy).map(([key, text]) => ({ key, path: path(text) })),
}));

type Rows = Readonly<{ events: readonly EventRow[]; usage: readonly UsageTableRow[] }>;

/** The rows of one block, as the worker would make them. */
const toRows = (block: number): Rows => {
  const body = JSON.stringify(
    Array.from({ length: blockEvents }, (_, index) => benchEvent(block * blockEvents + index)),
  );
  const parsed = parseEvents(body, { shape: "batch", now: instant(0) });
  if (!parsed.ok) throw new Error("bad events");
  const fold = createFold(builds);
  const events = parsed.value.map((event, index) => ({
    position: { log: "01J00000000000000000000000" as LogId, partition: 0, offset: block * blockEvents + index },
    event: { ...event, namespace: "default", ingestedAt: instant(Date.now()) },
    storedAt: instant(Date.now()),
  }));
  return { events, usage: events.flatMap(({ position, event }) => fold(event).map((entry) => ({ position, entry }))) };
};

/** Events a second when the finished rows are only inserted. */
const straight = (): Promise<number> =>
  withScratch(async (directory) => {
    const engine = await startClickHouse({ dataDir: join(directory, "clickhouse") });
    const usage = openClickHouse({ connect: engine.endpoint });
    await usage.migrate();
    const blocks = Array.from({ length: Math.ceil(eventsTotal / blockEvents) }, (_, block) => toRows(block));
    const startedAt = performance.now();
    for (const { events, usage: entries } of blocks) {
      const answers = await Promise.all([usage.tables.insertEvents(events), usage.tables.insertUsage(entries)]);
      for (const answer of answers) check("insert", answer.type, "stored");
    }
    const elapsedMs = performance.now() - startedAt;
    const stored = await usage.tables.storedEvents({
      log: "01J00000000000000000000000" as LogId,
      partition: 0,
      from: 0,
      to: eventsTotal,
    });
    check("rows stored", stored.size, eventsTotal);
    await usage.close();
    await engine.stop();
    return (eventsTotal / elapsedMs) * 1_000;
  });

const direct = await straight();
const product = await throughProduct();
const directAgain = await straight();
const inserts = (direct + directAgain) / 2;
console.log(`rows straight into the tables   ${Math.round(direct)} and ${Math.round(directAgain)} events/s`);
console.log(`acknowledged over HTTP          ${Math.round(product.acceptedPerSecond)} events/s`);
console.log(`through the whole pipeline      ${Math.round(product.perSecond)} events/s`);
console.log(`memory of all processes after   ${Math.round(product.memoryMiB)} MiB`);
console.log(`ratio                           ${(product.perSecond / inserts).toFixed(2)} (target 0.5 or more)`);
