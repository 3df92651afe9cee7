import type { Meter } from "@meter/catalog";
import type { BuildState, LogPartition } from "@meter/core";
import type { BuildId } from "@meter/metering";
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { describe, expect, test, vi } from "vitest";
import type { DB } from "../../database.ts";
import { at, nextBuildId, nextPartition, toBuild, toMeter } from "../../fixtures.test-support.ts";
import { createMeterStore } from "../meters/meter-store.ts";
import { openPostgres } from "../../open-postgres.ts";
import { createPool } from "../../pool.ts";
import { usePostgres } from "../../use-postgres.test-support.ts";
import { createBuildChanges } from "./build-changes.ts";
import { createBuildStore } from "./build-store.ts";

const postgres = usePostgres();

const create = async (fields: Partial<Meter>) => {
  const meter = toMeter(fields);
  const build = toBuild(meter);
  expect((await postgres().store.meters.create(meter, build)).ok).toBe(true);
  return { meter, build };
};

/** Asks for another group-by: the meter gets a new pending build. */
const regroup = async (meter: Meter, groupBy: Meter["groupBy"], ms: number) => {
  const build = toBuild({ ...meter, groupBy });
  const { name, description, metadata } = meter;
  const changed = await postgres().store.meters.update(meter.namespace, meter.id, {
    labels: { name, description, metadata },
    groupBy,
    updatedAt: at(ms),
    build,
    endedAt: at(ms),
  });
  expect(changed).toMatchObject({ ok: true, value: { groupBy } });
  return build;
};

const stateOf = async (partition: LogPartition, build: BuildId): Promise<BuildState | undefined> =>
  (await postgres().store.builds.listLive(partition)).find((state) => state.build.id === build);

const buildsOf = async (meter: Meter) => {
  const found = await postgres().store.meters.find(meter.namespace, meter.id);
  return { current: found?.current ?? null, pending: found?.pending ?? null };
};

const ended = async () => postgres().store.builds.listEnded(at(1_000_000));

describe("a build's life", () => {
  test("pending, cut, complete: then it is the meter's current build", async () => {
    const { builds } = postgres().store;
    const partition = nextPartition();
    const { meter, build } = await create({ namespace: "life" });
    const state = { build, meterId: meter.id, fromOffset: null, backfilled: false };
    expect(await stateOf(partition, build.id)).toEqual(state);

    await builds.cut(partition, [build.id], 4_294_967_296_000);
    expect(await stateOf(partition, build.id)).toEqual({ ...state, fromOffset: 4_294_967_296_000 });
    expect(await stateOf(nextPartition(), build.id)).toEqual(state); // cuts are per partition
    expect(await stateOf({ ...partition, partition: 1 }, build.id)).toEqual(state);
    expect(await buildsOf(meter)).toEqual({ current: null, pending: build });

    await builds.complete(partition, build.id, at(50));
    expect(await buildsOf(meter)).toEqual({ current: build, pending: null });
    expect(await stateOf(partition, build.id)).toEqual({ ...state, fromOffset: 4_294_967_296_000, backfilled: true });
    expect(await ended()).toEqual([]);
  });

  test("a cut never moves, and one call may cut some that are cut and some that are not", async () => {
    const { builds } = postgres().store;
    const partition = nextPartition();
    const { build: first } = await create({ namespace: "cuts", key: "a" });
    const { build: second } = await create({ namespace: "cuts", key: "b" });
    await builds.cut(partition, [], 5);
    await builds.cut(partition, [first.id], 10);
    await builds.cut(partition, [first.id, second.id], 20);
    expect((await stateOf(partition, first.id))?.fromOffset).toBe(10);
    expect((await stateOf(partition, second.id))?.fromOffset).toBe(20);
  });

  test("live builds of all namespaces, in the order in which they were made", async () => {
    const partition = nextPartition();
    const made: BuildId[] = [];
    for (const namespace of ["all_b", "all_a"]) made.push((await create({ namespace })).build.id);
    const listed = (await postgres().store.builds.listLive(partition)).map((state) => state.build.id);
    expect(listed.filter((id) => made.includes(id))).toEqual(made);
  });

  test("completing without a cut, or an unknown build, is a fault of the caller", async () => {
    const { builds } = postgres().store;
    const { meter, build } = await create({ namespace: "no_cut" });
    await expect(builds.complete(nextPartition(), build.id, at(0))).rejects.toThrow("has no cut");
    await expect(builds.complete(nextPartition(), nextBuildId(), at(0))).rejects.toThrow("there is no build");
    await expect(builds.cut(nextPartition(), [nextBuildId()], 0)).rejects.toThrow("meter_build_cuts_build_fkey");
    expect(await buildsOf(meter)).toEqual({ current: null, pending: build });
  });

  test("a build with cuts in two partitions is complete when both are", async () => {
    const { builds } = postgres().store;
    const one = nextPartition();
    const two = { ...one, partition: 1 };
    const { meter, build } = await create({ namespace: "partitions" });
    await builds.cut(one, [build.id], 1);
    await builds.cut(two, [build.id], 2);
    await builds.complete(one, build.id, at(1));
    expect(await buildsOf(meter)).toEqual({ current: null, pending: build });
    expect(await stateOf(one, build.id)).toMatchObject({ backfilled: true });
    expect(await stateOf(two, build.id)).toMatchObject({ backfilled: false });
    await builds.complete(two, build.id, at(2));
    expect(await buildsOf(meter)).toEqual({ current: build, pending: null });
  });
});

