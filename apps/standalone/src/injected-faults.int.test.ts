import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { Fault } from "./faults.test-support.ts";
import { type FaultyMeter, type FaultyOptions, startFaultyMeter } from "./faulty-meter.test-support.ts";
import { scratchDirectory } from "./meter.test-support.ts";
import { clickHouseOf } from "./processes.test-support.ts";
import { countMeter, startTraffic, totalOf, type Traffic, workEvent } from "./traffic.test-support.ts";

// What can go wrong between the product and its engine without anybody's death, on the real engines.

vi.setConfig({ testTimeout: 90_000 });

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let dataDir: string;
let directories = 0;
let meter: FaultyMeter;
let traffic: Traffic | null;
let counted = 0;

const start = async (options: FaultyOptions = {}): Promise<void> => {
  meter = await startFaultyMeter(dataDir, options);
};

beforeAll(async () => {
  scratch = await scratchDirectory();
});
afterAll(() => scratch.remove());

beforeEach(async () => {
  dataDir = join(scratch.path, `data-${++directories}`);
  counted = 0;
  traffic = null;
});
afterEach(async () => {
  await traffic?.end(); // that of a test that failed
  await meter.kill();
});

const beginTraffic = async (): Promise<Traffic> => {
  const begun = startTraffic(() => meter.call, counted);
  traffic = begun;
  while (begun.acknowledged() < 20) await sleep(5);
  return begun;
};

/** Each event of it is acknowledged then. */
const endTraffic = async (begun: Traffic): Promise<void> => {
  await begun.end();
  traffic = null;
  counted += begun.sent();
};

const begin = async (options: FaultyOptions = {}): Promise<void> => {
  await start(options);
  expect((await meter.call("POST", "/api/v1/meters", countMeter)).status).toBe(201);
};

const send = async (
  count: number,
  change: (event: object, index: number) => object = (event) => event,
): Promise<void> => {
  const events = Array.from({ length: count }, (_, index) => change(workEvent(counted + index), index));
  const answer = await meter.call("POST", "/api/v1/events", events);
  expect(answer.status, answer.text).toBe(204);
  counted += count;
};

const expectExact = async (): Promise<void> => {
  await expect.poll(() => totalOf(meter.call).catch(String), { timeout: 30_000 }).toBe(counted);
  expect(await totalOf(meter.call, "n", "?groupBy=subject&windowSize=HOUR")).toBe(counted);
  const [events] = await meter.sql("select count(), uniqExact(id), uniqExact(offset) from events");
  expect(events).toEqual([counted, counted, counted]);
  const [usage] = await meter.sql("select count(), uniqExact(offset) from usage");
  expect(usage).toEqual([counted, counted]);
};

const said = (): string => meter.lines.join("\n");
const readiness = async (): Promise<string> => (await meter.call("GET", "/readyz")).text;

describe("a write that nobody confirms counts once, whether it takes place or not", () => {
  const events = "tables.insertEvents";
  const usage = "tables.insertUsage";
  test.each<Readonly<{ why: string; does: Fault["does"]; ms?: number; inserts: readonly string[][] }>>([
    {
      why: "it takes place, and its answer comes too late",
      does: "answer_lost",
      inserts: [[events], [usage], [events, usage]],
    },
    {
      why: "nobody waits for it, and it takes place while it is settled",
      does: "unanswered",
      inserts: [[events], [usage], [events, usage]],
    },
    { why: "the engine hangs before it has it", does: "engine_stopped", ms: 300, inserts: [[events, usage]] },
  ])("$why", async ({ does, ms = 0, inserts }) => {
    await begin();
    for (const points of inserts) {
      await meter.arm(...points.map((point) => ({ point, does, ms })));
      await send(3_000);
      await expectExact();
    }
    expect(said().match(/a write was not confirmed/g)?.length).toBe(inserts.length);
  });

  test("the connection breaks between the engine's commit and its answer", async () => {
    await begin();
    for (let cut = 0; cut < 3; cut++) {
      await meter.cutNextInsert();
      await send(500);
      await expectExact();
    }
    expect(said().match(/a write was not confirmed/g)?.length).toBe(3);
  });

  test("under load, again and again", async () => {
    await begin();
    const load = await beginTraffic();
    for (const does of ["answer_lost", "unanswered", "unanswered", "answer_lost"] as const) {
      await sleep(400);
      await meter.arm({ point: "tables.insertEvents", does }, { point: "tables.insertUsage", does, nth: 3 });
    }
    await sleep(400);
    await endTraffic(load);
    await expectExact();
    expect(load.refusals).toEqual([]);
  });
});

test("the engine is stopped and goes on: events are acknowledged, reads refused, and nothing is missed afterwards", async () => {
  await begin();
  await send(100);
  await expectExact();
  const engine = await clickHouseOf(dataDir);
  process.kill(engine, "SIGSTOP");
  const load = await beginTraffic();
  const refused = await meter.call("GET", "/api/v1/meters/n/query");
  expect([refused.status, (refused.json as { code: string }).code], refused.text).toEqual([503, "usage_behind"]);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await readiness()).toContain("ClickHouse does not answer");
  const acknowledged = load.acknowledged();
  expect(acknowledged).toBeGreaterThan(100);
  process.kill(engine, "SIGCONT");
  await endTraffic(load);
  expect(load.refusals).toEqual([]);
  await expectExact();
  expect(await clickHouseOf(dataDir)).toBe(engine); // it was waited for
});

