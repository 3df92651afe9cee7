import { join } from "node:path";
import { renameSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type FaultyMeter, startFaultyMeter } from "./faulty-meter.test-support.ts";
import { launch, scratchDirectory } from "./meter.test-support.ts";
import { killAll } from "./processes.test-support.ts";
import { copyDirectory, partsSince, randomOf, tearLogTail, tearPart } from "./torn-disk.test-support.ts";
import { countMeter, totalOf, workEvent } from "./traffic.test-support.ts";

// Losses of power, replayed on copies of data directories: everything is killed, what no sync covered is torn, and the next
// start finds itself in another life of the machine.

vi.setConfig({ testTimeout: 60_000 });

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
beforeAll(async () => {
  scratch = await scratchDirectory();
});
afterAll(() => scratch.remove());

const slugs = ["n", "n_late"];

/** Sends each event until it is acknowledged. */
const sendAll = async (meter: FaultyMeter, from: number, to: number, batch: number): Promise<void> => {
  for (let at = from; at < to; at += batch) {
    const events = Array.from({ length: Math.min(batch, to - at) }, (_, index) => workEvent(at + index));
    expect((await meter.call("POST", "/api/v1/events", events)).status).toBe(204);
    await totalOf(meter.call); // a part of its own
  }
};

type Image = Readonly<{ path: string; acknowledged: number; syncedAt: number }>;

/** A data directory as a loss of power finds it, before it is torn. */
const takeImage = async (
  name: string,
  { merge, flight }: Readonly<{ merge: boolean; flight: boolean }>,
): Promise<Image> => {
  const path = join(scratch.path, name);
  const meter = await startFaultyMeter(path, { boot: "first" });
  expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
  await sendAll(meter, 0, 900, 300);
  // Reading the old events ends with a sync and a trimming: what was sent so far is in the tables alone.
  expect((await meter.call("POST", "/api/v1/meters", { ...countMeter, slug: "n_late" })).status).toBe(201);
  const isTrimmed = async (): Promise<boolean> =>
    (await meter.call("GET", "/metrics")).text.includes("\nmeter_log_trim_bound 900\n");
  for (let tries = 0; !(await isTrimmed()); tries++) {
    if (tries === 200) throw new Error("the log is not trimmed");
    await sleep(50);
  }
  await sleep(50);
  const syncedAt = Date.now();
  await sleep(50);
  await sendAll(meter, 900, 2_000, 200);
  if (merge) for (const table of ["events", "usage"]) await meter.sql(`optimize table meter.${table} final`);
  await sendAll(meter, 2_000, 2_400, 200);
  let acknowledged = 2_400;
  if (flight) {
    // Acknowledged and nowhere but in the log, and a block of which one insert has been made.
    await meter.arm({ point: "tables.insertUsage", does: "die_during", ms: 3 });
    const answers = await Promise.allSettled(
      [0, 1, 2].map((at) =>
        meter.call(
          "POST",
          "/api/v1/events",
          Array.from({ length: 100 }, (_, index) => workEvent(2_400 + at * 100 + index)),
        ),
      ),
    );
    const taken = answers.map((answer) => answer.status === "fulfilled" && answer.value.status === 204);
    acknowledged += 100 * (taken.includes(false) ? taken.indexOf(false) : 3);
    await meter.exited;
  }
  await killAll(path);
  return { path, acknowledged, syncedAt };
};

describe.each([
  { why: "parts of some blocks", merge: false, flight: false, seeds: [1, 2, 3] },
  { why: "merged parts, whose sources were synced and trimmed", merge: true, flight: false, seeds: [4, 5, 6, 7] },
  { why: "merged parts, and a block in flight", merge: true, flight: true, seeds: [8, 9, 10] },
])("$why", ({ why, merge, flight, seeds }) => {
  let image: Image;
  beforeAll(async () => {
    image = await takeImage(why.replaceAll(/\W+/g, "-"), { merge, flight });
  });

  test.each(seeds)("seed %i: what was acknowledged is there after it, once", async (seed) => {
    const random = randomOf(seed);
    const path = join(scratch.path, `seed-${seed}`);
    copyDirectory(image.path, path);
    const parts = partsSince(join(image.path, "clickhouse"), image.syncedAt).map((part) =>
      part.replace(image.path, path),
    );
    expect(parts.length).toBeGreaterThanOrEqual(2);
    const torn = parts.filter(() => random() < 0.6).map((part) => tearPart(part, random));
    torn.push(tearLogTail(join(path, "log"), random));
    const told = `seed ${seed}:\n      ${torn.join("\n      ")}`;

    const meter = await startFaultyMeter(path, { boot: "second" });
    try {
      const total = await expect
        .poll(() => totalOf(meter.call).catch(String), { timeout: 30_000 })
        .toBeTypeOf("number")
        .then(() => totalOf(meter.call));
      expect(total, told).toBeGreaterThanOrEqual(image.acknowledged);
      for (const slug of slugs)
        for (const query of ["", "?groupBy=kind&windowSize=HOUR", "?groupBy=subject"])
          expect(await totalOf(meter.call, slug, query), `${slug}${query} ${told}`).toBe(total);
      expect(await meter.sql("select count(), uniqExact(id), uniqExact(offset) from events"), told).toEqual([
        [total, total, total],
      ]);
      // The same again is known, and what is new counts.
      await sendAll(meter, 0, 2_800, 1_400);
      for (const slug of slugs) expect(await totalOf(meter.call, slug), told).toBe(2_800);
    } finally {
      await meter.kill();
      await killAll(path);
      rmSync(path, { recursive: true, force: true });
    }
  });
});

test("a log that is older than the tables is refused with a line that says so, and nothing is changed", async () => {
  const path = join(scratch.path, "older-log");
  const meter = await startFaultyMeter(path);
  expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
  await sendAll(meter, 0, 300, 300);
  await meter.kill();
  await killAll(path);
  copyDirectory(join(path, "log"), join(scratch.path, "log-of-then"));
  const later = await startFaultyMeter(path);
  await sendAll(later, 300, 600, 300);
  await later.kill();
  await killAll(path);
  const logOfNow = join(scratch.path, "log-of-now");
  renameSync(join(path, "log"), logOfNow);
  renameSync(join(scratch.path, "log-of-then"), join(path, "log"));

  const refused = launch({ METER_DATA_DIR: path });
  expect((await refused.exited).code).toBe(1);
  expect(refused.errors.join("\n")).toMatch(
    /^meter: METER_DATA_DIR: the event log in \S+ is older than the tables in \S+; the parts of the data directory were not made together/,
  );

  rmSync(join(path, "log"), { recursive: true });
  renameSync(logOfNow, join(path, "log"));
  const again = await startFaultyMeter(path);
  expect(await totalOf(again.call)).toBe(600);
  await again.kill();
});
