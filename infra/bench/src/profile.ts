// Where the server's own time goes between an HTTP batch and durable, counted rows: self times by function and by part of
// the product, from the profiler of Node, while batches of 1,000 arrive as fast as they are taken.
//   node infra/bench/src/profile.ts [--seconds 20] [--top 15]
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { eventType, meters } from "./events.ts";
import { startLoad } from "./load-process.ts";
import { startProduct, withScratch } from "./product.ts";

const argument = (name: string, otherwise: number): number =>
  Number(new RegExp(`--${name}[= ](\\d+)`).exec(process.argv.join(" "))?.[1] ?? otherwise);

type Frame = Readonly<{ functionName: string; url: string; lineNumber: number }>;
type Profile = Readonly<{
  nodes: readonly Readonly<{ id: number; callFrame: Frame }>[];
  samples: readonly number[];
  timeDeltas: readonly number[];
}>;

/** Microseconds by name; names in the order of time spent. */
const spent = (profile: Profile, nameOf: (frame: Frame) => string): readonly (readonly [string, number])[] => {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined) continue;
    const name = nameOf(frame);
    times.set(name, (times.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
  return [...times].toSorted((a, b) => b[1] - a[1]);
};

/** Packages and apps by their folder, everything else by where it comes from. */
const partOf = ({ functionName, url }: Frame): string => {
  const own = /\/(packages|apps)\/([^/]+)\/src\//.exec(url);
  if (own !== null) return `${own[1]}/${own[2]}`;
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(idle)" || functionName === "(program)") return functionName.slice(1, -1);
  const foreign = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url);
  return foreign?.[1] ?? (url.startsWith("node:") ? "node" : "native");
};

const functionOf = (frame: Frame): string =>
  `${partOf(frame)}: ${frame.functionName === "" ? "(anonymous)" : frame.functionName} (${frame.url.split("/").at(-1) ?? ""}:${frame.lineNumber + 1})`;

const print = (title: string, times: readonly (readonly [string, number])[], top: number): void => {
  const busy = times.filter(([name]) => !name.includes("idle"));
  const total = busy.reduce((sum, [, time]) => sum + time, 0);
  console.log(`\n${title}`);
  for (const [name, time] of busy.slice(0, top))
    console.log(`${((time / total) * 100).toFixed(1).padStart(6)} %  ${name}`);
};

await withScratch(async (directory) => {
  const profiles = join(directory, "profiles");
  const product = await startProduct(join(directory, "data"), ["--cpu-prof", `--cpu-prof-dir=${profiles}`]);
  const headers = { authorization: `Bearer ${product.key}`, "content-type": "application/json" };
  for (const meter of meters)
    await fetch(`${product.url}/api/v1/meters`, {
      method: "POST",
      headers,
      body: JSON.stringify({ ...meter, eventType }),
    });
  const load = startLoad(product.url, product.key);
  await new Promise((resolve) => setTimeout(resolve, argument("seconds", 20) * 1_000));
  const { acknowledged } = await load.stop();
  for (;;) {
    const answer = await fetch(`${product.url}/api/v1/meters/bench_requests/query`, { headers });
    if (answer.status === 503) continue; // usage is behind: ask again
    const counted = ((await answer.json()) as { data: { value: number }[] }).data[0]?.value;
    if (counted !== acknowledged) throw new Error(`acknowledged ${acknowledged}, counted ${String(counted)}`);
    break;
  }
  await product.stop();
  const [file] = await readdir(profiles);
  if (file === undefined) throw new Error("the profiler wrote nothing");
  const profile = JSON.parse(await readFile(join(profiles, file), "utf8")) as Profile; // as V8 writes it
  console.log(`${acknowledged} events acknowledged and counted`);
  print("busy time of the event loop by part", spent(profile, partOf), argument("top", 15));
  print("and by function", spent(profile, functionOf), argument("top", 15));
});
