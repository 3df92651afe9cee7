/**
 * Fills a log with random keys, trimming behind itself as a worker does, and shows per million what the growing index
 * costs: rate, memory of the process, disk a key.
 *
 *   node packages/log-local/bench/keys.ts [million keys, default 3]
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { event, openOrThrow } from "../src/test-support.ts";

const millions = Number(process.argv[2] ?? 3);
const batch = 10_000;
const data = JSON.stringify({ model: "large-2", tokens: 1234, region: "eu-central-1", path: "/v1/generate" });

const diskBytes = async (directory: string): Promise<number> => {
  const sizes = (await readdir(directory)).map(async (name) => stat(join(directory, name)).catch(() => ({ size: 0 })));
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0);
};

/** Without the tables that LevelDB maps into memory, which the system takes back when it needs to. Linux only. */
const privateMiB = async (): Promise<string> => {
  const status = await readFile("/proc/self/status", "utf8").catch(() => "");
  return (Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1_024).toFixed(0);
};

const directory = await mkdtemp(join(tmpdir(), "meter-log-bench-"));
const log = await openOrThrow(directory);
for (let million = 1; million <= millions; million += 1) {
  let seconds = 0;
  const cpuBefore = process.cpuUsage();
  for (let sent = 0; sent < 1_000_000; sent += batch) {
    const events = Array.from({ length: batch }, () => event(randomUUID(), data));
    const startedAt = performance.now();
    const result = await log.writer.append(events);
    seconds += (performance.now() - startedAt) / 1_000;
    if (!result.ok || result.value.appended !== batch) throw new Error(JSON.stringify(result));
    if (sent % 100_000 === 0) await log.partition.trim(Math.max(0, log.partition.next() - 100_000));
  }
  const cpu = process.cpuUsage(cpuBefore);
  const disk = await diskBytes(directory);
  process.stdout.write(
    `${million} M keys: ${(1_000 / seconds).toFixed(0)}k events/s, ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s of CPU, ` +
      `${await privateMiB()} MiB of memory, disk ${(disk / 2 ** 20).toFixed(0)} MiB, ${(disk / million / 1e6).toFixed(0)} B a key\n`,
  );
}
const closing = performance.now();
await log.close();
const opening = performance.now();
const again = await openOrThrow(directory);
process.stdout.write(
  `close ${(opening - closing).toFixed(0)} ms, open ${(performance.now() - opening).toFixed(0)} ms\n`,
);
const trimming = performance.now();
await again.partition.trim(again.partition.next());
process.stdout.write(`first trim of the new life ${(performance.now() - trimming).toFixed(0)} ms\n`);
await again.close();
await rm(directory, { recursive: true });
