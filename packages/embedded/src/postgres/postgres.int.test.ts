import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createScratch, isRunning, type Scratch, selectOne, until } from "../testing.ts";
import { type EmbeddedPostgres, startPostgres } from "./postgres.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await createScratch();
});
afterEach(() => scratch.clean());

const start = async (dataDir = join(scratch.dir, "postgres"), unsafe = true): Promise<EmbeddedPostgres> => {
  const postgres = await startPostgres({ dataDir, unsafe });
  scratch.defer(() => postgres.stop());
  return postgres;
};

const postmaster = async (dataDir = join(scratch.dir, "postgres")): Promise<number> =>
  Number.parseInt(await readFile(join(dataDir, "postmaster.pid"), "utf8"), 10);

const isAnswering = (postgres: EmbeddedPostgres): Promise<boolean> =>
  selectOne(postgres.url(), "select true").then(
    (answer) => answer === true,
    () => false,
  );

test("a stop ends every process; a new start has the data", async () => {
  const first = await start();
  await selectOne(first.url(), "create database billing");
  await selectOne(first.url("billing"), "create table t as select 7 as n");
  const pids = first.pids();
  expect(pids.length).toBeGreaterThan(2);
  await Promise.all([first.stop(), first.stop()]);
  expect(pids.filter(isRunning)).toEqual([]);

  const second = await start();
  expect(await selectOne(second.url("billing"), "select n from t")).toBe(7);
});

test("it is durable unless told otherwise, in UTC, and opens no port", async () => {
  const postgres = await start(join(scratch.dir, "postgres"), false);
  for (const [setting, value] of Object.entries({
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    TimeZone: "UTC",
    listen_addresses: "",
  }))
    expect([setting, await selectOne(postgres.url(), `show ${setting}`)]).toEqual([setting, value]);
});

describe("it is started again when it dies, with the same address", () => {
  test.each([
    { who: "the server", victim: async () => postmaster() },
    { who: "its keeper", victim: async (postgres: EmbeddedPostgres) => postgres.pids()[0] ?? 0 },
  ])("$who is killed", async ({ victim }) => {
    const postgres = await start(join(scratch.dir, "postgres"), false);
    await selectOne(postgres.url(), "create table t as select 7 as n");
    const before = await postmaster();
    process.kill(await victim(postgres), "SIGKILL");
    await until(
      async () => (await postmaster().catch(() => before)) !== before && (await isAnswering(postgres)),
      20_000,
    );
    expect(isRunning(before)).toBe(false);
    expect(await selectOne(postgres.url(), "select n from t")).toBe(7);
  });
});

test("a killed server's socket lock is nobody's, also when its number is taken by another process", async () => {
  const first = await start();
  const lock = join(scratch.dir, "postgres.run", ".s.PGSQL.5432.lock");
  const text = await readFile(lock, "utf8");
  await first.stop();
  const other = spawn("sleep", ["60"], { stdio: "ignore" });
  scratch.defer(async () => other.kill("SIGKILL"));
  await writeFile(lock, text.replace(/^\d+/, String(other.pid)));

  const second = await start();
  expect(await selectOne(second.url(), "select 1")).toBe(1);
  expect(isRunning(other.pid ?? 0)).toBe(true);
});

test("below a very long path the socket lies in the temporary directory, and goes with the server", async () => {
  const dataDir = join(scratch.dir, "d".repeat(120), "postgres");
  const postgres = await start(dataDir);
  const socketDir = new URL(postgres.url().replace("postgres@/", "postgres@x/")).searchParams.get("host") ?? "";
  expect(socketDir.startsWith(join(tmpdir(), "meter-pg-"))).toBe(true);
  expect((await stat(socketDir)).mode & 0o777).toBe(0o700);
  expect(await selectOne(postgres.url(), "select 1")).toBe(1);
  await postgres.stop();
  await expect(stat(socketDir)).rejects.toThrow("ENOENT");
});

describe("the first start is whole or not at all", () => {
  test("what a killed first start left behind is removed", async () => {
    const leftover = join(scratch.dir, "postgres.init-abc123");
    await mkdir(leftover);
    await writeFile(join(leftover, "PG_VERSION"), "18\n");
    const postgres = await start();
    expect(await selectOne(postgres.url(), "select 1")).toBe(1);
    expect((await readdir(scratch.dir)).toSorted()).toEqual(["postgres", "postgres.run"]);
  });

  test("a directory with other things in it is left alone", async () => {
    const dataDir = join(scratch.dir, "postgres");
    await mkdir(dataDir);
    await writeFile(join(dataDir, "notes.txt"), "mine");
    await expect(startPostgres({ dataDir })).rejects.toThrow(`${dataDir} is not empty and holds no Postgres cluster`);
    expect(await readFile(join(dataDir, "notes.txt"), "utf8")).toBe("mine");
  });
});

test("a second start on the same directory is refused in one line, and the first goes on", async () => {
  const postgres = await start();
  const dataDir = join(scratch.dir, "postgres");
  await expect(startPostgres({ dataDir })).rejects.toThrow(
    `${dataDir} is in use by process ${process.pid}: stop that one first`,
  );
  expect(await selectOne(postgres.url(), "select 1")).toBe(1);
});
