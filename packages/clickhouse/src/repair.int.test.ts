import { appendFile, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { EventRow, LogId } from "@meter/core";
import type { BuildId } from "@meter/metering";
import { createUlid, instant } from "@meter/primitives";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repairTables } from "./repair.ts";
import { startTestClickHouse, type TestClickHouse } from "./testing.ts";
import { watchParts } from "./torn-parts.ts";

let clickhouse: TestClickHouse;
beforeEach(async () => {
  clickhouse = await startTestClickHouse();
});
afterEach(async () => await clickhouse.stop());

const log = createUlid(instant(0), new Uint8Array(10)) as LogId;
const row = (offset: number): EventRow => ({
  position: { log, partition: 0, offset },
  event: {
    id: String(offset),
    source: "test",
    type: "call",
    subject: "s",
    time: instant(offset),
    data: null,
    namespace: "default",
    ingestedAt: instant(1),
  },
  storedAt: instant(2),
});
const run = async (sql: string): Promise<void> =>
  await clickhouse.connection.command({ name: "test", sql, parameters: {} });
const parts = async (table = "events"): Promise<readonly Readonly<{ name: string; path: string }>[]> =>
  (
    await clickhouse.connection.read({
      name: "test",
      sql: `SELECT name, path FROM system.parts WHERE active AND database = 'meter' AND table = '${table}' ORDER BY name`,
      parameters: {},
    })
  ).map(([name, path]) => ({ name: String(name), path: String(path) }));
const repair = async (): Promise<readonly string[]> =>
  await repairTables({
    connect: async () => await clickhouse.engine.endpoint(),
    whileStopped: clickhouse.engine.whileStopped,
  });
const offsets = async (): Promise<readonly number[]> =>
  [...(await clickhouse.usage.tables.storedEvents({ log, partition: 0, from: 0, to: 100 }))].toSorted((a, b) => a - b);

const damage = async (path: string): Promise<void> => {
  const file = join(path, "data.bin");
  const bytes = await readFile(file);
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 0xff;
  await writeFile(file, bytes);
};

test("sound tables are left alone, and the engine is not stopped", async () => {
  await clickhouse.usage.tables.insertEvents([row(1)]);
  const pid = clickhouse.engine.pid();
  expect(await repair()).toEqual([]);
  expect(clickhouse.engine.pid()).toBe(pid);
  expect(await offsets()).toEqual([1]);
});

test("a part with a damaged file is moved aside, and only that", async () => {
  await run("SYSTEM STOP MERGES meter.events");
  for (const offset of [1, 2, 3]) await clickhouse.usage.tables.insertEvents([row(offset)]);
  const [, second] = await parts();
  await damage(second?.path ?? "");
  expect(await repair()).toEqual([`events/${second?.name}`]);
  expect(await offsets()).toEqual([1, 3]);
  const aside = await readdir(join(clickhouse.dataDir, "aside"));
  expect(aside).toHaveLength(1);
  expect(aside[0]).toMatch(new RegExp(`^\\d+-events-${second?.name ?? "?"}$`));
  expect(await repair()).toEqual([]);
});

test("a damaged merged part gives way to its sources: nothing is lost", async () => {
  for (const offset of [1, 2, 3]) await clickhouse.usage.tables.insertEvents([row(offset)]);
  await run("OPTIMIZE TABLE meter.events FINAL");
  const [merged] = await parts();
  await damage(merged?.path ?? "");
  const moved = await repair();
  expect(moved[0]).toBe(`events/${merged?.name}`);
  expect(await offsets()).toEqual([1, 2, 3]);
});

test("a damaged roll-up takes its part along", async () => {
  await run("SYSTEM STOP MERGES meter.usage");
  const build = createUlid(instant(1), new Uint8Array(10)) as BuildId;
  for (const offset of [1, 2]) {
    const entry = {
      build,
      namespace: "default",
      subject: "s",
      time: instant(offset),
      value: "1",
      text: null,
      dimensions: [],
    };
    await clickhouse.usage.tables.insertUsage([{ position: { log, partition: 0, offset }, entry }]);
  }
  const [first] = await parts("usage");
  await damage(join(first?.path ?? "", "by_dims_hour.proj"));
  expect(await repair()).toEqual([`usage/${first?.name}`]);
  const stored = await clickhouse.usage.tables.storedUsage({ log, partition: 0, from: 0, to: 100 });
  expect(stored).toEqual(new Map([[build, new Set([2])]]));
});

