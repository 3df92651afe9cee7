/**
 * Appends from many callers at once, each waiting for its answer before it sends again, then reads all back.
 *
 *   node packages/log-local/bench/append.ts [seconds per run, default 3]
 *
 * The events are made before the clock runs, so that the event loop's delay is that of the log alone.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { type AcceptedEvent, encodeAcceptedEvent } from "@meter/events";
import { instant } from "@meter/primitives";
import { event, openOrThrow } from "../src/test-support.ts";

const secondsPerRun = Number(process.argv[2] ?? 3);
const warmUpMs = 500;
const eventsPerRunMax = 900_000;
const data = JSON.stringify({
  model: "large-2",
  tokens: 1234,
  input: true,
  region: "eu-central-1",
  request: "r".repeat(24),
  path: "/v1/generate",
});

const delayOf = (histogram: IntervalHistogram): string =>
  `p50 ${(histogram.percentile(50) / 1e6).toFixed(1)}, p99 ${(histogram.percentile(99) / 1e6).toFixed(1)}, max ${(histogram.max / 1e6).toFixed(1)} ms`;

const newEvent = (): AcceptedEvent => ({ ...event(randomUUID(), data), time: instant(Date.now()) });

const run = async (callers: number, batch: number): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), "meter-log-bench-"));
  const log = await openOrThrow(directory);
  const batches = Array.from({ length: Math.ceil(eventsPerRunMax / batch) }, () =>
    Array.from({ length: batch }, newEvent),
  );
  const loopDelay = monitorEventLoopDelay({ resolution: 1 });
  const latencies: number[] = [];
  let appended = 0;
  let measuring = false;
  let stopped = false;

  const call = async (): Promise<void> => {
    for (let events = batches.pop(); !stopped; events = batches.pop()) {
      if (events === undefined) throw new Error("not enough events: raise eventsPerRunMax, or run for a shorter time");
      const startedAt = performance.now();
      const result = await log.writer.append(events);
      if (!result.ok) throw new Error(JSON.stringify(result.error));
      if (!measuring) continue;
      appended += batch;
      latencies.push(performance.now() - startedAt);
    }
  };
  const running = Array.from({ length: callers }, call);
  await new Promise((resolve) => setTimeout(resolve, warmUpMs));
  measuring = true;
  loopDelay.enable();
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, secondsPerRun * 1_000));
  const seconds = (performance.now() - startedAt) / 1_000;
  measuring = false;
  loopDelay.disable();
  stopped = true;
  await Promise.all(running);

  const readLoopDelay = monitorEventLoopDelay({ resolution: 1 });
  readLoopDelay.enable();
  const readFrom = performance.now();
  let read = 0;
  while (read < log.partition.next())
    read += (await log.partition.read(read, { rowsMax: 10_000, bytesMax: 8 * 1024 * 1024 })).length;
  const readSeconds = (performance.now() - readFrom) / 1_000;
  readLoopDelay.disable();

  latencies.sort((a, b) => a - b);
  const at = (share: number): string => (latencies[Math.floor(latencies.length * share)] ?? Number.NaN).toFixed(1);
  process.stdout.write(
    `${callers} × ${batch}: ${(appended / seconds / 1_000).toFixed(1)}k events/s, append p50 ${at(0.5)} p99 ${at(0.99)} ms, loop ${delayOf(loopDelay)}; ` +
      `read ${(read / readSeconds / 1_000).toFixed(0)}k events/s, loop ${delayOf(readLoopDelay)}\n`,
  );
  await log.close();
  await rm(directory, { recursive: true });
};

/** What this machine does to an event loop that computes 1.5 ms a round and nothing else. */
const runAlone = async (): Promise<void> => {
  const loopDelay = monitorEventLoopDelay({ resolution: 1 });
  loopDelay.enable();
  const until = performance.now() + secondsPerRun * 1_000;
  while (performance.now() < until) {
    const turnEnds = performance.now() + 1.5;
    while (performance.now() < turnEnds);
    await new Promise((resolve) => setImmediate(resolve));
  }
  loopDelay.disable();
  process.stdout.write(`no log, computing in turns: loop ${delayOf(loopDelay)}\n`);
};

process.stdout.write(`one event is ${encodeAcceptedEvent(newEvent()).length} bytes encoded\n`);
await runAlone();
for (const [callers, batch] of [
  [16, 1],
  [64, 1],
  [8, 100],
  [8, 1_000],
  [2, 10_000],
] as const)
  await run(callers, batch);
