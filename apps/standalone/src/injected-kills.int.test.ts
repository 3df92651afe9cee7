import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { Fault } from "./faults.test-support.ts";
import { type FaultyMeter, type FaultyOptions, startFaultyMeter } from "./faulty-meter.test-support.ts";
import { scratchDirectory } from "./meter.test-support.ts";
import { countMeter, startTraffic, totalOf, type Traffic, workEvent } from "./traffic.test-support.ts";

// The write path, step by step, on the real engines: at each step the process is killed as it stands. Time runs faster
// than it does, so that what happens once a minute happens often.

const time = { speed: 50, since: Date.now() };

vi.setConfig({ testTimeout: 60_000 });

/** Time enough to come to any point. */
const reachedMs = 15_000;

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let dataDir: string;
let meter: FaultyMeter;
/** Events that count, each of them once. */
let counted = 0;
/** Live meters: each of them counts all events. */
let slugs: string[] = ["n"];
let running: Traffic | null = null;

const start = (options: FaultyOptions = {}): Promise<FaultyMeter> => startFaultyMeter(dataDir, { ...time, ...options });

beforeAll(async () => {
  scratch = await scratchDirectory();
  dataDir = join(scratch.path, "data");
  meter = await start();
  await createMeter("n");
});
afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  await meter.kill();
  await restart(); // for the tests that follow
  await running?.end();
  running = null;
});
afterAll(() => scratch.remove());

/** The meter is there afterwards, whether the process that was asked first lived to say so or not. */
const createMeter = async (slug: string): Promise<void> => {
  const answer = await meter.call("POST", "/api/v1/meters", { ...countMeter, slug });
  expect([201, 409], answer.text).toContain(answer.status);
};

const deleteMeter = async (slug: string): Promise<void> => {
  const { status, text } = await meter.call("DELETE", `/api/v1/meters/${slug}`);
  expect([204, 404], text).toContain(status);
};

let slugsMade = 0;
const nextSlug = (): string => `n_${++slugsMade}`;

/** A connection that breaks is no answer; anything else is one. */
const isDead = (error: unknown): void => {
  if (!(error instanceof TypeError)) throw error;
};

/** Not answered means nothing: whoever asks, asks again. */
const eventually = async <T>(work: () => Promise<T>): Promise<T> => {
  const until = performance.now() + 15_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(30);
    }
  }
};

/** Every event once in the raw table, once in each live meter, and nothing besides. */
const expectExact = async (): Promise<void> => {
  const totals = await Promise.all(slugs.map((slug) => eventually(() => totalOf(meter.call, slug))));
  expect(totals).toEqual(slugs.map(() => counted));
  const [events] = await eventually(() => meter.sql("select count(), uniqExact(id), uniqExact(offset) from events"));
  expect(events).toEqual([counted, counted, counted]);
};

/** It came to the armed point, and died there. */
const expectKilled = async ({ child, exited, lines }: FaultyMeter): Promise<void> => {
  const exit = await Promise.race([exited, sleep(reachedMs, null)]);
  if (exit === null) child.kill("SIGKILL"); // for the tests that follow
  expect(exit, lines.slice(-10).join("\n")).toEqual({ code: null, signal: "SIGKILL" });
};

/** Ends what the last process left running, and starts the next. */
const restart = async (options: FaultyOptions = {}): Promise<void> => {
  meter = await start(options);
};

const begin = async (): Promise<Traffic> => {
  const traffic = startTraffic(() => meter.call, counted);
  running = traffic;
  while (traffic.acknowledged() < 20) await sleep(5);
  return traffic;
};

const finish = async (traffic: Traffic): Promise<void> => {
  await traffic.end();
  running = null;
  counted += traffic.sent();
  await expectExact();
};

type Point = Fault & Readonly<{ why: string }>;

const steps = (why: string, point: string, does: readonly Fault["does"][], rest: Partial<Fault> = {}): Point[] =>
  does.map((action) => ({ why, point, does: action, ...rest }));

const all = ["die_before", "die_during", "die_after"] as const;
const around = ["die_before", "die_after"] as const;

