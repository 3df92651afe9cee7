import { cpSync, renameSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mountSmallDisk, type SmallDisk } from "./full-disk.test-support.ts";
import { type Meter, scratchDirectory, startMeter } from "./meter.test-support.ts";
import { clickHouseOf, killAll } from "./processes.test-support.ts";
import { countMeter, totalOf, workEvent } from "./traffic.test-support.ts";

// The usage tables on a disk of their own that is full to the last byte, the rest of the data directory on one that has room.

const diskBytes = 256 * 2 ** 20;

let scratch: Awaited<ReturnType<typeof scratchDirectory>>;
let disk: SmallDisk;
let meter: Meter;
let counted = 0;

const dataDir = (): string => join(scratch.path, "data");
const start = (): Promise<Meter> => startMeter(dataDir(), { METER_CLOCK: "manual" });

beforeAll(async () => {
  scratch = await scratchDirectory();
  meter = await start();
  await meter.stop();
  renameSync(join(dataDir(), "clickhouse"), join(scratch.path, "tables"));
  disk = mountSmallDisk(join(dataDir(), "clickhouse"), diskBytes);
  cpSync(join(scratch.path, "tables"), disk.path, { recursive: true, preserveTimestamps: true });
  if (disk.obstacle === "") meter = await start();
});
afterAll(async () => {
  await killAll(scratch.path);
  disk.unmount();
  await scratch.remove();
});

const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await meter.call(method, `/api/v1${path}`, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.json as T; // what the test expects
};

const workEvents = (from: number, count: number): readonly object[] =>
  Array.from({ length: count }, (_, index) => ({ ...workEvent(from + index), time: "2027-01-15T00:00:00Z" }));

const send = async (count: number): Promise<number> => {
  const answer = await meter.call("POST", "/api/v1/events", workEvents(counted, count));
  if (answer.status === 204) counted += count;
  return answer.status;
};

type Invoice = Readonly<{ status: string; totals: Readonly<{ total: string }> }>;
const totals = async (): Promise<readonly string[]> =>
  (await ask<{ items: Invoice[] }>("GET", "/billing/invoices?order=ASC")).items
    .filter(({ status }) => status !== "draft" && status !== "gathering")
    .map(({ totals: { total } }) => total);

/** Whether everything that the log holds is in the tables. */
const isApplied = async (): Promise<boolean> => {
  const { text } = await meter.call("GET", "/metrics");
  const valueOf = (name: string): string | undefined => new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
  return valueOf("meter_worker_applied_offset") === valueOf("meter_log_next_offset");
};

