import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Meter, processesLeft, processesOf, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { countMeter, totalOf, workEvent } from "./traffic.test-support.ts";

// A loss of power, replayed: everything is killed, files that no sync covered are cut, and the next start finds itself on a
// machine with another boot id, which only a mount of its own over the real one can show it.

const bootIdFile = "/proc/sys/kernel/random/boot_id";
const bootWith = (idFile: string): readonly string[] => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  `mount --bind ${idFile} ${bootIdFile} && exec "$@"`,
  "sh",
];

const obstacle = ((): string => {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "only root on Linux may mount";
  const tried = spawnSync("unshare", ["--mount", "mount", "--bind", "/proc/version", bootIdFile], { encoding: "utf8" });
  return tried.status === 0 ? "" : `${tried.stderr}${String(tried.error ?? "")}`.trim();
})();
if (obstacle !== "") process.stderr.write(`    skipped, the loss of power: ${obstacle}\n`);

const batches = 3;
const batchEvents = 700;

/** The newest part of each table: its directory. */
const newestParts = (clickhouse: string): readonly string[] => {
  const tables = readdirSync(join(clickhouse, "store"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && /^all_\d+_\d+_\d+$/.test(entry.name))
    .map((entry) => ({ table: entry.parentPath, part: join(entry.parentPath, entry.name) }));
  return [...Map.groupBy(tables, ({ table }) => table).values()].map(
    (parts) => parts.toSorted((a, b) => statSync(b.part).mtimeMs - statSync(a.part).mtimeMs)[0]?.part ?? "",
  );
};

/** Cuts every data file of a part in half, as a disk may that wrote the name but not the content. */
const tear = (part: string): void => {
  for (const name of readdirSync(part).filter((file) => file.endsWith(".bin"))) {
    const file = join(part, name);
    truncateSync(file, Math.floor(statSync(file).size / 2));
  }
};

describe.skipIf(obstacle !== "")("after a loss of power", () => {
  let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
  let dataDir: string;
  let through: readonly string[];
  let meter: Meter;
  beforeAll(async () => {
    scratch = await scratchDirectory();
    dataDir = join(scratch.path, "data");
    const idFile = join(scratch.path, "boot_id");
    writeFileSync(idFile, `${randomUUID()}\n`);
    through = bootWith(idFile);
    meter = await startMeter(dataDir);
  });
  afterAll(() => scratch.remove());

  const send = async (batch: number): Promise<void> => {
    const events = Array.from({ length: batchEvents }, (_, index) => workEvent(batch * batchEvents + index));
    expect((await meter.call("POST", "/api/v1/events", events)).status).toBe(204);
  };

  const expectCounted = async (events: number): Promise<void> => {
    expect(await totalOf(meter.call)).toBe(events);
    expect(await totalOf(meter.call, "n", "?groupBy=subject&windowSize=DAY")).toBe(events);
    expect(await totalOf(meter.call, "n", "?groupBy=kind&windowSize=HOUR")).toBe(events);
  };

  test("torn parts are moved aside, and what they held comes back from the log, once", async () => {
    expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
    for (let batch = 0; batch < batches; batch++) {
      await send(batch);
      await expectCounted((batch + 1) * batchEvents); // a part of its own for each batch
    }
    for (const pid of processesOf(dataDir)) process.kill(pid, "SIGKILL");
    await meter.exited;
    expect(await processesLeft(dataDir, 5_000)).toEqual([]);
    const torn = newestParts(join(dataDir, "clickhouse"));
    expect(torn.length).toBeGreaterThanOrEqual(2);
    for (const part of torn) tear(part);

    meter = await startMeter(dataDir, { METER_LOG_LEVEL: "info" }, through);
    await expectCounted(batches * batchEvents);
    expect(meter.lines.join("\n")).toMatch(/broken table parts were moved aside/);
    expect((await readdir(join(dataDir, "clickhouse", "aside"))).length).toBeGreaterThanOrEqual(2);
  });

  test("and it goes on: new events count, a clean stop and a later start in the same boot read nothing back", async () => {
    await send(batches);
    await expectCounted((batches + 1) * batchEvents);
    expect(await meter.stop()).toEqual({ code: 0, signal: null });
    meter = await startMeter(dataDir, { METER_LOG_LEVEL: "info" }, through);
    await expectCounted((batches + 1) * batchEvents);
    expect(meter.lines.join("\n")).not.toMatch(/recovering|moved aside/);
    expect(await meter.stop()).toEqual({ code: 0, signal: null });
  });
});
