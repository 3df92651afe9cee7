import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { UsageUnavailable } from "@meter/core";
import type { EventRow, LogId } from "@meter/core";
import type { BuildId, MeterBuild } from "@meter/metering";
import { createUlid, instant, utc } from "@meter/primitives";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClickHouseEndpoint, type ClickHouseUsage, openClickHouse } from "./index.ts";
import { permanentErrorCodes } from "./insert-answer.ts";
import { migrate } from "./migrate.ts";
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
    const answer = clickhouse.usage.tables.insertEvents(rows);
    await clickhouse.engine.settle();
    const settled = await answer;
    expect(["unknown", "stored"]).toContain(settled.type);
    const present = await clickhouse.usage.tables.storedEvents({ log, partition: 0, from: 0, to: 10_000 });
    expect([0, 10_000]).toContain(present.size);
  });
});

test("the names of permanent error codes are the engine's", async () => {
  for (const [code, name] of permanentErrorCodes) {
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
