import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mountSmallDisk, type SmallDisk } from "./full-disk.test-support.ts";
import { launch, type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { killAll } from "./processes.test-support.ts";
import { countMeter, startTraffic, totalOf, workEvent } from "./traffic.test-support.ts";

const diskBytes = 640 * 2 ** 20;
const freeBytesMin = diskBytes / 10;

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let disk: SmallDisk;
let meter: Meter;
let counted = 0;

beforeAll(async () => {
  scratch = await scratchDirectory();
  disk = mountSmallDisk(join(scratch.path, "disk"), diskBytes);
});
afterAll(async () => {
  await killAll(scratch.path);
  disk.unmount();
  await scratch.remove();
});

const dataDir = (): string => join(disk.path, "data");
const send = async (count: number): Promise<void> => {
  const events = Array.from({ length: count }, (_, index) => workEvent(counted + index));
  const answer = await meter.call("POST", "/api/v1/events", events);
  expect(answer.status, answer.text).toBe(204);
  counted += count;
};

const expectCounted = async (): Promise<void> => {
  await expect.poll(() => totalOf(meter.call).catch(String), { timeout: 40_000, interval: 200 }).toBe(counted);
  expect(await totalOf(meter.call, "n", "?groupBy=kind&windowSize=HOUR")).toBe(counted);
};

const readiness = async (): Promise<string> => (await meter.call("GET", "/readyz")).text;

describe("a disk that fills up", () => {
  test("events are refused before it is full, and it is said where one looks; reads go on", async (context) => {
    if (disk.obstacle !== "") return context.skip();
    meter = await startMeter(dataDir());
    expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
    await send(5_000);
    await expectCounted();
    expect(await readiness()).toBe('{"status":"ready"}');
    disk.fillUpTo(freeBytesMin - 2 ** 20);
    await sleep(300);

    const refused = await meter.call("POST", "/api/v1/events", workEvent(counted));
    expect([refused.status, refused.headers.get("retry-after")], refused.text).toEqual([503, "10"]);
    expect(refused.json).toMatchObject({ code: "disk_full", help: `${meter.url}/problems/disk_full` });
    expect((await meter.call("GET", "/problems/disk_full")).status).toBe(200);
    expect(await readiness()).toMatch(
      /"degraded".*the disk of log is nearly full: events are refused until 67 MB are free, now 6\d MB/,
    );
    expect((await meter.call("GET", "/metrics")).text).toMatch(/^meter_disk_free_bytes 6\d{7}$/m);
    await expectCounted();
  });

  test("as soon as there is room, they are taken again", async (context) => {
    if (disk.obstacle !== "") return context.skip();
    disk.makeRoom();
    await sleep(300);
    await send(1_000);
    await expectCounted();
    expect(await readiness()).toBe('{"status":"ready"}');
  });

  test("full to the last byte under load: what was acknowledged is there afterwards, once", async (context) => {
    if (disk.obstacle !== "") return context.skip();
    const traffic = startTraffic(() => meter.call, counted);
    await sleep(500);
    disk.fillUpTo(0);
    await sleep(4_000);
    const refusals = [...new Set(traffic.refusals.map((refusal) => /"code":"(\w+)"/.exec(refusal)?.[1] ?? refusal))];
    const ended = meter.child.exitCode !== null;
    process.stderr.write(
      `    on a full disk: refused with ${refusals.join(", ")}; the server ${ended ? "ended" : "went on"}\n`,
    );
    expect(refusals).toContain("disk_full");
    if (!ended) expect(await readiness()).not.toContain('"ready"');

    await killAll(dataDir());
    disk.fillUpTo(0);
    const acknowledged = counted + traffic.acknowledged();
    const failed = launch({ METER_DATA_DIR: dataDir() });
    expect((await failed.exited).code).toBe(1);
    expect(failed.errors.join("\n")).toMatch(/^meter: METER_DATA_DIR: \S+ is on a disk that is full$/);

    disk.makeRoom();
    meter = await startMeter(dataDir());
    expect(await totalOf(meter.call)).toBeGreaterThanOrEqual(acknowledged);
    await traffic.end();
    counted += traffic.sent();
    await expectCounted();
    expect(await readiness()).toBe('{"status":"ready"}');
  });

  test("full to the last byte, then room again: it goes on by itself", async (context) => {
    if (disk.obstacle !== "") return context.skip();
    const traffic = startTraffic(() => meter.call, counted);
    await sleep(500);
    disk.fillUpTo(0);
    await sleep(3_000);
    disk.makeRoom();
    if (meter.child.exitCode !== null) meter = await startMeter(dataDir()); // as whoever supervises it would
    await traffic.end();
    counted += traffic.sent();
    await expectCounted();
    await expect.poll(readiness, { timeout: 20_000 }).toBe('{"status":"ready"}');
    expect(await meter.stop()).toEqual({ code: 0, signal: null });
  });
});
