// Time to acknowledge single events from 16 clients while batches of 1,000 arrive as fast as they are taken.
//   node infra/bench/src/latency.ts [--seconds 20]
import { join } from "node:path";
import process from "node:process";
import { benchEvent, eventType, meters } from "./events.ts";
import { createPoster, percentile } from "./load.ts";
import { startLoad } from "./load-process.ts";
import { startProduct, withScratch } from "./product.ts";

const clients = 16;
const seconds = Number(/--seconds[= ](\d+)/.exec(process.argv.join(" "))?.[1] ?? 20);

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
    const load = startLoad(product.url, product.key);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await run("16 clients under load");
    const { acknowledged } = await load.stop();
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

await measure();
