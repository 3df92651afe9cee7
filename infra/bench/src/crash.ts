// SIGKILLs at random moments under load: of the server, of the engine alone, of Postgres alone, and of all at once.
// Numbered events are sent by clients that retry and repeat themselves. In the end each acknowledged event must be in
// the raw table, in every meter and in every roll-up exactly once, each other one at most once and the same everywhere.
//   node infra/bench/src/crash.ts [--kills 200] [--events 1000000]
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@clickhouse/client";
import { startClickHouse } from "@meter/embedded";
import { createPoster, percentile } from "./load.ts";
import { type Product, startProduct, withScratch } from "./product.ts";

const numberOf = (flag: string, fallback: number): number =>
  Number(new RegExp(`--${flag}[= ](\\d+)`).exec(process.argv.join(" "))?.[1] ?? fallback);
const killsTotal = numberOf("kills", 200);
const eventsTotal = numberOf("events", 1_000_000);
const batchEvents = 500;
const clients = 4;
/** The share of batches that are sent once more although they were acknowledged. */
const repeatShare = 0.1;

const kinds = ["server", "clickhouse", "postgres", "all"] as const;
type Kind = (typeof kinds)[number];

const eventType = "crash.work";

const eventAt = (number: number): Readonly<Record<string, unknown>> => ({
  specversion: "1.0",
  id: `n-${number}`,
  source: "crash",
  type: eventType,
  subject: `subject-${number % 101}`,
  time: new Date(1_760_000_000_000 + (number % 2_000) * 61_000).toISOString(),
  data: { n: number, tenth: `${number}.1`, kind: `kind-${number % 5}` },
});

const bodyOf = (batch: number): Buffer =>
  Buffer.from(JSON.stringify(Array.from({ length: batchEvents }, (_, index) => eventAt(batch * batchEvents + index))));

/** Pids of an installation by what they are; the server's own among them. */
const processesOf = (dataDir: string): Readonly<Record<Exclude<Kind, "all">, readonly number[]>> => {
  const found: Record<Exclude<Kind, "all">, number[]> = { server: [], clickhouse: [], postgres: [] };
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8");
      if (command.includes(`--path=${dataDir}/clickhouse\0`)) found.clickhouse.push(Number(name));
      else if (command.includes(`${dataDir}/postgres\0`)) found.postgres.push(Number(name));
      else if (readFileSync(`/proc/${name}/environ`, "utf8").includes(`METER_DATA_DIR=${dataDir}\0`))
        found.server.push(Number(name));
    } catch {
      continue; // it ended while we looked
    }
  }
  return found;
};

const killAll = (pids: readonly number[]): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      continue; // it ended in between
    }
  }
};