describe("a changed group-by", () => {
  test("keeps the current build until the new one is complete; then the old one ends", async () => {
    const { builds } = postgres().store;
    const partition = nextPartition();
    const { meter, build: first } = await create({ namespace: "regroup" });
    await builds.cut(partition, [first.id], 0);
    await builds.complete(partition, first.id, at(1));

    const second = await regroup(meter, { region: "$.region" }, 10);
    expect(await buildsOf(meter)).toEqual({ current: first, pending: second });
    await builds.cut(partition, [second.id], 7);
    await builds.complete(partition, second.id, at(20));
    expect(await buildsOf(meter)).toEqual({ current: second, pending: null });
    expect(await stateOf(partition, first.id)).toBeUndefined();
    expect(await builds.listEnded(at(20))).not.toContain(first.id); // "before" excludes the instant
    expect(await builds.listEnded(at(21))).toContain(first.id);
    await builds.markDeleted([first.id]);
  });

  test("a second change while one is pending ends that one; the current stays", async () => {
    const { builds } = postgres().store;
    const partition = nextPartition();
    const { meter, build: first } = await create({ namespace: "replaced" });
    await builds.cut(partition, [first.id], 0);
    await builds.complete(partition, first.id, at(1));
    const second = await regroup(meter, { a: "$.a" }, 10);
    await builds.cut(partition, [second.id], 5);
    const third = await regroup(meter, { b: "$.b" }, 11);
    expect(await buildsOf(meter)).toEqual({ current: first, pending: third });
    expect(await ended()).toContain(second.id);

    await builds.complete(partition, second.id, at(12)); // its backfill ended just then
    expect(await buildsOf(meter)).toEqual({ current: first, pending: third });
    expect(await stateOf(partition, second.id)).toBeUndefined();
    await builds.markDeleted([second.id]);
  });

  test("the first build, still pending, can be replaced, too", async () => {
    const { meter, build: first } = await create({ namespace: "replaced_first" });
    const second = await regroup(meter, {}, 10);
    expect(await buildsOf(meter)).toEqual({ current: null, pending: second });
    expect(await ended()).toContain(first.id);
    await postgres().store.builds.markDeleted([first.id]);
  });
});

