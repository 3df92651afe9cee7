import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@clickhouse/client";
import { startClickHouse } from "@meter/embedded";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Meter, processesLeft, processesOf, scratchDirectory, startMeter } from "./meter.test-support.ts";

// Numbered events are sent by clients that retry and repeat themselves, while the product is killed without warning.

const kills = 5;
const clients = 4;
const batchEvents = 40;

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
beforeAll(async () => {
  scratch = await scratchDirectory();
});
afterAll(() => scratch.remove());

type Numbered = Readonly<{ number: number; body: Readonly<Record<string, unknown>> }>;

const numbered = (number: number): Numbered => ({
  number,
  body: {
    specversion: "1.0",
    id: `n-${number}`,
    source: "crash-test",
    type: "work",
    subject: `subject-${number % 7}`,
    time: new Date(1_760_000_000_000 + (number % 400) * 61_000).toISOString(),
    data: { n: number, tenth: `${number}.1`, kind: `kind-${number % 3}` },
  },
});

const sumOf = (numbers: Iterable<number>): number => [...numbers].reduce((sum, number) => sum + number, 0);

test(
  `${kills} kills at random moments: each acknowledged event counts exactly once, each other at most once`,
  { timeout: 240_000 },
  async () => {
    const dataDir = join(scratch.path, "data");
    let meter: Meter | null = await startMeter(dataDir);
    for (const [slug, extra] of [
      ["n_sum", { aggregation: "SUM", valueProperty: "$.n" }],
      ["n_count", { aggregation: "COUNT" }],
      ["n_unique", { aggregation: "UNIQUE_COUNT", valueProperty: "$.n" }],
    ] as const)
      expect(
        (await meter.call("POST", "/api/v1/meters", { slug, eventType: "work", groupBy: { kind: "$.kind" }, ...extra }))
          .status,
      ).toBe(201);

    const acknowledged = new Set<number>();
    let next = 0;
    let sending = true;
    const mayStillSend = (): boolean => sending;

    const client = async (): Promise<void> => {
      while (mayStillSend()) {
        const batch = Array.from({ length: batchEvents }, () => numbered(next++));
        const repeated =
          acknowledged.size > 0
            ? [numbered([...acknowledged][Math.floor(Math.random() * acknowledged.size)] ?? 0)]
            : [];
        const first = batch[0];
        const body = [...batch, ...repeated, ...(first === undefined ? [] : [first])].map((event) => event.body); // twice in one batch
        for (let tries = 0; mayStillSend() && tries < 200; tries++) {
          const answer = await meter?.call("POST", "/api/v1/events", body).catch(() => null);
          if (answer?.status === 204) {
            for (const { number } of batch) acknowledged.add(number);
            if (Math.random() < 0.2) continue; // acknowledged, and sent again
            break;
          }
          await sleep(20);
        }
      }
    };
    const sends = Array.from({ length: clients }, client);

    for (let kill = 0; kill < kills; kill++) {
      await sleep(300 + Math.random() * 900);
      const victim: Meter | null = meter;
      meter = null;
      // In turn: the server alone, whose engines end by themselves; or everything at once.
      const pids = kill % 2 === 0 ? [victim.child.pid ?? 0] : processesOf(dataDir);
      for (const pid of pids) process.kill(pid, "SIGKILL");
      await victim.exited;
      meter = await startMeter(dataDir);
      // A meter made between two kills answers for everything, too.
      if (kill === 1)
        expect(
          (
            await meter.call("POST", "/api/v1/meters", {
              slug: "late_sum",
              eventType: "work",
              aggregation: "SUM",
              valueProperty: "$.tenth",
            })
          ).status,
        ).toBe(201);
    }
    await sleep(500);
    sending = false;
    await Promise.all(sends);
    expect(acknowledged.size).toBeGreaterThan(200);

    const valueOf = async (slug: string, query = ""): Promise<number> => {
      const answer = await meter?.call("GET", `/api/v1/meters/${slug}/query${query}`);
      expect(answer?.status, answer?.text).toBe(200);
      return sumOf((answer?.json as { data: { value: number }[] } | undefined)?.data.map(({ value }) => value) ?? []);
    };
    const values = {
      sum: await valueOf("n_sum"),
      count: await valueOf("n_count"),
      unique: await valueOf("n_unique"),
      late: await valueOf("late_sum"),
      byKindAndHour: await valueOf("n_count", "?groupBy=kind&windowSize=HOUR"),
    };
    const exit = await meter.stop();
    expect(exit).toEqual({ code: 0, signal: null });
    expect(await processesLeft(dataDir, 10_000)).toEqual([]);

    // The tables themselves, by an engine of the test's own.
    const engine = await startClickHouse({ dataDir: join(dataDir, "clickhouse") });
    const { url, username, password, headers } = await engine.endpoint();
    const clickhouse = createClient({ url, username, password, http_headers: headers, database: "meter" });
    const rows = async <Row>(query: string): Promise<readonly Row[]> =>
      (
        await clickhouse.query({
          query,
          format: "JSONEachRow",
          clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
        })
      ).json<Row>();
    try {
      const raw = await rows<{ number: number; copies: number }>(
        "select toUInt64(substring(id, 3)) as number, count() as copies from events group by number",
      );
      const stored = new Set(raw.map(({ number }) => number));
      expect([...acknowledged].filter((number) => !stored.has(number))).toEqual([]); // none lost
      expect(raw.filter(({ copies }) => copies !== 1)).toEqual([]); // none doubled
      expect([...stored].filter((number) => number >= next)).toEqual([]); // none invented

      // What was not acknowledged may be there, but then everywhere.
      expect(values).toEqual({
        sum: sumOf(stored),
        count: stored.size,
        unique: stored.size,
        late: expect.closeTo(sumOf(stored) + stored.size * 0.1, 3) as number,
        byKindAndHour: stored.size,
      });
      const builds = await rows<{ build: string; entries: number; positions: number }>(
        "select build, count() as entries, uniqExact(log, partition, offset) as positions from usage group by build",
      );
      expect(builds).toHaveLength(4);
      for (const { entries, positions } of builds) expect([entries, positions]).toEqual([stored.size, stored.size]);

      const byRows = await rows(
        "select build, count() as entries, sum(value) as total from usage group by build order by build",
      );
      for (const projection of ["by_subject_hour", "by_dims_hour"]) {
        const byRollUp = await rows(
          `select build, count() as entries, sum(value) as total from usage group by build order by build
         settings optimize_use_projections = 1, force_optimize_projection = 1, preferred_optimize_projection_name = '${projection}', force_optimize_projection_name = '${projection}'`,
        );
        expect(byRollUp).toEqual(byRows);
      }
    } finally {
      await clickhouse.close();
      await engine.stop();
    }
  },
);
