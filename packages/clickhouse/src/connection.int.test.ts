import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { UsageUnavailable } from "@meter/core";
import type { EventRow, LogId } from "@meter/core";
import type { BuildId, MeterBuild } from "@meter/metering";
import { createUlid, instant, utc } from "@meter/primitives";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createConnection, type Row } from "./connection.ts";
import { type Fault, startCuttingProxy } from "./cutting-proxy.test-support.ts";
import { type ClickHouseEndpoint, type ClickHouseUsage, openClickHouse } from "./index.ts";
import { memoryErrorCodes, permanentErrorCodes } from "./insert-answer.ts";
import { migrate } from "./migrate.ts";
import { readSettings } from "./settings.ts";
import { startTestClickHouse, type TestClickHouse } from "./testing.ts";

let clickhouse: TestClickHouse;
beforeAll(async () => {
  clickhouse = await startTestClickHouse();
});
afterAll(async () => await clickhouse.stop());

const log = createUlid(instant(0), new Uint8Array(10)) as LogId;
const row: EventRow = {
  position: { log, partition: 0, offset: 0 },
  event: {
    id: "1",
    source: "test",
    type: "call",
    subject: "s",
    time: instant(0),
    data: null,
    namespace: "default",
    ingestedAt: instant(1),
  },
  storedAt: instant(2),
};

describe("an engine that comes back", () => {
  test("is asked again by a read, in its new life", async () => {
    await clickhouse.usage.ping();
    await clickhouse.engine.whileStopped(async () => {});
    await clickhouse.usage.ping();
  });

  test("a read that finds a dead address is repeated at the next one", async () => {
    const endpoint = await clickhouse.engine.endpoint();
    const addresses: ClickHouseEndpoint[] = [{ ...endpoint, url: "http://127.0.0.1:9", life: "before" }, endpoint];
    const usage = openClickHouse({ connect: async () => addresses.shift() ?? endpoint });
    await usage.ping();
    await usage.close();
  });
});

describe("an engine that does not answer", () => {
  test("fails reads: no answer is not zero", async () => {
    const endpoint = await clickhouse.engine.endpoint();
    const usage = openClickHouse({ connect: async () => ({ ...endpoint, url: "http://127.0.0.1:9", life: "never" }) });
    await expect(usage.ping()).rejects.toThrow(UsageUnavailable);
    await expect(usage.reader.listEvents("default", {}, { limit: 1, after: null })).rejects.toThrow(UsageUnavailable);
    expect(await usage.tables.insertEvents([row])).toMatchObject({ type: "unknown" });
    await usage.close();
  });

  test("fails reads, too, when nobody can say where it is", async () => {
    const usage = openClickHouse({
      connect: async () => {
        throw new Error("it will not start");
      },
    });
    await expect(usage.ping()).rejects.toThrow(/it will not start/);
    await expect(usage.ping()).rejects.toThrow(UsageUnavailable);
    expect(await usage.tables.insertEvents([row])).toMatchObject({ type: "unknown", reason: "it will not start" });
  });

  test("fails a read with the engine's own words when it refuses one", async () => {
    await expect(
      clickhouse.connection.read({ name: "nonsense", sql: "SELECT nothing FROM nowhere", parameters: {} }),
    ).rejects.toThrow(/nonsense.*nowhere/s);
  });

  describe("in time fails the read, whatever it waits for", () => {
    const timeoutMs = 300;
    const build: MeterBuild = {
      id: createUlid(instant(0), new Uint8Array(10)) as BuildId,
      namespace: "default",
      eventType: "call",
      aggregation: "count",
      value: null,
      dimensions: [],
    };
    const day = { size: "day", zone: utc } as const;
    const base = {
      from: null,
      to: null,
      notBefore: null,
      subjects: null,
      customers: null,
      dimensions: [],
      groupBy: [],
    };
    const failureOf = async (usage: ClickHouseUsage): Promise<unknown> => {
      const failed = usage.reader
        .query(build, { ...base, window: day }, [], { timeoutMs })
        .catch((error: unknown) => error);
      return await Promise.race([failed, setTimeout(20 * timeoutMs, "no answer", { ref: false })]);
    };

    test("an engine that is held", async () => {
      const pid = clickhouse.engine.pid();
      if (pid === undefined) throw new Error("the engine runs");
      process.kill(pid, "SIGSTOP");
      try {
        expect(await failureOf(clickhouse.usage)).toBeInstanceOf(UsageUnavailable);
      } finally {
        process.kill(pid, "SIGCONT");
      }
      expect(
        await clickhouse.usage.reader.query(build, { ...base, window: null }, [], { timeoutMs: 10_000 }),
      ).toHaveLength(1);
    });

    test("an engine that does not come back", async () => {
      const usage = openClickHouse({ connect: async () => new Promise(() => undefined) });
      expect(await failureOf(usage)).toBeInstanceOf(UsageUnavailable);
    });
  });

  test("leaves an insert unknown when it ends in the middle of it", async () => {
    const rows = Array.from({ length: 10_000 }, (_, offset) => ({
      ...row,
      position: { ...row.position, offset },
      event: { ...row.event, data: JSON.stringify({ x: "y".repeat(5_000) }) },
    }));
    const range = { log, partition: 0, from: 0, to: 10_000 };
    const answer = clickhouse.usage.tables.insertEvents(rows);
    await clickhouse.engine.settle();
    const settled = await clickhouse.usage.tables.storedEvents(range);
    expect(["unknown", "stored"]).toContain((await answer).type);
    // What was still being written down when the engine ended was not sent to its next life.
    const present = await clickhouse.usage.tables.storedEvents(range);
    expect(present).toEqual(settled);
    expect([0, 10_000]).toContain(present.size);
  });
});

