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
import { createWorker, type Worker } from "./worker.ts";

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