describe("a deleted meter", () => {
  test("ends both builds, and a completion after that changes nothing", async () => {
    const { builds, meters } = postgres().store;
    const partition = nextPartition();
    const { meter, build: first } = await create({ namespace: "gone" });
    await builds.cut(partition, [first.id], 0);
    await builds.complete(partition, first.id, at(1));
    const second = await regroup(meter, {}, 2);
    await builds.cut(partition, [second.id], 3);
    await meters.delete(meter.namespace, meter.id, { deletedAt: at(9_999), buildsEndedAt: at(30) });
    expect(await builds.listEnded(at(30))).not.toContain(first.id);
    expect((await builds.listEnded(at(31))).filter((id) => [first.id, second.id].includes(id))).toEqual([
      first.id,
      second.id,
    ]);

    await builds.complete(partition, second.id, at(40));
    expect(await buildsOf(meter)).toEqual({ current: null, pending: null });
    expect(await stateOf(partition, second.id)).toBeUndefined();

    await builds.markDeleted([first.id]);
    expect(await ended()).not.toContain(first.id);
    expect(await ended()).toContain(second.id);
    await builds.markDeleted([first.id, second.id]);
    expect(await ended()).not.toContain(second.id);
  });

  test("a live build cannot be marked as deleted", async () => {
    const { builds } = postgres().store;
    const partition = nextPartition();
    const { meter, build } = await create({ namespace: "not_gone" });
    await builds.markDeleted([build.id]);
    await builds.markDeleted([]);
    expect(await stateOf(partition, build.id)).toBeDefined();
    await postgres().store.meters.delete(meter.namespace, meter.id, { deletedAt: at(1), buildsEndedAt: at(1) });
    expect(await ended()).toContain(build.id);
    await builds.markDeleted([build.id]);
  });
});

describe("at once", () => {
  test("completing ten times, also by two processes, switches once", async () => {
    const partition = nextPartition();
    const { meter, build: first } = await create({ namespace: "ten_times" });
    const { builds } = postgres().store;
    await builds.cut(partition, [first.id], 0);
    await builds.complete(partition, first.id, at(1));
    const second = await regroup(meter, {}, 2);
    await builds.cut(partition, [second.id], 1);
    const other = openPostgres({ url: postgres().url });
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => (n % 2 ? builds : other.builds).complete(partition, second.id, at(3 + n))),
    );
    await other.close();
    expect(await buildsOf(meter)).toEqual({ current: second, pending: null });
    expect((await ended()).filter((id) => [first.id, second.id].includes(id))).toEqual([first.id]);
    await builds.markDeleted([first.id]);
  });

  test("the last two partitions complete at once: the build becomes current", async () => {
    const { builds } = postgres().store;
    for (let round = 0; round < 20; round++) {
      const one = nextPartition();
      const two = { ...one, partition: 1 };
      const { meter, build } = await create({ namespace: "last_two", key: `m${round}` });
      await builds.cut(one, [build.id], 0);
      await builds.cut(two, [build.id], 0);
      await Promise.all([builds.complete(one, build.id, at(1)), builds.complete(two, build.id, at(1))]);
      expect(await buildsOf(meter)).toEqual({ current: build, pending: null });
    }
  });

  test("complete, change and delete of one meter: whatever came first, the end is consistent", async () => {
    const { builds, meters } = postgres().store;
    for (let round = 0; round < 20; round++) {
      const partition = nextPartition();
      const { meter, build } = await create({ namespace: "all_at_once", key: `m${round}` });
      await builds.cut(partition, [build.id], 0);
      const replacement = toBuild({ ...meter, groupBy: {} });
      const [, updated, deleted] = await Promise.all([
        builds.complete(partition, build.id, at(1)),
        meters.update(meter.namespace, meter.id, {
          labels: { name: "n", description: null, metadata: null },
          groupBy: {},
          updatedAt: at(2),
          build: replacement,
          endedAt: at(2),
        }),
        meters.delete(meter.namespace, meter.id, { deletedAt: at(3), buildsEndedAt: at(3) }),
      ]);
      expect(deleted?.ok).toBe(true);
      expect(await buildsOf(meter)).toEqual({ current: null, pending: null });
      const made = updated ? [build.id, replacement.id] : [build.id];
      expect((await ended()).filter((id) => [build.id, replacement.id].includes(id))).toEqual(made);
      await builds.markDeleted(made);
    }
  });
});

