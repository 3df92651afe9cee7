import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ClickHouseEndpoint, startClickHouse, startPostgres } from "./index.ts";
import { identify } from "./process-identity.ts";
import { ask, createScratch, isRunning, type Scratch, selectOne, send, until } from "./testing.ts";

const END_MS = 10_000;
const FIXTURE = fileURLToPath(new URL("start-both.fixture.ts", import.meta.url));

type Started = Readonly<{ endpoint: ClickHouseEndpoint; clickHouse: number; postgres: readonly number[] }>;

let scratch: Scratch;
beforeEach(async () => {
  scratch = await createScratch();
});
afterEach(() => scratch.clean());

/** Another program that runs both engines. */
const startParent = async (): Promise<Readonly<{ parent: ChildProcess; started: Started }>> => {
  const parent = spawn(process.execPath, ["--no-warnings", FIXTURE, scratch.dir], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  scratch.defer(async () => parent.kill("SIGKILL"));
  const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string]; // it writes one line of JSON
  return { parent, started: JSON.parse(line) as Started };
};

const kill = async (parent: ChildProcess): Promise<void> => {
  const exit = once(parent, "exit");
  parent.kill("SIGKILL");
  await exit;
};

const startAgain = async (): Promise<Readonly<{ one: unknown; count: string }>> => {
  const clickHouse = await startClickHouse({ dataDir: join(scratch.dir, "clickhouse") });
  scratch.defer(() => clickHouse.stop());
  const postgres = await startPostgres({ dataDir: join(scratch.dir, "postgres"), unsafe: true });
  scratch.defer(() => postgres.stop());
  return { one: await selectOne(postgres.url(), "select 1"), count: await ask(clickHouse, "SELECT 1") };
};

describe("the engines end with their parent, however it dies", () => {
  test("kill -9 of an idle parent leaves no process behind, and the next start works", async () => {
    const { parent, started } = await startParent();
    const pids = [started.clickHouse, ...started.postgres];
    expect(pids.filter((pid) => !isRunning(pid))).toEqual([]);
    await kill(parent);
    await until(() => !pids.some(isRunning), END_MS);
    expect(await startAgain()).toEqual({ one: 1, count: "1" });
  });

  test("kill -9 while statements run: they are ended, too", async () => {
    const { parent, started } = await startParent();
    await send(started.endpoint, "CREATE DATABASE meter ENGINE = Atomic");
    await send(started.endpoint, "CREATE TABLE meter.t (n UInt64) ENGINE = MergeTree ORDER BY n");
    const broken = send(
      started.endpoint,
      "INSERT INTO meter.t SELECT number FROM numbers(600) WHERE sleepEachRow(0.1) = 0 SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 100000000",
    ).catch(() => undefined);
    await until(
      async () =>
        (await send(started.endpoint, "SELECT count() FROM system.processes WHERE query LIKE 'INSERT%'")).text === "1",
      END_MS,
    );
    await kill(parent);
    await broken;
    await until(() => !isRunning(started.clickHouse), END_MS);
    await until(() => !started.postgres.some(isRunning), END_MS);
  });

  test("a start right after the kill waits for what is still ending", async () => {
    const { parent } = await startParent();
    await kill(parent);
    expect(await startAgain()).toEqual({ one: 1, count: "1" });
  });

  test.skipIf(process.platform !== "linux")(
    "kill -9 of everything but Postgres: the next start ends the orphan",
    async () => {
      const { parent, started } = await startParent();
      const [keeper = 0, ...servers] = started.postgres;
      const helpers = (await readFile(`/proc/${keeper}/task/${keeper}/children`, "utf8"))
        .trim()
        .split(" ")
        .map(Number)
        .filter((pid) => !servers.includes(pid));
      expect(helpers).toHaveLength(1); // the one that would stop the server when its stdin closes
      parent.kill("SIGSTOP"); // it cannot react to the death of the keeper
      for (const pid of [keeper, ...helpers]) process.kill(pid, "SIGKILL");
      await kill(parent);
      expect(servers.filter(isRunning)).toEqual(servers);
      expect(await startAgain()).toEqual({ one: 1, count: "1" });
      expect(servers.filter(isRunning)).toEqual([]);
    },
  );
});

test.skipIf(process.platform !== "linux")(
  "kill -9 of the parent of stopped engines, which cannot end: the next start ends all their processes",
  async () => {
    const { parent, started } = await startParent();
    const [keeper = 0] = started.postgres;
    const children = (await readFile(`/proc/${keeper}/task/${keeper}/children`, "utf8")).trim().split(" ").map(Number);
    const pids = [...new Set([started.clickHouse, ...started.postgres, ...children])];
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    await kill(parent);
    expect(await startAgain()).toEqual({ one: 1, count: "1" });
    expect(pids.filter(isRunning)).toEqual([]);
  },
);

describe("a recorded process is signalled only when it is that very engine", () => {
  test.each([
    { why: "another start time", change: { startTime: "1" } },
    { why: "another boot", change: { bootId: "another" } },
    { why: "the same process, but not an engine of this directory", change: {} },
  ])("$why: it lives on", async ({ change }) => {
    const bystander = spawn("sleep", ["600"], { stdio: "ignore" });
    scratch.defer(async () => bystander.kill("SIGKILL"));
    const identity = identify(bystander.pid ?? 0);
    expect(identity).toBeDefined();
    const first = await startClickHouse({ dataDir: join(scratch.dir, "clickhouse") });
    await first.stop();
    await writeFile(join(scratch.dir, "clickhouse.run", "engine.json"), JSON.stringify({ ...identity, ...change }));
    const clickHouse = await startClickHouse({ dataDir: join(scratch.dir, "clickhouse") });
    scratch.defer(() => clickHouse.stop());
    expect(isRunning(bystander.pid ?? 0)).toBe(true);
  });

  test("an engine of this directory that does not let go is ended after 5 s", async () => {
    const dataDir = join(scratch.dir, "clickhouse");
    const first = await startClickHouse({ dataDir });
    await first.stop();
    const leftover = spawn(process.execPath, ["-e", "setInterval(() => {}, 60_000)", "--", `--path=${dataDir}`], {
      stdio: "ignore",
    });
    scratch.defer(async () => leftover.kill("SIGKILL"));
    await once(leftover, "spawn");
    await writeFile(join(scratch.dir, "clickhouse.run", "engine.json"), JSON.stringify(identify(leftover.pid ?? 0)));
    const since = performance.now();
    const clickHouse = await startClickHouse({ dataDir });
    scratch.defer(() => clickHouse.stop());
    expect(performance.now() - since).toBeGreaterThan(4_900);
    expect(isRunning(leftover.pid ?? 0)).toBe(false);
  });
});
