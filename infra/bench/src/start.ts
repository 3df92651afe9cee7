// Cold start of an installed product: from the start of the process to the first acknowledged event, on a directory that
// holds data; and the memory of all its processes when idle.
//   node infra/bench/src/start.ts [--starts 5]
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { benchEvent } from "./events.ts";
import { createPoster, percentile } from "./load.ts";
import { type Product, startProduct, withScratch } from "./product.ts";

const starts = Number(/--starts[= ](\d+)/.exec(process.argv.join(" "))?.[1] ?? 5);
const idleMs = 5_000;

const sendOne = async ({ url, key }: Product, index: number): Promise<void> => {
  const { post, close } = createPoster(url, key, 1);
  const status = await post(
    "/api/v1/events",
    Buffer.from(JSON.stringify(benchEvent(index))),
    "application/cloudevents+json",
  );
  close();
  if (status !== 204) throw new Error(`the event was answered with ${status}`);
};

await withScratch(async (directory) => {
  const dataDir = join(directory, "data");
  const first = await startProduct(dataDir);
  await sendOne(first, 0);
  await first.stop();
  const acceptedAfterMs: number[] = [];
  let memory = 0;
  for (let index = 1; index <= starts; index++) {
    const startedAt = performance.now();
    const product = await startProduct(dataDir);
    await sendOne(product, index);
    acceptedAfterMs.push(performance.now() - startedAt);
    if (index === starts) {
      await sleep(idleMs);
      memory = product.memory();
    }
    await product.stop();
  }
  console.log(`first start, with the making of the databases  ${Math.round(first.readyAfterMs)} ms`);
  console.log(
    `later start to first acknowledged event        ${acceptedAfterMs.map(Math.round).join(", ")} ms; median ${Math.round(percentile(acceptedAfterMs, 0.5))} (target below 3,000)`,
  );
  console.log(`memory of all processes, idle                  ${Math.round(memory / 2 ** 20)} MiB (target below 700)`);
});