describe("onChange", () => {
  test("the same process hears of each change before the call resolves, without a way through the database", async () => {
    const pool = createPool({ url: postgres().url, poolSize: 2, onError: () => undefined });
    const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
    const changes = createBuildChanges({ url: "postgres://postgres@127.0.0.1:1/nowhere", onError: () => undefined });
    const builds = createBuildStore(db, changes);
    const meters = createMeterStore(db, changes);
    let calls = 0;
    const stop = builds.onChange(() => calls++);
    const partition = nextPartition();
    const meter = toMeter({ namespace: "heard" });
    const build = toBuild(meter);
    const relabel = {
      labels: { name: "n", description: null, metadata: null },
      groupBy: {},
      updatedAt: at(2),
      endedAt: at(2),
    };

    await meters.create(meter, build);
    expect(calls).toBe(1);
    const twin = toMeter({ namespace: "heard" });
    expect((await meters.create(twin, toBuild(twin))).ok).toBe(false);
    expect(calls, "a conflict is no change").toBe(1);
    await builds.cut(partition, [build.id], 0);
    await builds.complete(partition, build.id, at(1));
    expect(calls).toBe(2);
    await builds.complete(partition, build.id, at(1));
    expect(calls, "nothing is left to change").toBe(2);
    await meters.update("heard", meter.id, {
      ...relabel,
      groupBy: { a: "$.a" },
      build: toBuild({ ...meter, groupBy: { a: "$.a" } }),
    });
    expect(calls).toBe(3);
    await meters.update("heard", meter.id, { ...relabel, groupBy: { a: "$.a" }, build: toBuild(meter) });
    expect(calls, "labels are no build").toBe(3);
    await meters.delete("heard", meter.id, { deletedAt: at(3), buildsEndedAt: at(3) });
    expect(calls).toBe(4);
    stop();
    await meters.create(twin, toBuild(twin));
    expect(calls).toBe(4);
    await changes.close();
    await db.destroy();
  });

  test("another process hears of it, also after its connection was lost", async () => {
    const failures: Error[] = [];
    const other = openPostgres({ url: postgres().url, onError: (error) => failures.push(error) });
    const listener = vi.fn();
    other.builds.onChange(listener);
    await vi.waitFor(() => expect(listener).toHaveBeenCalled()); // it listens
    listener.mockClear();
    await create({ namespace: "elsewhere", key: "a" });
    await vi.waitFor(() => expect(listener).toHaveBeenCalled());

    listener.mockClear();
    await endListeners(postgres().url);
    await vi.waitFor(() => expect(listener).toHaveBeenCalled(), { timeout: 5_000 }); // by the new connection itself
    expect(failures.length).toBeGreaterThan(0);
    listener.mockClear();
    await create({ namespace: "elsewhere", key: "b" });
    await vi.waitFor(() => expect(listener).toHaveBeenCalled());
    await other.close();
    listener.mockClear();
    await create({ namespace: "elsewhere", key: "c" });
    expect(listener).not.toHaveBeenCalled();
  });

  test("a listener that throws keeps nobody from hearing, and is reported", async () => {
    const failures: Error[] = [];
    const own = openPostgres({ url: postgres().url, onError: (error) => failures.push(error) });
    const listener = vi.fn();
    own.builds.onChange(() => {
      throw new Error("a broken listener");
    });
    own.builds.onChange(listener);
    const meter = toMeter({ namespace: "throws" });
    expect((await own.meters.create(meter, toBuild(meter))).ok).toBe(true);
    expect(listener).toHaveBeenCalled();
    expect(failures.map(({ message }) => message)).toContain("a broken listener");
    await own.close();
  });

  test("without a database it goes on trying, and closes at once", async () => {
    const failures: Error[] = [];
    const nowhere = openPostgres({
      url: "postgres://postgres@127.0.0.1:1/nowhere",
      onError: (error) => failures.push(error),
    });
    nowhere.builds.onChange(() => undefined);
    await vi.waitFor(() => expect(failures.length).toBeGreaterThanOrEqual(2));
    const before = performance.now();
    await nowhere.close();
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

const endListeners = async (url: string): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query = 'listen meter_builds'",
  );
  expect(rowCount).toBeGreaterThan(0);
  await client.end();
};
