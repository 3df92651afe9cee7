// Full load for a long time: the memory of every process must stay flat, and every acknowledged event be counted in the
// end. Files that a process has mapped (the key index of the log) are shown, but not judged: they are the system's cache.
//   node infra/bench/src/soak.ts [--minutes 20]
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { eventType, meters } from "./events.ts";
import { startLoad } from "./load-process.ts";
import { type Memory, type Part, startProduct, withScratch } from "./product.ts";

const minutes = Number(/--minutes[= ](\d+)/.exec(process.argv.join(" "))?.[1] ?? 20);
const sampleMs = 5_000;
/** The last third may hold so much more than the middle third. */
const growthMax = 1.1;

const parts: readonly Part[] = ["server", "clickhouse", "postgres"];

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const mebibytes = (bytes: number): string => String(Math.round(bytes / 2 ** 20)).padStart(6);

await withScratch(async (directory) => {
  const product = await startProduct(join(directory, "data"));
  const headers = { authorization: `Bearer ${product.key}`, "content-type": "application/json" };
  for (const meter of meters)
    await fetch(`${product.url}/api/v1/meters`, {
      method: "POST",
      headers,
      body: JSON.stringify({ ...meter, eventType }),
    });
  const figure = async (name: string): Promise<number> => {
    const text = await (await fetch(`${product.url}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  };

  const load = startLoad(product.url, product.key);
  const startedAt = performance.now();
  const samples: Readonly<Record<Part, Memory>>[] = [];
  console.log("minute   memory of its own (mapped files), MiB: server, ClickHouse, Postgres   accepted  waiting");
  while (performance.now() - startedAt < minutes * 60_000) {
    await sleep(sampleMs);
    const sample = product.memoryByPart();
    samples.push(sample);
    if (samples.length % (60_000 / sampleMs) === 0) {
      const [next, lag] = [await figure("meter_log_next_offset"), await figure("meter_worker_lag_events")];
      const minute = String(samples.length / (60_000 / sampleMs)).padStart(6);
      const cells = parts.map((part) => `${mebibytes(sample[part].own)} (${mebibytes(sample[part].files)})`);
      console.log(`${minute}  ${cells.join("  ")}  ${next}  ${lag}`);
    }
  }
  const { acknowledged, putOff } = await load.stop();
  const seconds = (performance.now() - startedAt) / 1_000;
  for (;;) {
    const answer = await fetch(`${product.url}/api/v1/meters/bench_requests/query`, { headers });
    if (answer.status === 503) continue; // usage is behind: ask again
    const counted = ((await answer.json()) as { data: { value: number }[] }).data[0]?.value;
    if (counted !== acknowledged) throw new Error(`acknowledged ${acknowledged}, counted ${String(counted)}`);
    break;
  }
  console.log(
    `${acknowledged} events acknowledged in ${Math.round(seconds)} s (${Math.round(acknowledged / seconds)} events/s), ${putOff} requests put off; every one is counted`,
  );
  const third = Math.floor(samples.length / 3);
  for (const part of parts) {
    const of = (from: number, to: number): number => mean(samples.slice(from, to).map((sample) => sample[part].own));
    const [middle, last] = [of(third, 2 * third), of(2 * third, samples.length)];
    const flat = last <= middle * growthMax;
    console.log(
      `${part.padEnd(10)}  middle third ${mebibytes(middle)} MiB, last third ${mebibytes(last)} MiB: ${flat ? "flat" : "GROWS"}`,
    );
    if (!flat) process.exitCode = 1;
  }
  await product.stop();
});
