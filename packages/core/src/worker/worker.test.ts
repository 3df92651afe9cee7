import type { AcceptedEvent } from "@meter/events";
import type { BuildId, MeterBuild } from "@meter/metering";
import { instant, parseJsonPath } from "@meter/primitives";
import { describe, expect, test } from "vitest";
import {
  addBuild,
  append,
  connect,
  createWorld,
  type Fate,
  log,
  settleWorld,
  type World,
} from "./simulated-ports.test-support.ts";
import { blockBytesMax } from "./block.ts";
import { createWorker, type Worker } from "./worker.ts";
import { exhaustedTriesMax } from "./write-block.ts";

const event = (index: number): AcceptedEvent => ({
  namespace: "default",
  id: String(index),
  source: "test",
  type: "request",
  subject: `s${index % 3}`,
  time: instant(1_700_000_000_000 + index),
  data: `{"n":${index}}`,
  ingestedAt: instant(1_700_000_000_000),
});

const build = (index: number): MeterBuild => {
  const path = parseJsonPath("$.n");
  if (!path.ok) throw new Error("bad path");
  return {
    id: `01J0000000000000000000000${index}` as BuildId,
    namespace: "default",
    eventType: "request",
    aggregation: "sum",
    value: path.value,
    dimensions: [],
  };
};