test("parts of one name in both tables are moved side by side", async () => {
  await run("SYSTEM STOP MERGES meter.events");
  await run("SYSTEM STOP MERGES meter.usage");
  const build = createUlid(instant(1), new Uint8Array(10)) as BuildId;
  const entry = { build, namespace: "default", subject: "s", time: instant(1), value: "1", text: null, dimensions: [] };
  await clickhouse.usage.tables.insertEvents([row(1)]);
  await clickhouse.usage.tables.insertUsage([{ position: { log, partition: 0, offset: 1 }, entry }]);
  for (const table of ["events", "usage"]) await damage((await parts(table))[0]?.path ?? "");
  expect(await repair()).toEqual(["events/all_1_1_0", "usage/all_1_1_0"]);
});

test("a merged part that the engine sets aside at its start gives way to its sources, too", async () => {
  for (const offset of [1, 2, 3]) await clickhouse.usage.tables.insertEvents([row(offset)]);
  await run("OPTIMIZE TABLE meter.events FINAL");
  const [merged] = await parts();
  await clickhouse.engine.whileStopped(async () => await truncate(join(merged?.path ?? "", "columns.txt"), 0));
  expect((await repair()).join()).toContain(merged?.name);
  expect(await offsets()).toEqual([1, 2, 3]);
});

test("a part that the engine sets aside at its start is reported and moved, once", async () => {
  await run("SYSTEM STOP MERGES meter.events");
  for (const offset of [1, 2]) await clickhouse.usage.tables.insertEvents([row(offset)]);
  const [first] = await parts();
  await clickhouse.engine.whileStopped(async () => {
    await truncate(join(first?.path ?? "", "checksums.txt"), 5);
    await truncate(join(first?.path ?? "", "columns.txt"), 0);
    await appendFile(join(first?.path ?? "", "count.txt"), "x");
  });
  const moved = await repair();
  expect(moved).toHaveLength(1);
  expect(moved[0]).toContain(first?.name);
  expect(await offsets()).toEqual([2]);
  expect(await repair()).toEqual([]);
});

test("a merged part whose files are empty, as a disk that filled up meanwhile leaves it, is found by its sizes and gives way to its sources", async () => {
  const watch = watchParts({ connect: async () => await clickhouse.engine.endpoint() });
  for (const offset of [1, 2, 3]) await clickhouse.usage.tables.insertEvents([row(offset)]);
  expect(await watch.findTorn()).toEqual([]);
  await run("OPTIMIZE TABLE meter.events FINAL");
  const [merged] = await parts();
  const path = merged?.path ?? "";
  for (const file of await readdir(path)) await truncate(join(path, file), 0);
  expect(await watch.findTorn()).toEqual([`events/${merged?.name}`]);
  expect(await watch.findShort()).toEqual([`events/${merged?.name}`]);
  expect((await repair())[0]).toBe(`events/${merged?.name}`);
  expect(await offsets()).toEqual([1, 2, 3]);
  expect(await watch.findTorn()).toEqual([]);
  await watch.close();
});

test("a part that the engine set aside at its start is torn, too, until it was moved", async () => {
  const watch = watchParts({ connect: async () => await clickhouse.engine.endpoint() });
  await clickhouse.usage.tables.insertEvents([row(1)]);
  const [only] = await parts();
  await clickhouse.engine.whileStopped(async () => await truncate(join(only?.path ?? "", "columns.txt"), 0));
  expect((await watch.findTorn()).join()).toContain(only?.name);
  expect(await watch.findShort()).toEqual([]);
  await repair();
  expect(await watch.findTorn()).toEqual([]);
  await watch.close();
});