await withScratch(async (directory) => {
  const dataDir = join(directory, "data");
  let product: Product | null = await startProduct(dataDir);
  const headers = { authorization: `Bearer ${product.key}`, "content-type": "application/json" };
  const createMeter = async (body: object): Promise<void> => {
    for (;;) {
      const answer = await fetch(`${product?.url ?? ""}/api/v1/meters`, {
        method: "POST",
        headers,
        body: JSON.stringify({ eventType, groupBy: { kind: "$.kind" }, ...body }),
      }).catch(() => null);
      if (answer?.status === 201 || answer?.status === 409) return;
      await sleep(100);
    }
  };
  await createMeter({ slug: "crash_sum", aggregation: "SUM", valueProperty: "$.n" });
  await createMeter({ slug: "crash_count", aggregation: "COUNT" });

  const batchesTotal = Math.ceil(eventsTotal / batchEvents);
  const acknowledged = new Set<number>();
  const acceptedAt: number[] = []; // when batches were acknowledged, for the longest gap
  let nextBatch = 0;
  let killing = true;
  const client = async (): Promise<void> => {
    // New events are spread over all kills; what is left is sent after the last one.
    while (nextBatch < batchesTotal) {
      const batch = nextBatch++;
      const body = bodyOf(batch);
      for (;;) {
        const running = product;
        if (running === null) {
          await sleep(10);
          continue;
        }
        const { post, close } = createPoster(running.url, running.key, 1);
        const status = await post("/api/v1/events", body, "application/cloudevents-batch+json").catch(() => 0);
        close();
        if (status === 204) {
          acknowledged.add(batch);
          acceptedAt.push(performance.now());
          if (Math.random() < repeatShare) continue; // acknowledged, and sent again
          break;
        }
        await sleep(20);
      }
      if (killing) await sleep(pauseMs());
    }
  };
  /** Slows the clients so that the events last as long as the kills. */
  const pauseMs = (): number => {
    const share = nextBatch / batchesTotal;
    const done = killsDone / killsTotal;
    return share > done ? 200 : 0;
  };

  const kills: Record<Kind, number> = { server: 0, clickhouse: 0, postgres: 0, all: 0 };
  const restartMs: number[] = [];
  let killsDone = 0;
  let late = 0;
  const sending = Promise.all(Array.from({ length: clients }, client));
  for (; killsDone < killsTotal; killsDone++) {
    await sleep(200 + Math.random() * 1_200);
    const kind = kinds[Math.floor(Math.random() * kinds.length)] ?? "server";
    kills[kind] += 1;
    const pids = processesOf(dataDir);
    if (kind === "server" || kind === "all") {
      product = null;
      killAll(kind === "server" ? pids.server : [...pids.server, ...pids.clickhouse, ...pids.postgres]);
      const startedAt = performance.now();
      product = await startProduct(dataDir);
      restartMs.push(performance.now() - startedAt);
    } else killAll(pids[kind]);
    // Meters made between kills answer for everything, too.
    if (killsDone % 50 === 25) await createMeter({ slug: `late_${late++}`, aggregation: "SUM", valueProperty: "$.n" });
    if (killsDone % 10 === 9)
      console.log(`${killsDone + 1} kills, ${acknowledged.size * batchEvents} events acknowledged`);
  }
  killing = false;
  await sending;

  const valueOf = async (slug: string): Promise<number> => {
    for (;;) {
      const answer = await fetch(`${product?.url ?? ""}/api/v1/meters/${slug}/query`, { headers });
      if (answer.status === 200) return ((await answer.json()) as { data: { value: number }[] }).data[0]?.value ?? 0;
      await sleep(200);
    }
  };
  const slugs = ["crash_sum", ...Array.from({ length: late }, (_, index) => `late_${index}`)];
  const values = new Map<string, number>();
  for (const slug of [...slugs, "crash_count"]) values.set(slug, await valueOf(slug));
  await product?.stop();

  const engine = await startClickHouse({ dataDir: join(dataDir, "clickhouse") });
  const { url, username, password, headers: secret } = await engine.endpoint();
  const clickhouse = createClient({ url, username, password, http_headers: { ...secret }, database: "meter" });
  const rows = async <Row>(query: string): Promise<readonly Row[]> =>
    (
      await clickhouse.query({
        query,
        format: "JSONEachRow",
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      })
    ).json<Row>();
  const batches = await rows<{ batch: number; copies: number; numbers: number; total: number }>(
    `select intDiv(toUInt64(substring(id, 3)), ${batchEvents}) as batch, count() as copies, uniqExact(id) as numbers,
       sum(toUInt64(substring(id, 3))) as total from events group by batch order by batch`,
  );
  const whole = new Set(batches.filter(({ numbers }) => numbers === batchEvents).map(({ batch }) => batch));
  const lost = [...acknowledged].filter((batch) => !whole.has(batch)).length * batchEvents;
  const doubled = batches.reduce((sum, { copies, numbers }) => sum + copies - numbers, 0);
  const torn = batches.filter(({ numbers }) => numbers !== batchEvents).length;
  const stored = batches.reduce((sum, { copies }) => sum + copies, 0);
  const total = batches.reduce((sum, batch) => sum + batch.total, 0);
  const builds = await rows<{ build: string; entries: number; positions: number }>(
    "select build, count() as entries, uniqExact(log, partition, offset) as positions from usage group by build",
  );
  const byRows = await rows(
    "select build, count() as entries, sum(value) as total from usage group by build order by build",
  );
  const differentRollUps: string[] = [];
  for (const projection of ["by_subject_hour", "by_dims_hour"]) {
    const byRollUp = await rows(
      `select build, count() as entries, sum(value) as total from usage group by build order by build
       settings force_optimize_projection = 1, preferred_optimize_projection_name = '${projection}', force_optimize_projection_name = '${projection}'`,
    );
    if (JSON.stringify(byRollUp) !== JSON.stringify(byRows)) differentRollUps.push(projection);
  }
  await clickhouse.close();
  await engine.stop();

  const wrongBuilds = builds.filter(({ entries, positions }) => entries !== stored || positions !== stored);
  const wrongMeters = [
    ...slugs.filter((slug) => values.get(slug) !== total),
    ...(values.get("crash_count") === stored ? [] : ["crash_count"]),
  ];
  const gaps = acceptedAt.slice(1).map((at, index) => at - (acceptedAt[index] ?? at));
  console.log(
    `kills          ${Object.entries(kills)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(", ")}`,
  );
  console.log(
    `sent           ${batchesTotal * batchEvents} events, ${Math.round(repeatShare * 100)} % of the batches again`,
  );
  console.log(`acknowledged   ${acknowledged.size * batchEvents}`);
  console.log(`stored         ${stored}`);
  console.log(`lost           ${lost}`);
  console.log(`doubled        ${doubled}`);
  console.log(`half batches   ${torn}`);
  console.log(
    `meters         ${values.size} asked, ${wrongMeters.length} wrong; ${builds.length} builds, ${wrongBuilds.length} wrong; roll-ups that differ: ${differentRollUps.length}`,
  );
  console.log(
    `restart        median ${Math.round(percentile(restartMs, 0.5))} ms, longest ${Math.round(Math.max(...restartMs))} ms; longest time without an acknowledgement ${Math.round(Math.max(...gaps))} ms`,
  );
  if (lost + doubled + torn + wrongBuilds.length + wrongMeters.length + differentRollUps.length > 0)
    process.exitCode = 1;
});