const start = (
  world: World,
  commits: () => boolean,
  boot = "boot-1",
): { worker: Worker; kill: () => Promise<void>; ended: Promise<void> } => {
  const life = { alive: true };
  settleWorld(world, commits); // an engine is used only after the one before has ended
  const worker = createWorker({
    ...connect(world, life, commits),
    boot,
    limits: { lingerMs: 100, buildsRefreshMs: 1_000, parkedRetryMs: 50 },
  });
  const ended = worker.run();
  return {
    worker,
    ended,
    kill: async () => {
      life.alive = false;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
};

const head = (world: World) => [{ log, partition: 0, offset: world.entries.length }];

/** Each appended event exactly once in `events` and once in each build. */
const expectExactlyOnce = (world: World): void => {
  const offsets = world.entries.map(({ offset }) => offset);
  expect(world.events.map(({ position }) => position.offset).toSorted((a, b) => a - b)).toEqual(offsets);
  for (const id of world.builds.keys()) {
    const usage = world.usage.filter(({ entry }) => entry.build === id);
    expect(usage.map(({ position }) => position.offset).toSorted((a, b) => a - b)).toEqual(offsets);
    for (const { position, entry } of usage) expect(entry.value).toBe(String(position.offset));
  }
};

describe("the worker brings every event into both tables exactly once", () => {
  test("without faults: events before and after a build count", async () => {
    const world = createWorld(() => "stored");
    append(world, [event(0), event(1)]);
    const { worker } = start(world, () => true);
    expect(await worker.freshness.reach(head(world), 10_000)).toBe(true);
    addBuild(world, build(0));
    append(world, [event(2)]);
    expect(await worker.freshness.buildReady(build(0).id, 10_000)).toEqual({ ready: true });
    expect(await worker.freshness.reach(head(world), 10_000)).toBe(true);
    expectExactlyOnce(world);
    await worker.stop(1_000);
    expect(world.settles).toBe(1);
  });

  test.each(["lost", "unheard", "late", "torn"] satisfies Fate[])(
    "a write that ends as %s is settled, read back and completed",
    async (fate) => {
      let faults = 3;
      const world = createWorld(() => (faults-- > 0 ? fate : "stored"));
      addBuild(world, build(0));
      append(
        world,
        Array.from({ length: 20 }, (_, index) => event(index)),
      );
      const { worker } = start(world, () => faults % 2 === 0);
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      expect(await worker.freshness.buildReady(build(0).id, 60_000)).toEqual({ ready: true });
      await worker.stop(10_000);
      expectExactlyOnce(world);
      expect(world.settles).toBeGreaterThan(1);
    },
  );

  test("an event that is refused for good is parked, shown, and stored when it can be", async () => {
    let refuses = true;
    const world = createWorld((rows) =>
      refuses && rows.some(({ position }) => position.offset === 5) ? "refused" : "stored",
    );
    addBuild(world, build(0));
    append(
      world,
      Array.from({ length: 12 }, (_, index) => event(index)),
    );
    const { worker } = start(world, () => true);
    expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
    expect([...world.parked.values()].map(({ event: parked, reason }) => [parked.id, reason])).toEqual([
      ["5", "cannot be stored"],
    ]);
    expect(world.events).toHaveLength(11);
    addBuild(world, build(1)); // made while the event is parked: the retry brings it its usage, too
    expect(await worker.freshness.buildReady(build(1).id, 60_000)).toEqual({ ready: true });
    refuses = false;
    while (world.parked.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await worker.stop(10_000);
    expectExactlyOnce(world);
  });

  describe("an event that cannot be folded is parked, and the rest goes on", () => {
    const broken = (index: number): AcceptedEvent => ({ ...event(index), data: index === 5 ? "{" : event(index).data });
    const events = Array.from({ length: 12 }, (_, index) => broken(index));

    const expectParked = (world: World): void => {
      expect([...world.parked.values()].map(({ position, reason }) => [position.offset, reason])).toEqual([
        [5, expect.stringContaining("folding it failed")],
      ]);
      const usage = world.usage.map(({ position }) => position.offset).toSorted((a, b) => a - b);
      expect(usage).toEqual(world.entries.map(({ offset }) => offset).filter((offset) => offset !== 5));
    };

    test("as it comes", async () => {
      const world = createWorld(() => "stored");
      addBuild(world, build(0));
      const { worker } = start(world, () => true);
      await expect.poll(() => worker.status().phase, { interval: 5 }).toBe("running");
      append(world, events);
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      await worker.stop(10_000);
      expectParked(world);
      expect(world.settles).toBe(1);
    });

    test("in a recovery", async () => {
      const world = createWorld(() => "stored");
      addBuild(world, build(0));
      append(world, events);
      const { worker } = start(world, () => true);
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      await worker.stop(10_000);
      expectParked(world);
    });

    test("in a backfill", async () => {
      const world = createWorld(() => "stored");
      append(world, events);
      const { worker } = start(world, () => true);
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      expect(world.parked.size).toBe(0); // without a meter nothing of it is looked at
      addBuild(world, build(0));
      expect(await worker.freshness.buildReady(build(0).id, 60_000)).toEqual({ ready: true });
      await worker.stop(10_000);
      expectParked(world);
    });
  });

  test("an event that cannot be put into words is parked without a word to the engine", async () => {
    const world = createWorld((rows) =>
      rows.some(({ position, ...row }) => position.offset === 5 && "entry" in row) ? "unsent" : "stored",
    );
    addBuild(world, build(0));
    append(
      world,
      Array.from({ length: 12 }, (_, index) => event(index)),
    );
    const { worker } = start(world, () => true);
    expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
    expect([...world.parked.values()].map(({ event: parked, reason }) => [parked.id, reason])).toEqual([
      ["5", "too long for a string"],
    ]);
    expect(world.events).toHaveLength(12);
    expect(world.usage).toHaveLength(11);
    await worker.stop(10_000);
    expect(world.settles).toBe(1);
  });

  describe("an engine with too little memory gets fewer rows at once", () => {
    test("until they fit", async () => {
      const world = createWorld((rows) => (rows.length > 2 ? "exhausted" : "stored"));
      addBuild(world, build(0));
      append(
        world,
        Array.from({ length: 12 }, (_, index) => event(index)),
      );
      const { worker } = start(world, () => true);
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      await worker.stop(10_000);
      expectExactlyOnce(world);
      expect(world.parked.size).toBe(0);
    });

    test("an event that does not fit alone is tried again before it is parked", async () => {
      const tries = new Map<number, number>();
      let isShort = true;
      const world = createWorld((rows) => {
        const [first] = rows;
        if (!isShort || !rows.some(({ position }) => position.offset === 5)) return "stored";
        if (first !== undefined && rows.length === 1 && "entry" in first) tries.set(5, (tries.get(5) ?? 0) + 1);
        return "exhausted";
      });
      addBuild(world, build(0));
      append(
        world,
        Array.from({ length: 8 }, (_, index) => event(index)),
      );
      const { worker } = start(world, () => true);
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      expect([...world.parked.keys()]).toEqual([5]);
      expect(tries.get(5)).toBeGreaterThanOrEqual(exhaustedTriesMax);
      isShort = false;
      await expect.poll(() => world.parked.size, { timeout: 10_000 }).toBe(0);
      await worker.stop(10_000);
      expectExactlyOnce(world);
    });
  });

  describe("a block is cut by what its events become", () => {
    const many = Array.from({ length: 6 }, (_, index) => build(index));
    const limits = { block: { usageRowsMax: 13, usageBytesMax: 1_000_000 } };

    /** The worker with a look at what is read and written. */
    const startWatched = (
      world: World,
      block: Readonly<{ usageRowsMax: number; usageBytesMax: number }> = limits.block,
    ) => {
      const ports = connect(world, { alive: true }, () => true);
      const seen = { reads: 0, rows: [] as number[] };
      const worker = createWorker({
        ...ports,
        log: { ...ports.log, read: (from, bounds) => (seen.reads++, ports.log.read(from, bounds)) },
        tables: {
          ...ports.tables,
          insertUsage: (rows) => (seen.rows.push(rows.length), ports.tables.insertUsage(rows)),
        },
        boot: "boot-1",
        limits: { lingerMs: 100, buildsRefreshMs: 1_000, block },
      });
      void worker.run();
      return { worker, seen };
    };

    test.each([
      { why: "in a recovery", first: true },
      { why: "as they come", first: false },
    ])("$why: two events of six meters, never three, and the log is read once", async ({ first }) => {
      const world = createWorld(() => "stored");
      for (const one of many) addBuild(world, one);
      const events = Array.from({ length: 7 }, (_, index) => event(index));
      if (first) append(world, events);
      const { worker, seen } = startWatched(world);
      await expect.poll(() => worker.status().phase, { interval: 5 }).toBe("running");
      if (!first) append(world, events);
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      for (const { id } of many) expect(await worker.freshness.buildReady(id, 60_000)).toEqual({ ready: true });
      await worker.stop(10_000);
      expectExactlyOnce(world);
      expect(seen.rows).toEqual([12, 12, 12, 6]);
      expect(seen.reads).toBe(1);
    });

    test("one event is taken, whatever it becomes", async () => {
      const world = createWorld(() => "stored");
      for (const one of many) addBuild(world, one);
      append(
        world,
        Array.from({ length: 3 }, (_, index) => event(index)),
      );
      const { worker, seen } = startWatched(world, { usageRowsMax: 1_000, usageBytesMax: 10 });
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      await worker.stop(10_000);
      expectExactlyOnce(world);
      expect(seen.rows).toEqual([6, 6, 6]);
    });

    test("in a backfill: by bytes, and nothing is left out", async () => {
      const world = createWorld(() => "stored");
      append(
        world,
        Array.from({ length: 9 }, (_, index) => event(index)),
      );
      const { worker, seen } = startWatched(world, { usageRowsMax: 1_000, usageBytesMax: 450 });
      expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
      addBuild(world, build(0));
      expect(await worker.freshness.buildReady(build(0).id, 60_000)).toEqual({ ready: true });
      await worker.stop(10_000);
      expectExactlyOnce(world);
      expect(Math.max(...seen.rows)).toBe(2);
    });
  });

  test("a backfill of uneven events reads no more than a block of them at a time, and leaves none out", async () => {
    const world = createWorld(() => "stored");
    append(
      world,
      Array.from({ length: 9 }, (_, index) => event(index)),
    );
    const ports = connect(world, { alive: true }, () => true);
    const asked: (number | undefined)[] = [];
    const worker = createWorker({
      ...ports,
      tables: {
        ...ports.tables,
        eventExtents: async (source) =>
          (await ports.tables.eventExtents(source)).map((extent) => ({ ...extent, bytes: 20, largest: 16_000_000 })),
        readEvents: (source) => {
          asked.push(source.bytesMax);
          return ports.tables.readEvents({ ...source, limit: 2 });
        },
      },
      boot: "boot-1",
      limits: { lingerMs: 100, buildsRefreshMs: 1_000 },
    });
    void worker.run();
    expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
    addBuild(world, build(0));
    expect(await worker.freshness.buildReady(build(0).id, 60_000)).toEqual({ ready: true });
    await worker.stop(10_000);
    expectExactlyOnce(world);
    expect(new Set(asked)).toEqual(new Set([blockBytesMax]));
  });

  test("parked events that are refused again keep nobody from being stored", async () => {
    const isBad = (offset: number): boolean => offset < 8;
    let isAway = true;
    const world = createWorld((rows) =>
      rows.some(({ position }) => isBad(position.offset) || (isAway && position.offset < 10)) ? "refused" : "stored",
    );
    addBuild(world, build(0));
    append(
      world,
      Array.from({ length: 12 }, (_, index) => event(index)),
    );
    const { worker } = start(world, () => true);
    expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
    expect(world.parked.size).toBe(10);
    isAway = false;
    await expect.poll(() => world.parked.size, { timeout: 20_000 }).toBe(8);
    expect(world.events.map(({ position }) => position.offset).toSorted((a, b) => a - b)).toEqual([8, 9, 10, 11]);
    await worker.stop(10_000);
  });

  test("a partition that stands says since when, where, before which event, and why; not with the event's data", async () => {
    let isAway = true;
    const world = createWorld((rows) =>
      isAway && rows.some(({ position }) => position.offset === 2) ? "lost" : "stored",
    );
    addBuild(world, build(0));
    const { worker } = start(world, () => true);
    await expect.poll(() => worker.status().phase, { interval: 5 }).toBe("running");
    expect(worker.status().standing).toBeNull();
    append(world, [event(0), event(1)]);
    expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
    append(world, [event(2), event(3)]);
    const before = Date.now();
    await expect.poll(() => worker.status().standing?.error, { interval: 5 }).toBe("connection refused");
    const { standing } = worker.status();
    expect(standing).toEqual({
      since: expect.any(Number),
      offset: 2,
      event: { namespace: "default", type: "request", source: "test", id: "2" },
      error: "connection refused",
    });
    expect(standing?.since).toBeLessThanOrEqual(before + 1_000);
    isAway = false;
    expect(await worker.freshness.reach(head(world), 60_000)).toBe(true);
    expect(worker.status().standing).toBeNull();
    await worker.stop(10_000);
  });

  test("the log is trimmed only to what was applied before a sync that succeeded", async () => {
    const world = createWorld(() => "stored");
    append(world, [event(0), event(1)]);
    const { worker } = start(world, () => true);
    await worker.freshness.reach(head(world), 10_000);
    while (world.trimBound === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(world.trimBound).toBe(2);
    world.syncs = false;
    append(world, [event(2)]);
    await worker.freshness.reach(head(world), 10_000);
    while (worker.status().syncHealthy) await new Promise((resolve) => setTimeout(resolve, 20));
    world.syncs = true;
    await worker.stop(10_000);
    const next = start(world, () => true);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(world.trimBound).toBe(2);
    expect(next.worker.status().syncHealthy).toBe(false);
    await next.worker.stop(10_000);
  });

  test.each<Readonly<{ found: "while it runs" | "at the next start" }>>([
    { found: "while it runs" },
    { found: "at the next start" },
  ])(
    "parts that are not whole, found $found: nothing is trimmed, and a start in the same boot writes them again",
    async ({ found }) => {
      const world = createWorld(() => "stored");
      append(world, [event(0), event(1)]);
      const { worker } = start(world, () => true);
      while (world.trimBound < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      if (found === "while it runs") world.torn.push("events/all_3_3_0");
      append(world, [event(2)]);
      expect(await worker.freshness.reach(head(world), 10_000)).toBe(true);
      if (found === "while it runs")
        while (worker.status().tablesWhole) await new Promise((resolve) => setTimeout(resolve, 20));
      await worker.stop(10_000);
      expect(world.trimBound).toBe(2);
      if (found === "at the next start") world.torn.push("events/all_3_3_0");
      world.events = world.events.filter(({ position }) => position.offset < 2);
      const next = start(world, () => true);
      expect(await next.worker.freshness.reach(head(world), 10_000)).toBe(true);
      expect(world.events.map(({ position }) => position.offset)).toEqual([0, 1, 2]);
      while (world.trimBound < 3) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(next.worker.status()).toMatchObject({ tablesWhole: true, syncHealthy: true });
      await next.worker.stop(10_000);
    },
  );

  test("a missing offset ends the worker: nothing is skipped", async () => {
    const world = createWorld(() => "stored");
    append(world, [event(0)]);
    const life = { alive: true };
    const ports = connect(world, life, () => true);
    const broken = { ...ports.log, read: () => Promise.reject(new Error("offset 0 is missing")) };
    const worker = createWorker({ ...ports, log: broken, boot: "boot-1" });
    await expect(worker.run()).rejects.toThrow("offset 0 is missing");
    expect(await worker.freshness.reach(head(world), 1_000)).toBe(false);
  });

  test("told to stop while it starts, it applies what the log holds and ends", async () => {
    const world = createWorld(() => "stored");
    append(world, [event(0), event(1)]);
    const { worker, ended } = start(world, () => true);
    let inTime = true;
    const late = setTimeout(() => (inTime = false), 500);
    await worker.stop(100_000); // a second on the clock of this test
    await ended;
    clearTimeout(late);
    expect(inTime).toBe(true);
    expectExactlyOnce(world);
    expect(world.marker).toEqual({ boot: "boot-1", offset: 2 });
  });

  describe("what is told while the builds are read is not missed", () => {
    /**
     * Runs `meanwhile` once, in the second reading, after the rows were taken. Nothing else wakes the worker: builds are not
     * read again by themselves, and no backfill gets done.
     */
    const startWith = async (world: World, meanwhile: (worker: Worker) => void): Promise<Worker> => {
      const ports = connect(world, { alive: true }, () => true);
      let readings = 0;
      const listLive: typeof ports.builds.listLive = async (partition) => {
        const rows = await ports.builds.listLive(partition);
        if (++readings === 2) meanwhile(worker);
        return rows;
      };
      const worker = createWorker({
        ...ports,
        builds: { ...ports.builds, listLive },
        tables: { ...ports.tables, eventExtents: () => new Promise<never>(() => undefined) },
        boot: "boot-1",
        limits: { buildsRefreshMs: 1_000_000 },
      });
      void worker.run();
      await expect.poll(() => worker.status().phase, { interval: 5 }).toBe("running");
      return worker;
    };

    test("another build", async () => {
      const world = createWorld(() => "stored");
      await startWith(world, () => addBuild(world, build(1)));
      addBuild(world, build(0));
      for (const id of [build(0).id, build(1).id])
        await expect.poll(() => world.builds.get(id)?.state.fromOffset, { timeout: 1_000 }).toBe(0);
    });

    test("a stop", async () => {
      const world = createWorld(() => "stored");
      let stopped = false;
      await startWith(world, (worker) => void worker.stop(1_000_000).then(() => (stopped = true)));
      for (const tell of world.buildListeners) tell();
      await expect.poll(() => stopped, { timeout: 1_000 }).toBe(true);
    });
  });

  test("a write that never answers does not hold a stop", async () => {
    const world = createWorld(() => "stored");
    const ports = connect(world, { alive: true }, () => true);
    const tables = { ...ports.tables, insertEvents: () => new Promise<never>(() => undefined) };
    const worker = createWorker({ ...ports, tables, boot: "boot-1" });
    void worker.run();
    await new Promise((resolve) => setTimeout(resolve, 20));
    append(world, [event(0)]);
    await worker.stop(1_000);
    expect(world.marker).toEqual({ boot: "boot-1", offset: 0 }); // the next start looks for it
  });
});
