import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Meter, processesLeft, processesOf, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { clickHouseOf, postmasterOf } from "./processes.test-support.ts";
import { countMeter, startTraffic, toTotal, totalOf, type Traffic } from "./traffic.test-support.ts";

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let dataDir: string;
let meter: Meter | null;
let counted = 0;

const start = (): Promise<Meter> => startMeter(dataDir, { METER_LOG_LEVEL: "info" });
const running = (): Meter => {
  if (meter === null) throw new Error("there is no Meter");
  return meter;
};

beforeAll(async () => {
  scratch = await scratchDirectory();
  dataDir = join(scratch.path, "data");
  meter = await start();
  expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
});
afterAll(() => scratch.remove());

const signalAll = (pids: readonly number[], signal: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      continue; // it ended with another one
    }
  }
};

/** Traffic whose events are not among those counted yet. */
let unfinished: Traffic | null = null;

/** Traffic that goes on until all of it is acknowledged, whatever happens to the server meanwhile. */
const begin = async (): Promise<Traffic> => {
  const traffic = startTraffic(() => meter?.call ?? null, counted);
  unfinished = traffic;
  await expect.poll(traffic.acknowledged, { timeout: 10_000 }).toBeGreaterThan(100);
  return traffic;
};

/** Ends the traffic; each of its events is acknowledged then, and each must count once. */
const finish = async (traffic: Traffic): Promise<void> => {
  await sleep(300);
  await endTraffic(traffic);
  expect(await totalOf(running().call)).toBe(counted);
  expect(await totalOf(running().call, "n", "?groupBy=kind&windowSize=HOUR")).toBe(counted);
  expect(await totalOf(running().call, "n", "?groupBy=subject")).toBe(counted);
};

const endTraffic = async (traffic: Traffic): Promise<void> => {
  await traffic.end();
  unfinished = null;
  counted += traffic.sent();
};

// What a test that failed has left behind must not be added to what the next one sends.
afterEach(async () => {
  if (unfinished !== null) await endTraffic(unfinished);
});

const server = (): number => running().child.pid ?? NaN;
const engines = (): readonly number[] => processesOf(dataDir).filter((pid) => pid !== server());

/** Whether each start after a kill had something to read back: the one that was killed may have written all it had. */
const recovered: boolean[] = [];

describe("the server is killed under load: the next start ends what is left, and counts each event once", () => {
  test.each<Readonly<{ why: string; kill: () => void | Promise<void> }>>([
    { why: "the server alone", kill: () => signalAll([server()], "SIGKILL") },
    { why: "everything at once", kill: () => signalAll(processesOf(dataDir), "SIGKILL") },
    {
      why: "the server, with engines that can neither end nor answer",
      kill: async () => {
        signalAll(engines(), "SIGSTOP");
        await sleep(300); // events are acknowledged, and pile up in the log
        signalAll([server()], "SIGKILL");
      },
    },
  ])("$why", { timeout: 60_000 }, async ({ kill }) => {
    const traffic = await begin();
    const before = processesOf(dataDir);
    const { exited } = running();
    await kill();
    meter = null;
    expect(await exited).toEqual({ code: null, signal: "SIGKILL" });
    const acknowledged = counted + traffic.acknowledged();

    meter = await start();
    process.stderr.write(`    ready again after ${Math.round(meter.readyAfterMs)} ms\n`);
    expect(processesOf(dataDir).filter((pid) => before.includes(pid))).toEqual([]);
    expect(await totalOf(meter.call)).toBeGreaterThanOrEqual(acknowledged);
    recovered.push(meter.lines.some((line) => line.includes("recovering")));
    await finish(traffic);
  });

  test("and some of them had something to read back", () => {
    expect(recovered).toContain(true);
  });
});

describe("an engine is killed under load: events are acknowledged, reads are right or told to come again", () => {
  test.each([
    { why: "ClickHouse", victim: () => clickHouseOf(dataDir) },
    { why: "Postgres' first process", victim: () => postmasterOf(dataDir) },
  ])("$why", async ({ why, victim }) => {
    const traffic = await begin();
    const dead = await victim();
    const refused: number[] = [];
    let reading = true;
    const isReading = (): boolean => reading;
    const read = async (): Promise<void> => {
      while (isReading()) {
        const atLeast = counted + traffic.acknowledged();
        const answer = await running().call("GET", "/api/v1/meters/n/query");
        const atMost = counted + traffic.sent();
        if (answer.status === 200) {
          expect(toTotal(answer)).toBeGreaterThanOrEqual(atLeast);
          expect(toTotal(answer)).toBeLessThanOrEqual(atMost);
        } else {
          refused.push(answer.status);
          expect([answer.status, answer.headers.get("content-type")], answer.text).toEqual([
            503,
            "application/problem+json",
          ]);
          expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
        }
        await sleep(10);
      }
    };
    const readers = Promise.all([read(), read()]);
    await sleep(100);
    process.kill(dead, "SIGKILL");
    await expect.poll(async () => (await victim().catch(() => dead)) !== dead, { timeout: 20_000 }).toBe(true);
    await sleep(1_000);
    reading = false;
    await readers;
    process.stderr.write(`    ${why}: ${refused.length} reads refused\n`);
    expect(traffic.refusals).toEqual([]);
    await expect.poll(async () => (await running().call("GET", "/readyz")).status, { timeout: 20_000 }).toBe(200);
    await finish(traffic);
  });

  test("Postgres hangs: events are acknowledged with a key that was seen before", async () => {
    const clickHouse = await clickHouseOf(dataDir);
    const postmaster = await postmasterOf(dataDir);
    const postgres = (): readonly number[] => engines().filter((pid) => pid !== clickHouse);
    const traffic = await begin();
    const before = traffic.acknowledged();
    signalAll([postmaster], "SIGSTOP"); // first, so that it starts no more processes for new connections
    signalAll(postgres(), "SIGSTOP");
    await sleep(3_000); // longer than any key is cached
    const during = traffic.acknowledged() - before;
    const readiness = await running().call("GET", "/readyz");
    signalAll(postgres(), "SIGCONT");
    process.stderr.write(`    ${during} events acknowledged while Postgres hung for 3 s\n`);
    expect(during).toBeGreaterThan(20);
    expect(traffic.refusals).toEqual([]);
    expect([readiness.status, readiness.json]).toEqual([
      503,
      { status: "not_ready", reasons: ["Postgres does not answer"] },
    ]);
    await finish(traffic);
  });
});

test("after all that a stop is clean and leaves no process", async () => {
  expect(await running().stop()).toEqual({ code: 0, signal: null });
  expect(await processesLeft(dataDir, 2_000)).toEqual([]);
});
