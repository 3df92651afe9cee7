// Time to acknowledge single events from 16 clients while batches of 1,000 arrive as fast as they are taken.
//   node infra/bench/src/latency.ts [--seconds 20]
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { benchEvent, eventType, meters } from "./events.ts";
import { createPoster, percentile } from "./load.ts";
import { startProduct, withScratch } from "./product.ts";

const clients = 16;
const loadConnections = 8;
const batchEvents = 1_000;
const preparedBatches = 400;
const seconds = Number(/--seconds[= ](\d+)/.exec(process.argv.join(" "))?.[1] ?? 20);

/** The load, in a process of its own: batches with new ids until it is told to stop; answers how many were acknowledged. */
const load = async (url: string, key: string): Promise<void> => {
  const { post, close } = createPoster(url, key, loadConnections);
  const marker = "event-00000000-";
  const bodies = Array.from({ length: preparedBatches }, () =>
    Buffer.from(
      JSON.stringify(
        Array.from({ length: batchEvents }, (_, index) => ({ ...benchEvent(index), id: `${marker}${index}` })),
      ),
    ),
  );
  const places = indexesOf(bodies[0] ?? Buffer.alloc(0), marker);
  let sent = 0;
  let acknowledged = 0;
  let running = true;
  process.once("message", () => {
    running = false;
  });
  await Promise.all(
    Array.from({ length: loadConnections }, async (_, connection) => {
      for (let turn = 0; running; turn++) {
        const body = bodies[(connection + turn * loadConnections) % preparedBatches] ?? Buffer.alloc(0);
        const number = String(++sent).padStart(8, "0");
        for (const place of places) body.write(number, place + "event-".length, "latin1");
        const status = await post("/api/v1/events", body, "application/cloudevents-batch+json");
        if (status === 204) acknowledged += batchEvents;
        else if (status !== 503) throw new Error(`the load was answered with ${status}`);
      }
    }),
  );
  close();
  process.send?.(acknowledged);
  process.disconnect?.();
};

const indexesOf = (body: Buffer, text: string): readonly number[] => {
  const found: number[] = [];
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + 1)) found.push(at);
  return found;
};

const measure = (): Promise<void> =>
  withScratch(async (directory) => {
    const product = await startProduct(join(directory, "data"));
    const headers = { authorization: `Bearer ${product.key}`, "content-type": "application/json" };
    for (const meter of meters)
      await fetch(`${product.url}/api/v1/meters`, {
        method: "POST",
        headers,
        body: JSON.stringify({ ...meter, eventType }),
      });
    const { post, close } = createPoster(product.url, product.key, clients);
    const times: number[] = [];
    let number = 0;
    const singles = async (until: number): Promise<void> => {
      while (performance.now() < until) {
        const body = Buffer.from(JSON.stringify({ ...benchEvent(number), id: `single-${number++}` }));
        const startedAt = performance.now();
        const status = await post("/api/v1/events", body, "application/cloudevents+json");
        times.push(performance.now() - startedAt);
        if (status !== 204) throw new Error(`an event was answered with ${status}`);
      }
    };
    const run = async (label: string): Promise<void> => {
      times.length = 0;
      const until = performance.now() + seconds * 1_000;
      await Promise.all(Array.from({ length: clients }, () => singles(until)));
      const [p50, p99, max] = [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(1));
      console.log(
        `${label}: ${Math.round(times.length / seconds)} events/s, p50 ${p50} ms, p99 ${p99} ms, longest ${max} ms`,
      );
    };
    await run("16 clients alone     ");
    const child = fork(fileURLToPath(import.meta.url), ["load", product.url, product.key]);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await run("16 clients under load");
    const answered = once(child, "message");
    child.send("stop");
    const [acknowledged] = (await answered) as [number];
    for (;;) {
      const answer = await fetch(`${product.url}/api/v1/meters/bench_requests/query`, { headers });
      if (answer.status === 503) continue; // usage is behind: ask again
      const counted = ((await answer.json()) as { data: { value: number }[] }).data[0]?.value;
      if (counted !== acknowledged + number)
        throw new Error(`acknowledged ${acknowledged + number}, counted ${String(counted)}`);
      break;
    }
    console.log(`load: ${acknowledged} events acknowledged; every acknowledged event is counted (target: p99 20 ms)`);
    close();
    await product.stop();
  });

const [, , role, url, key] = process.argv;
if (role === "load" && url !== undefined && key !== undefined) await load(url, key);
else await measure();
