import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { EngineUnavailable } from "../errors.ts";
import { ask, createScratch, isRunning, type Scratch, send, until } from "../testing.ts";
import { type EmbeddedClickHouse, startClickHouse } from "./clickhouse.ts";

let scratch: Scratch;
beforeEach(async () => {
  scratch = await createScratch();
});
afterEach(() => scratch.clean());

const start = async (dataDir = join(scratch.dir, "clickhouse")): Promise<EmbeddedClickHouse> => {
  const clickHouse = await startClickHouse({ dataDir });
  scratch.defer(() => clickHouse.stop());
  return clickHouse;
};

const pidOf = (clickHouse: EmbeddedClickHouse): number => {
  const pid = clickHouse.pid();
  if (pid === undefined) throw new Error("no engine is running");
  return pid;
};

const createTable = async (clickHouse: EmbeddedClickHouse): Promise<void> => {
  await ask(clickHouse, "CREATE DATABASE meter ENGINE = Atomic");
  await ask(clickHouse, "CREATE TABLE meter.numbers (n UInt64) ENGINE = MergeTree ORDER BY n");
};
const count = (clickHouse: EmbeddedClickHouse): Promise<string> => ask(clickHouse, "SELECT count() FROM meter.numbers");

describe("data outlives the engine", () => {
  test("a graceful stop and a new start", async () => {
    const first = await start();
    await createTable(first);
    await ask(first, "INSERT INTO meter.numbers SELECT number FROM numbers(1000)");
    const pid = pidOf(first);
    await Promise.all([first.stop(), first.stop()]);
    expect(isRunning(pid)).toBe(false);
    await expect(first.endpoint()).rejects.toThrow(EngineUnavailable);
    await expect(first.settle()).rejects.toThrow(EngineUnavailable);

    const second = await start();
    expect(await count(second)).toBe("1000");
  });

  test("a kill -9: it is started again by itself, on a new port, with new secrets", async () => {
    const clickHouse = await start();
    await createTable(clickHouse);
    await ask(clickHouse, "INSERT INTO meter.numbers SELECT number FROM numbers(1000)");
    const before = await clickHouse.endpoint();
    const pid = pidOf(clickHouse);
    process.kill(pid, "SIGKILL");
    await until(() => clickHouse.pid() !== pid, 10_000);

    const after = await clickHouse.endpoint();
    expect(await count(clickHouse)).toBe("1000");
    expect(after.life).toBe(before.life + 1);
    expect(after.url).not.toBe(before.url);
    expect(after.password).not.toBe(before.password);
    expect(after.headers).not.toEqual(before.headers);
  });
});

test("what is to be done before a start is done before every one, while no engine has the directory", async () => {
  const seen: boolean[] = [];
  let pid = NaN;
  const clickHouse = await startClickHouse({
    dataDir: join(scratch.dir, "clickhouse"),
    beforeStart: async () => {
      seen.push(isRunning(pid));
    },
  });
  scratch.defer(() => clickHouse.stop());
  pid = pidOf(clickHouse);
  expect(seen).toEqual([false]);
  await clickHouse.settle();
  process.kill(pidOf(clickHouse), "SIGKILL");
  await until(() => seen.length === 3, 20_000);
  await clickHouse.endpoint();
  expect(seen).toEqual([false, false, false]);
});