describe("the tables' disk, full to the last byte", () => {
  test("events are refused though the log has room, and it is said which disk it is", async (context) => {
    if (disk.obstacle !== "") return context.skip();
    await ask("PUT", "/clock", { now: "2027-01-01T00:00:00Z" });
    await ask("POST", "/meters", countMeter);
    await ask("POST", "/features", { key: "n", name: "Work", meterSlug: "n" });
    const price = { type: "unit", amount: "1" };
    const fee = { type: "flat", amount: "29", paymentTerm: "in_advance" };
    const card = { billingCadence: "P1M", name: "Card" };
    const rateCards = [
      { ...card, type: "flat_fee", key: "fee", price: fee },
      { ...card, type: "usage_based", key: "n", featureKey: "n", price },
    ];
    const phases = [{ key: "default", name: "Default", duration: null, rateCards }];
    const plan = { key: "pro", name: "Pro", currency: "USD", billingCadence: "P1M", phases };
    const { id } = await ask<{ id: string }>("POST", "/plans", plan);
    await ask("POST", `/plans/${id}/publish`, {});
    const subjectKeys = Array.from({ length: 5 }, (_, index) => `subject-${index}`);
    await ask("POST", "/customers", { key: "acme", name: "ACME", usageAttribution: { subjectKeys } });
    await ask("POST", "/subscriptions", { plan: { key: "pro" }, customerKey: "acme" });
    expect(await send(5_000)).toBe(204);
    expect(await totalOf(meter.call)).toBe(5_000);

    disk.fillUpTo(0);
    await expect.poll(() => send(1), { timeout: 10_000 }).toBe(503);
    expect((await meter.call("GET", "/readyz")).text).toContain("the disk of clickhouse is nearly full");
  });

  test("a query says all, or fails: never less", async (context) => {
    if (disk.obstacle !== "") return context.skip();
    const answers = new Set<string>();
    for (const query of ["", "?groupBy=kind", "?windowSize=DAY", "?windowSize=MINUTE&groupBy=kind&subject=subject-1"])
      for (let again = 0; again < 3; again++)
        answers.add(await totalOf(meter.call, "n", query).then(String, (error: Error) => error.message.slice(0, 3)));
    answers.delete("503");
    const part = Math.trunc(counted / 5) + (counted % 5 > 1 ? 1 : 0);
    for (const answer of answers) expect([String(counted), String(part)]).toContain(answer);
    const events = await meter.call("GET", "/api/v1/events?limit=100");
    expect(events.status === 503 ? 100 : (events.json as unknown[]).length, events.text).toBe(100);
  });

  test("the month ends: its invoice bills all usage, or waits", async (context) => {
    if (disk.obstacle !== "") return context.skip();
    const month = `${29 + counted}.00`;
    await ask("PUT", "/clock", { now: "2027-02-01T02:00:00Z" });
    expect([["29.00"], ["29.00", month]]).toContainEqual(await totals());
    disk.makeRoom();
    const at = (minute: number): string => `2027-02-01T03:${String(minute).padStart(2, "0")}:00Z`;
    let minute = 0;
    await expect
      .poll(async () => (await ask("PUT", "/clock", { now: at(minute++ % 60) }), totals()), {
        timeout: 30_000,
        interval: 500,
      })
      .toEqual(["29.00", month]);
  });

  test("events that it took, and usage that it refused, are read back on it: each is stored once", async (context) => {
    if (disk.obstacle !== "") return context.skip();
    disk.makeRoom();
    // Usage is six times as long as events: with so much room the one fits and the other does not.
    for (let more = 1; more < 6; more++) await ask("POST", "/meters", { ...countMeter, slug: `n${more}` });
    const total = (slug: string) => () => totalOf(meter.call, slug).catch(String);
    await expect.poll(total("n5"), { timeout: 30_000 }).toBe(counted);

    const unconfirmed = (): readonly string[] =>
      meter.lines.filter((line) => line.includes("a write was not confirmed"));
    const refuseUsage = async (left: number): Promise<void> => {
      disk.makeRoom();
      await expect.poll(() => send(1), { timeout: 20_000 }).toBe(204);
      await expect.poll(isApplied, { timeout: 30_000 }).toBe(true);
      const before = unconfirmed().length;
      const engine = await clickHouseOf(dataDir());
      process.kill(engine, "SIGSTOP"); // events are taken as long as there is room; the disk is full when they are stored
      expect(await send(5_000)).toBe(204);
      disk.fillUpTo(left);
      process.kill(engine, "SIGCONT");
      const isOver = async (tries: number): Promise<boolean> =>
        unconfirmed().length >= before + tries || (await isApplied());
      await expect.poll(() => isOver(1), { timeout: 20_000, interval: 10 }).toBe(true);
      // What is missing is read back, and tried again. An engine that starts makes some room, which is taken at once.
      const isOverOnFullDisk = (): Promise<boolean> => (disk.fillUpTo(0), isOver(2));
      await expect.poll(isOverOnFullDisk, { timeout: 30_000, interval: 5 }).toBe(true);
    };
    const seen = (): boolean => unconfirmed().some((line) => /\[\{"type":"stored"\},\{"type":"refused"/.test(line));
    for (let mib = 1; mib < 8 && !seen(); mib++) await refuseUsage(mib * 2 ** 20);
    expect(seen(), unconfirmed().join("\n")).toBe(true);

    disk.makeRoom();
    await expect.poll(() => send(1), { timeout: 30_000 }).toBe(204);
    await expect.poll(total("n"), { timeout: 60_000 }).toBe(counted);
    await ask("POST", "/meters", { ...countMeter, slug: "from_events" });
    await expect.poll(total("from_events"), { timeout: 60_000 }).toBe(counted);
    expect(await meter.stop()).toEqual({ code: 0, signal: null });
  });
});