/** A connection on whose way things happen. */
const behind = async <T>(
  fault: (asked: number) => Fault | null,
  work: (connection: ReturnType<typeof createConnection>, asked: () => number) => Promise<T>,
): Promise<T> => {
  const proxy = await startCuttingProxy(clickhouse.engine.endpoint, fault);
  const connection = createConnection(proxy.connect);
  try {
    return await work(connection, proxy.asked);
  } finally {
    await connection.close();
    await proxy.stop();
  }
};

const numbers = (count: number): Parameters<typeof clickhouse.connection.read>[0] => ({
  name: "numbers",
  sql: `SELECT number, 'a\nb' FROM numbers(${count})`,
  parameters: {},
});
const rowsOf = (count: number): readonly Row[] => Array.from({ length: count }, (_, index) => [String(index), "a\nb"]);

describe("an answer that is cut", () => {
  test.each(["well", "torn"] as const)("at any byte, and ends %s: fails, or is whole", async (end) => {
    let bytes = 0;
    await behind(
      () => ({ type: "cut", bytes, end }),
      async (connection) => {
        const whole = 3 * '["0","a\\nb"]\n'.length + "end of 00000000-0000-0000-0000-000000000000\n".length;
        for (bytes = 0; bytes < whole; bytes++)
          await expect(connection.read(numbers(3)), `${bytes} bytes`).rejects.toThrow(UsageUnavailable);
        if (end === "well") expect(await connection.read(numbers(3))).toEqual(rowsOf(3));
      },
    );
  });

  test.each([
    { fault: { type: "nothing" }, why: "an empty 200 of something between" },
    { fault: { type: "cut", bytes: 0, end: "well" }, why: "an empty body under the engine's own headers" },
    { fault: { type: "cut", bytes: 65_536, end: "well" }, why: "the first stretch of a large answer" },
    { fault: { type: "cut", bytes: 200_000, end: "torn" }, why: "a connection that breaks in the middle" },
  ] as const)("$why is no answer, and is asked for once more", async ({ fault }) => {
    await behind(
      () => fault,
      async (connection, asked) => {
        await expect(connection.read(numbers(20_000))).rejects.toThrow(UsageUnavailable);
        expect(asked()).toBe(2);
      },
    );
    expect(
      await behind(
        (asked) => (asked === 0 ? fault : null),
        async (connection) => await connection.read(numbers(20_000)),
      ),
    ).toEqual(rowsOf(20_000));
  });

  test("no rows are an answer, nothing is none", async () => {
    expect(await clickhouse.connection.read(numbers(0))).toEqual([]);
    await behind(
      () => ({ type: "nothing" }),
      async (connection) => await expect(connection.read(numbers(0))).rejects.toThrow(/cut after 0 rows/),
    );
  });

  test.each([
    { boom: 1_000, of: 3_000, words: /in the middle/, when: "before a row is sent: its words are known" },
    { boom: 290_000, of: 300_000, words: /in the middle/, when: "after megabytes of rows: so are they" },
  ])("an exception $when, and it is no answer", async ({ boom, of, words }) => {
    const sql = `SELECT number, throwIf(number = ${boom}, 'in the middle') FROM numbers(${of})`;
    await expect(clickhouse.connection.read({ name: "half", sql, parameters: {} })).rejects.toThrow(words);
  });

  test("an exception when rows were sent under a 200 is no answer", async () => {
    const sql = "SELECT number, throwIf(number = 290000, 'in the middle') FROM numbers(300000)";
    const settings = { http_response_buffer_size: 0 };
    await expect(clickhouse.connection.read({ name: "half", sql, parameters: {} }, { settings })).rejects.toThrow(
      UsageUnavailable,
    );
  });

  test("no way of the engine to end early is left to its profile", async () => {
    const modes = await clickhouse.connection.read({
      name: "overflow modes",
      sql: "SELECT name, value FROM system.settings WHERE name LIKE '%overflow_mode%' ORDER BY name",
      parameters: {},
    });
    expect(Object.fromEntries(modes as [string, string][])).toEqual(
      Object.fromEntries(Object.entries(readSettings).filter(([name]) => name.includes("overflow_mode"))),
    );
    const sql = "SELECT number FROM numbers(100000)";
    const asked = clickhouse.connection.read(
      { name: "broken off", sql, parameters: {} },
      { settings: { max_result_rows: "10" } },
    );
    await expect(asked).rejects.toThrow(/Limit for result exceeded/);
  });

  test("an engine that ends in the middle: all rows of its next life, or none", async () => {
    const answer = clickhouse.connection.read(numbers(200_000)).then(
      (rows) => rows.length,
      () => "failed",
    );
    await clickhouse.engine.settle();
    expect([200_000, "failed"]).toContain(await answer);
  });

  test("an answer that does not come to its end in time is given up", async () => {
    const sql = "SELECT sleepEachRow(0.01), repeat('x', 10000) FROM numbers(1000) SETTINGS max_block_size = 10";
    const started = performance.now();
    await expect(clickhouse.connection.read({ name: "slow", sql, parameters: {} }, { timeoutMs: 500 })).rejects.toThrow(
      /no whole answer within 500 ms/,
    );
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("read-backs, listings and extents go the same way", () => {
  test.each([
    { type: "nothing" },
    { type: "cut", bytes: 1, end: "well" },
    { type: "cut", bytes: 20, end: "torn" },
  ] as const satisfies readonly Fault[])("$type $end", async (fault) => {
    const proxy = await startCuttingProxy(clickhouse.engine.endpoint, () => fault);
    const usage = openClickHouse({ connect: proxy.connect });
    const range = { log, partition: 0, from: 0, to: 10_000 };
    const { tables, reader } = usage;
    const period = { from: null, to: null };
    const source = { namespace: "default", eventType: "call" };
    for (const read of [
      () => tables.storedEvents(range),
      () => tables.storedUsage(range),
      () => tables.eventExtents({ ...source, partition: range, below: 1 }),
      () => tables.readEvents({ ...source, range, limit: 1 }),
      () => reader.listEvents("default", {}, { limit: 1, after: null }),
      () => reader.subjects("default", "call", period),
      () => usage.ping(),
      () => usage.migrate(),
    ])
      await expect(read(), read.toString()).rejects.toThrow(UsageUnavailable);
    await usage.close();
    await proxy.stop();
  });
});

describe("a 200 without the engine's word", () => {
  const some = Array.from({ length: 100 }, (_, offset) => ({
    ...row,
    position: { ...row.position, offset, partition: 7 },
  }));
  const partition = { log, partition: 7, from: 0, to: 100 };

  test("leaves an insert unknown: nothing was stored", async () => {
    const proxy = await startCuttingProxy(clickhouse.engine.endpoint, () => ({ type: "nothing" }));
    const usage = openClickHouse({ connect: proxy.connect });
    expect(await usage.tables.insertEvents(some)).toMatchObject({ type: "unknown" });
    await usage.close();
    await proxy.stop();
    expect((await clickhouse.usage.tables.storedEvents(partition)).size).toBe(0);
  });

  test("fails a command", async () => {
    await behind(
      () => ({ type: "nothing" }),
      async (connection) =>
        await expect(
          connection.command({ name: "nothing", sql: "SYSTEM RELOAD CONFIG", parameters: {} }),
        ).rejects.toThrow(UsageUnavailable),
    );
  });

  test("rows that are lost on their way leave an insert unknown, and what is there is read back", async () => {
    const line = `${JSON.stringify(["default", "call", "s", 0, "1", "test", "", 1, 2, log, 7, 0])}\n`.length;
    const proxy = await startCuttingProxy(clickhouse.engine.endpoint, () => ({ type: "short", bytes: 10 * line }));
    const usage = openClickHouse({ connect: proxy.connect });
    expect(await usage.tables.insertEvents(some)).toMatchObject({
      type: "unknown",
      reason: "10 of 100 rows were written",
    });
    await usage.close();
    await proxy.stop();
    expect((await clickhouse.usage.tables.storedEvents(partition)).size).toBe(10);
  });
});

test("the names of error codes are the engine's", async () => {
  for (const [code, name] of [...permanentErrorCodes, ...memoryErrorCodes]) {
    expect(
      await clickhouse.connection.read({ name: "code", sql: `SELECT errorCodeToName(${code})`, parameters: {} }),
    ).toEqual([[name]]);
  }
});

describe("migrations", () => {
  const versions = async (): Promise<unknown> =>
    await clickhouse.connection.read({
      name: "versions",
      sql: "SELECT version, name FROM meter.migrations ORDER BY version",
      parameters: {},
    });

  test("run once, however often they are asked for", async () => {
    await clickhouse.usage.migrate();
    await clickhouse.usage.migrate();
    expect(await versions()).toEqual([[1, "events and usage"]]);
  });

  test("refuse tables of a later version", async () => {
    await clickhouse.connection.command(
      { name: "later", sql: "INSERT INTO meter.migrations (version, name) SELECT 999, 'later'", parameters: {} },
      { async_insert: 0 },
    );
    await expect(migrate(clickhouse.connection)).rejects.toThrow(/version 999/);
    await clickhouse.connection.command({
      name: "later",
      sql: "ALTER TABLE meter.migrations DELETE WHERE version = 999",
      parameters: {},
    });
  });
});