const memoryOfServer = (): number =>
  1_024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${meter.child.pid}/status`, "utf8"))?.[1]);

test("the engine refuses writes for a while: events pile up in the log, not in memory, and are written afterwards", async () => {
  await begin();
  await send(1_000);
  await expectExact();
  const tables = ["meter.events", "meter.usage"];
  for (const table of tables) await meter.sql(`alter table ${table} modify setting parts_to_throw_insert = 1`);
  const before = memoryOfServer();
  let highest = 0;
  for (let batch = 0; batch < 60; batch++) {
    await send(5_000);
    highest = Math.max(highest, memoryOfServer());
  }
  process.stderr.write(
    `    300,000 events piled up: ${Math.round(before / 2 ** 20)} MB before, ${Math.round(highest / 2 ** 20)} MB at most\n`,
  );
  expect(highest - before).toBeLessThan(250 * 2 ** 20);
  expect(said()).toMatch(/252: \S/); // TOO_MANY_PARTS
  const refused = await meter.call("GET", "/api/v1/meters/n/query");
  expect(refused.status).toBe(503);
  for (const table of tables)
    await expect
      .poll(() => meter.sql(`alter table ${table} reset setting parts_to_throw_insert`).then(() => "", String), {
        timeout: 20_000,
      })
      .toBe("");
  await expectExact();
});

describe("an event that the tables refuse for good", () => {
  test("is parked and shown, keeps nobody waiting, and counts once when it is taken at last", async () => {
    await begin({ speed: 30, since: Date.now() });
    await meter.sql("alter table meter.events add constraint no_poison check subject != 'poison'");
    await send(40, (event, index) => (index === 7 || index === 30 ? { ...event, subject: "poison" } : event));
    await expect.poll(readiness, { timeout: 20_000 }).toContain("2 parked events");
    expect(JSON.parse(await readiness())).toMatchObject({ status: "degraded" });
    const parked = (await meter.call("GET", "/api/v1/parked-events")).json;
    expect(JSON.stringify(parked)).toContain("no_poison");
    expect(JSON.stringify(parked)).toContain('"w-7"');
    await send(60); // the others go on
    await expect.poll(() => meter.sql("select count() from events"), { timeout: 20_000 }).toEqual([[counted - 2]]);

    await meter.kill();
    await start({ speed: 30, since: Date.now() });
    expect(await readiness()).toContain("2 parked events");
    await expect
      .poll(() => meter.sql("alter table meter.events drop constraint if exists no_poison").then(() => "", String), {
        timeout: 20_000,
      })
      .toBe(""); // the engine may just be started again
    await expect.poll(readiness, { timeout: 20_000 }).toBe('{"status":"ready"}');
    await expectExact();
  });
});

test("a log that is trimmed to nothing goes on where it was, and knows its keys", async () => {
  const time = { speed: 60, since: Date.now() };
  await begin(time);
  await send(700);
  await expectExact();
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\d+)$`, "m").exec((await meter.call("GET", "/metrics")).text)?.[1]);
  await expect.poll(() => metric("meter_log_trim_bound"), { timeout: 20_000 }).toBe(700);
  for (const end of [() => meter.kill(), () => meter.stop()]) {
    await end();
    await start(time);
    expect(await metric("meter_log_next_offset")).toBe(counted);
    const [before] = [counted];
    counted = 0;
    await send(before); // all of them again
    expect(await metric("meter_log_next_offset")).toBe(before);
    await send(50);
    await expectExact();
    expect(await meter.sql("select min(offset), max(offset) from events")).toEqual([[0, counted - 1]]);
  }
});

test("meters are made, changed and deleted while blocks are in flight and the process is killed", async () => {
  await begin();
  const load = await beginTraffic();
  const live = new Map<string, string[]>([["n", ["kind"]]]);
  let made = 0;
  for (let round = 0; round < 6; round++) {
    await sleep(150);
    for (let step = 0; step < 3; step++) {
      const slug = `m_${++made}`;
      const at = performance.now() + 15_000;
      for (;;) {
        const answer = await meter.call("POST", "/api/v1/meters", { ...countMeter, slug }).catch(() => null);
        if (answer?.status === 201 || answer?.status === 409 || performance.now() > at) break;
      }
      live.set(slug, ["kind"]);
    }
    const changed = `m_${made - 1}`;
    await meter.call("PUT", `/api/v1/meters/${changed}`, { groupBy: { kind: "$.kind", n: "$.n" } });
    live.set(changed, ["kind", "n"]);
    const deleted = `m_${made - 2}`;
    await meter.call("DELETE", `/api/v1/meters/${deleted}`);
    live.delete(deleted);
    await sleep(20 * round);
    await meter.kill();
    await start();
  }
  await endTraffic(load);
  for (const [slug, dimensions] of live) {
    await expect.poll(() => totalOf(meter.call, slug).catch(String), { timeout: 30_000 }).toBe(counted);
    for (const dimension of dimensions)
      expect(await totalOf(meter.call, slug, `?groupBy=${dimension}`), `${slug} by ${dimension}`).toBe(counted);
  }
  const builds = await meter.sql(
    "select build, count(), uniqExact(offset) from usage group by build having count() != uniqExact(offset)",
  );
  expect(builds).toEqual([]);
});