describe("settle: nothing that was in flight appears afterwards", () => {
  test("a slow insert is ended and writes no more", async () => {
    const clickHouse = await start();
    await createTable(clickHouse);
    const old = await clickHouse.endpoint();
    // one row a block and a part a block: rows keep appearing for 60 s unless it is ended
    const insert = send(
      old,
      "INSERT INTO meter.numbers SELECT number FROM numbers(600) WHERE sleepEachRow(0.1) = 0 SETTINGS max_block_size = 1, min_insert_block_size_rows = 1, max_insert_block_size = 1, function_sleep_max_microseconds_per_block = 100000000",
    ).then(
      () => "answered",
      () => "broken off",
    );
    await until(async () => Number(await count(clickHouse)) > 0, 20_000);
    await clickHouse.settle();
    expect(await insert).toBe("broken off");
    const settled = await count(clickHouse);
    expect(Number(settled)).toBeLessThan(600);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // fifteen more rows, were it still running
    expect(await count(clickHouse)).toBe(settled);
    await expect(fetch(old.url)).rejects.toThrow();
  });

  test("calls made together share one; a call during a settle gets the next", async () => {
    const clickHouse = await start();
    const { life } = await clickHouse.endpoint();
    await Promise.all([clickHouse.settle(), clickHouse.settle(), clickHouse.settle()]);
    expect((await clickHouse.endpoint()).life).toBe(life + 1);

    const running = clickHouse.settle();
    await until(() => clickHouse.pid() === undefined, 5_000); // it has begun
    const next = clickHouse.settle();
    await Promise.all([running, next]);
    expect((await clickHouse.endpoint()).life).toBe(life + 3);
  });

  test("endpoint waits for the new engine, no longer than it was told to", async () => {
    const clickHouse = await start();
    const { life } = await clickHouse.endpoint();
    const settled = clickHouse.settle();
    const waited = clickHouse.endpoint();
    await expect(clickHouse.endpoint(1)).rejects.toThrow(EngineUnavailable);
    expect((await waited).life).toBe(life + 1);
    await settled;
  });
});

describe("whileStopped: the directory is free while the work runs", () => {
  test("no engine runs during the work; one runs after it, also when it failed", async () => {
    const clickHouse = await start();
    await createTable(clickHouse);
    const pid = pidOf(clickHouse);
    const seen = await clickHouse.whileStopped(async (dataDir) => ({
      dataDir,
      running: isRunning(pid),
      pid: clickHouse.pid(),
    }));
    expect(seen).toEqual({ dataDir: join(scratch.dir, "clickhouse"), running: false, pid: undefined });
    await expect(clickHouse.whileStopped(() => Promise.reject(new Error("the work failed")))).rejects.toThrow(
      "the work failed",
    );
    expect(await count(clickHouse)).toBe("0");
  });

  test("it repairs what keeps the engine from starting", async () => {
    const clickHouse = await start();
    await ask(clickHouse, "CREATE DATABASE meter ENGINE = Atomic");
    const file = join(scratch.dir, "clickhouse", "metadata", "meter.sql");
    const good = await readFile(file, "utf8");
    await clickHouse.whileStopped(() => writeFile(file, "this is not SQL"));
    await expect(clickHouse.endpoint(500)).rejects.toThrow(EngineUnavailable);
    await clickHouse.whileStopped(() => writeFile(file, good));
    expect(await ask(clickHouse, "EXISTS DATABASE meter")).toBe("1");
  });
});

describe("one engine, one supervisor", () => {
  test("a second start on the same directory is refused in one line, and the first goes on", async () => {
    const clickHouse = await start();
    const dataDir = join(scratch.dir, "clickhouse");
    await expect(startClickHouse({ dataDir })).rejects.toThrow(
      `${dataDir} is in use by process ${process.pid}: stop that one first`,
    );
    expect(await ask(clickHouse, "SELECT 1")).toBe("1");
  });

  test("its config is for its owner alone", async () => {
    await start();
    const run = join(scratch.dir, "clickhouse.run");
    expect((await stat(run)).mode & 0o777).toBe(0o700);
    for (const name of ["config.xml", "engine.json", "owner.json"])
      expect((await stat(join(run, name))).mode & 0o777).toBe(0o600);
  });
});

describe("settings", () => {
  test.each([
    { name: "async_insert", value: "0", why: "an insert answers when its part is written" },
    { name: "cancel_http_readonly_queries_on_client_close", value: "1", why: "an abandoned read ends" },
    { name: "output_format_json_quote_decimals", value: "1", why: "decimals stay text" },
    { name: "output_format_json_quote_64bit_integers", value: "1", why: "integers above 2^53 stay exact" },
  ])("$name = $value ($why)", async ({ name, value }) => {
    const clickHouse = await start();
    expect(await ask(clickHouse, `SELECT value FROM system.settings WHERE name = '${name}'`)).toBe(value);
    expect(await ask(clickHouse, "SELECT timezone()")).toBe("UTC");
  });
});

test("a directory that cannot be made is named in one line", async () => {
  const file = join(scratch.dir, "file");
  await writeFile(file, "");
  await expect(startClickHouse({ dataDir: join(file, "clickhouse") })).rejects.toThrow(
    `cannot write to ${join(file, "clickhouse")}: a part of the path is not a directory`,
  );
});