describe("under load", () => {
  test.each<Point>([
    ...steps("a request is read, and answered", "http.fetch", around, { nth: 4 }),
    ...steps("events are written to the log", "writer.append", all, { nth: 4 }),
    ...steps("entries are read back for a block", "log.read", around, { nth: 3 }),
    ...steps("events of a block are inserted", "tables.insertEvents", around, { nth: 3 }),
    ...steps("events of a block are on their way", "tables.insertEvents", ["die_during"], { nth: 3, ms: 2 }),
    ...steps("events of a block are on their way, later", "tables.insertEvents", ["die_during"], { nth: 3, ms: 6 }),
    ...steps("usage of a block is inserted", "tables.insertUsage", around, { nth: 3 }),
    ...steps("usage of a block is on its way", "tables.insertUsage", ["die_during"], { nth: 3, ms: 2 }),
    ...steps("usage of a block is on its way, later", "tables.insertUsage", ["die_during"], { nth: 3, ms: 6 }),
    ...steps("a block is marked as applied", "log.markApplied", all, { nth: 3 }),
    ...steps("clean-up of merged parts is let go on", "tables.resumeCleanup", around),
    ...steps("the file system is synced", "disk.sync", all),
    ...steps("the log is trimmed", "log.trim", all),
  ])("$does: $why ($point)", async (point) => {
    const traffic = await begin();
    await meter.arm(point);
    await expectKilled(meter);
    await restart();
    await finish(traffic);
  });
});

/** Meters that are live beside each other; an older one makes room. */
const metersMax = 3;

const addMeter = async (slug: string): Promise<void> => {
  await eventually(() => createMeter(slug));
  slugs.push(slug);
  const [oldest, ...rest] = slugs;
  if (oldest === undefined || slugs.length <= metersMax) return;
  await eventually(() => deleteMeter(oldest));
  slugs = rest;
};

describe("while a new meter reads the old events", () => {
  beforeAll(async () => finish(await begin())); // there are some
  test.each<Point>([
    ...steps("the builds are looked up", "builds.listLive", around, { nth: 2 }),
    ...steps("the cut is stored", "builds.cut", all),
    ...steps("old events are looked for", "tables.eventExtents", around),
    ...steps("old events are read", "tables.readEvents", around),
    ...steps("their usage is inserted", "tables.insertUsage", around),
    ...steps("their usage is on its way", "tables.insertUsage", ["die_during"], { ms: 2 }),
    ...steps("that it is complete is stored", "builds.complete", all),
  ])("$does: $why ($point)", async (point) => {
    await meter.arm(point);
    const slug = nextSlug();
    await createMeter(slug).catch(isDead); // who may die while it is asked
    await expectKilled(meter);
    await restart();
    await addMeter(slug);
    await expectExact();
  });
});

describe("while the usage of a deleted meter is deleted", () => {
  test.each<Point>([
    ...steps("its rows are deleted", "tables.deleteBuilds", all),
    ...steps("that they are gone is stored", "builds.markDeleted", around),
  ])("$does: $why ($point)", async (point) => {
    const slug = nextSlug();
    await createMeter(slug);
    await eventually(() => totalOf(meter.call, slug));
    await meter.arm(point);
    await deleteMeter(slug).catch(isDead); // another one's usage may be deleted first
    await expectKilled(meter);
    await restart();
    await eventually(() => deleteMeter(slug));
    await expectExact();
  });
});

