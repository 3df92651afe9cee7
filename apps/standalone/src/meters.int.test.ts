import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Call, type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { totalOf } from "./traffic.test-support.ts";

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let dataDir: string;
let meter: Meter;
beforeAll(async () => {
  scratch = await scratchDirectory();
  dataDir = join(scratch.path, "data");
  meter = await startMeter(dataDir);
});
afterAll(async () => {
  await meter.stop();
  await scratch.remove();
});
const call: Call = (...request) => meter.call(...request);

const colours = ["red", "green", "blue"];
const sizes = ["s", "m", "l", "xl"];

/** `count` events of a type, from number `from` on; event n has the value n. */
const events = (type: string, from: number, count: number): readonly object[] =>
  Array.from({ length: count }, (_, index) => {
    const n = from + index;
    return {
      specversion: "1.0",
      id: `${type}-${n}`,
      source: "meters-test",
      type,
      subject: `subject-${n % 9}`,
      time: new Date(1_770_000_000_000 + n * 1_000).toISOString(),
      data: { n, colour: colours[n % 3], size: sizes[n % 4] },
    };
  });

const send = async (all: readonly object[], batch = 5_000): Promise<void> => {
  for (let from = 0; from < all.length; from += batch)
    expect((await call("POST", "/api/v1/events", all.slice(from, from + batch))).status).toBe(204);
};

/** 0 + 1 + … + (count − 1). */
const sumTo = (count: number): number => (count * (count - 1)) / 2;

const define = async (
  slug: string,
  eventType: string,
  groupBy: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const answer = await call("POST", "/api/v1/meters", {
    slug,
    eventType,
    aggregation: "SUM",
    valueProperty: "$.n",
    groupBy,
  });
  expect(answer.status, answer.text).toBe(201);
  return (answer.json as { id: string }).id;
};

type Row = Readonly<{ value: number; groupBy: Readonly<Record<string, string>> }>;
const byDimension = async (slug: string, key: string): Promise<Readonly<Record<string, number>>> => {
  const answer = await call("GET", `/api/v1/meters/${slug}/query?groupBy=${key}`);
  expect(answer.status, answer.text).toBe(200);
  return Object.fromEntries((answer.json as { data: Row[] }).data.map(({ groupBy, value }) => [groupBy[key], value]));
};
const sumsOf = (count: number, names: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    names.map((name, index) => [
      name,
      sumTo(count) -
        Array.from({ length: count }, (_, n) => n)
          .filter((n) => n % names.length !== index)
          .reduce((sum, n) => sum + n, 0),
    ]),
  );

test("a meter that is made after its events answers for them, at once and with those that come", async () => {
  await send(events("few", 0, 10));
  await define("few", "few", { colour: "$.colour" });
  expect(await totalOf(call, "few")).toBe(sumTo(10));
  await send(events("few", 10, 5));
  await send(events("few", 0, 10)); // again
  expect(await totalOf(call, "few")).toBe(sumTo(15));
  expect(await byDimension("few", "colour")).toEqual(sumsOf(15, colours));
});

test("also for 30,000 of them", async () => {
  await send(events("many", 0, 30_000));
  const startedAt = performance.now();
  await define("many", "many", { size: "$.size" });
  expect(await totalOf(call, "many")).toBe(sumTo(30_000));
  process.stderr.write(
    `    a meter over 30,000 earlier events answered after ${Math.round(performance.now() - startedAt)} ms\n`,
  );
  expect(await byDimension("many", "size")).toEqual(sumsOf(30_000, sizes));
});

test("many meters made at once each answer for all events", async () => {
  const slugs = Array.from({ length: 6 }, (_, index) => `at_once_${index}`);
  await Promise.all(slugs.map((slug) => define(slug, "many")));
  const startedAt = performance.now();
  expect(await Promise.all(slugs.map((slug) => totalOf(call, slug)))).toEqual(slugs.map(() => sumTo(30_000)));
  process.stderr.write(
    `    6 meters made at once over 30,000 events answered after ${Math.round(performance.now() - startedAt)} ms\n`,
  );
  for (const slug of slugs) expect((await call("DELETE", `/api/v1/meters/${slug}`)).status).toBe(204);
});

test("also when the server is killed right after it was made", async () => {
  for (const afterMs of [0, 60]) {
    await define(`killed_${afterMs}`, "many", { colour: "$.colour" });
    await sleep(afterMs);
    await meter.kill();
    meter = await startMeter(dataDir);
    expect(await totalOf(call, `killed_${afterMs}`)).toBe(sumTo(30_000));
    expect(await byDimension(`killed_${afterMs}`, "colour")).toEqual(sumsOf(30_000, colours));
    expect(await totalOf(call, "many")).toBe(sumTo(30_000));
  }
});

test("a changed group-by: totals stay the same throughout, the new dimension answers within 10 s", async () => {
  let changing = true;
  const isChanging = (): boolean => changing;
  const totals = new Set<number>();
  const watch = (async () => {
    while (isChanging()) totals.add(await totalOf(call, "many"));
  })();
  const startedAt = performance.now();
  for (const groupBy of [{ colour: "$.colour" }, { colour: "$.size" }, { colour: "$.colour", size: "$.size" }])
    expect((await call("PUT", "/api/v1/meters/many", { groupBy })).status).toBe(200);
  expect(await byDimension("many", "colour")).toEqual(sumsOf(30_000, colours));
  const ms = performance.now() - startedAt;
  process.stderr.write(`    a new dimension over 30,000 events answered after ${Math.round(ms)} ms\n`);
  expect(ms).toBeLessThan(10_000);
  expect(await byDimension("many", "size")).toEqual(sumsOf(30_000, sizes));
  changing = false;
  await watch;
  expect([...totals]).toEqual([sumTo(30_000)]);

  expect((await call("PUT", "/api/v1/meters/many", {})).status).toBe(200);
  expect((await call("GET", "/api/v1/meters/many/query?groupBy=colour")).status).toBe(400);
  expect(await totalOf(call, "many")).toBe(sumTo(30_000));
});

test("deleted and made again under the same slug, it starts clean and counts old events once", async () => {
  const first = await define("again", "many", { colour: "$.colour" });
  expect(await totalOf(call, "again")).toBe(sumTo(30_000));
  expect((await call("DELETE", "/api/v1/meters/again")).status).toBe(204);
  expect((await call("GET", "/api/v1/meters/again/query")).status).toBe(404);
  const second = await define("again", "many", { size: "$.size" });
  expect(second).not.toBe(first);
  expect(await totalOf(call, "again")).toBe(sumTo(30_000));
  expect(await byDimension("again", "size")).toEqual(sumsOf(30_000, sizes));
  expect((await call("GET", "/api/v1/meters/again/query?groupBy=colour")).status).toBe(400);
  await send(events("many", 30_000, 100));
  expect(await totalOf(call, "again")).toBe(sumTo(30_100));
  expect((await call("GET", `/api/v1/meters/${first}/query`)).status).toBe(404);
});