describe("while a start reads back what the last process may have written", () => {
  /** Dies at the point, on the way to be ready or soon after. */
  const startAndDie = async (point: Point, boot?: string): Promise<void> => {
    const dying = await start({ faults: [point], ...(boot === undefined ? {} : { boot }) }).catch(() => null);
    if (dying !== null) await expectKilled(dying);
  };

  test.each<Point>([
    ...steps("missing events are inserted", "tables.insertEvents", around),
    ...steps("missing usage is inserted", "tables.insertUsage", around),
    ...steps("missing usage is on its way", "tables.insertUsage", ["die_during"], { ms: 2 }),
  ])("$does: $why ($point)", async (point) => {
    const traffic = await begin();
    await meter.arm({ point: "tables.insertEvents", does: "die_before", nth: 3 });
    await expectKilled(meter);
    await startAndDie(point);
    await restart();
    await finish(traffic);
  });

  describe("one death after the other, before any of it is done", () => {
    let traffic: Traffic;
    test("a block is left of which nobody knows what is stored", async () => {
      traffic = await begin();
      await meter.arm({ point: "log.markApplied", does: "die_before", nth: 3 });
      await expectKilled(meter);
    });
    test.each<Point & Readonly<{ boot?: string }>>([
      ...steps("builds are looked up", "builds.listLive", around),
      ...steps("the tables are checked after a loss of power", "engine.repair", all).map((step) => ({
        ...step,
        boot: "another",
      })),
      ...steps("the log is read", "log.read", around),
      ...steps("stored events are looked up", "tables.storedEvents", around),
      ...steps("stored usage is looked up", "tables.storedUsage", around),
      ...steps("the block is marked as applied", "log.markApplied", all),
    ])("$does: $why ($point)", async ({ boot, ...point }) => startAndDie(point, boot));
    test("in the end each event counts once", async () => {
      await restart();
      await finish(traffic);
    });
  });
});

describe("while a write without an answer is settled", () => {
  test.each<Point>([
    ...steps("the engine is ended and started again", "engine.settle", all),
    ...steps("stored events are looked up", "tables.storedEvents", around),
    ...steps("stored usage is looked up", "tables.storedUsage", around),
    ...steps("what is missing is inserted", "tables.insertEvents", around, { nth: 2 }),
  ])("$does: $why ($point)", async (point) => {
    const traffic = await begin();
    await meter.arm({ point: "tables.insertUsage", does: "unanswered" }, point);
    await expectKilled(meter);
    await restart();
    await finish(traffic);
  });
});

describe("while an event that the tables refuse for good is parked, and stored in the end", () => {
  const refusePoison = (): Promise<unknown> =>
    meter.sql("alter table meter.events add constraint if not exists no_poison check subject != 'poison'");
  const allowPoison = (): Promise<unknown> => meter.sql("alter table meter.events drop constraint if exists no_poison");
  const sendPoison = async (): Promise<void> => {
    const events = [...Array(4).keys()].map((index) => workEvent(counted + index));
    const poisoned = events.map((event, index) => (index === 2 ? { ...event, subject: "poison" } : event));
    expect((await meter.call("POST", "/api/v1/events", poisoned)).status).toBe(204);
    counted += events.length;
  };

  test.each<Point>(steps("it is parked", "parked.park", all))("$does: $why ($point)", async (point) => {
    await eventually(refusePoison);
    await meter.arm(point);
    await sendPoison();
    await expectKilled(meter);
    await restart();
    await expect
      .poll(async () => (await meter.call("GET", "/readyz")).text, { timeout: 20_000 })
      .toContain("1 parked event");
    await eventually(allowPoison);
    await expect
      .poll(async () => (await meter.call("GET", "/readyz")).text, { timeout: 20_000 })
      .not.toContain("parked event");
    await expectExact();
  });

  test.each<Point>([
    ...steps("it is listed", "parked.list", around),
    ...steps("its row is inserted", "tables.insertEvents", around),
    ...steps("it is forgotten", "parked.remove", all),
  ])("$does: $why ($point)", async (point) => {
    await eventually(refusePoison);
    await sendPoison();
    await expect
      .poll(async () => (await meter.call("GET", "/readyz")).text, { timeout: 20_000 })
      .toContain("1 parked event");
    await meter.arm(point);
    await eventually(() => allowPoison().catch(isDead)); // it may be tried again, and die, before
    await expectKilled(meter);
    await restart();
    await eventually(allowPoison);
    await expect
      .poll(async () => (await meter.call("GET", "/readyz")).text, { timeout: 20_000 })
      .not.toContain("parked event");
    await expectExact();
  });
});
