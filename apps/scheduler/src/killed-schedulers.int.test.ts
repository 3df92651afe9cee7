import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openPostgres, type Postgres } from "@meter/postgres";
import { freshDatabase } from "@meter/postgres/testing";
import { type Instant, instant } from "@meter/primitives";
import { afterEach, expect, test } from "vitest";
import { at, outcomeOf, setUpYear, yearStart } from "./year.test-support.ts";

/** With BILLING_YEAR=1 the whole of it: 50 customers, 12 months, 50 kills. */
const whole = process.env["BILLING_YEAR"] === "1";
const { customers, months, kills } = whole
  ? { customers: 50, months: 12, kills: 50 }
  : { customers: 12, months: 4, kills: 12 };

const fixture = fileURLToPath(new URL("scheduler-main.test-support.ts", import.meta.url));
const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const prepare = async (): Promise<Readonly<{ postgres: Postgres; url: string }>> => {
  const database = await freshDatabase();
  const postgres = openPostgres({ url: database.url, onError: () => undefined });
  cleanUps.push(database.drop, postgres.close);
  await setUpYear(postgres, customers);
  return { postgres, url: database.url };
};

const launch = (url: string): ChildProcess =>
  spawn(process.execPath, [fixture], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ["ignore", "pipe", "inherit"],
  });

/** Resolves with its exit code, or null when it was killed. */
const exitOf = async (child: ChildProcess): Promise<number | null> =>
  ((await once(child, "exit")) as [number | null])[0];

/** The ends of the months that are billed, from the first on: an hour after is when their usage is complete. */
const monthEnds: readonly Instant[] = [
  "2027-02-28",
  "2027-03-31",
  "2027-04-30",
  "2027-05-31",
  "2027-06-30",
  "2027-07-31",
  "2027-08-31",
  "2027-09-30",
  "2027-10-31",
  "2027-11-30",
  "2027-12-31",
  "2028-01-31",
]
  .slice(0, months)
  .map((day) => instant(at(`${day}T12:00:00Z`) + 2 * 3_600_000));

const random = ((seed: number) => () => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 32;
})(20_270_131);

/** Runs a scheduler and kills it in the middle of a piece of work, over and over, until `isOver`. Then one to the end. */
const runKilled = async (
  url: string,
  { isOver, killed }: Readonly<{ isOver: () => boolean; killed: () => void }>,
): Promise<void> => {
  while (!isOver()) {
    const child = launch(url);
    const exit = exitOf(child);
    let pieces = 1 + Math.floor(random() * 8);
    child.stdout?.on("data", (chunk: Buffer) => {
      pieces -= chunk.toString().split("\n").length - 1;
      if (pieces <= 0 && !child.killed) void sleep(random() * 12).then(() => child.kill("SIGKILL"));
    });
    if ((await exit) === null) killed();
    else return; // nothing was left to do
  }
  expect(await exitOf(launch(url))).toBe(0);
};

test(`${months} months of ${customers} customers, two schedulers at once, ${kills} kills: the same as undisturbed`, async () => {
  const undisturbed = await prepare();
  for (const end of monthEnds) await undisturbed.postgres.clockStore.set(end);
  expect(await exitOf(launch(undisturbed.url))).toBe(0);
  const expected = await outcomeOf(undisturbed.postgres);
  // In advance at the start, then at each end of a month the next fee with the usage of the month.
  expect(expected.invoices).toHaveLength(customers * (months + 1));
  expect(expected.numbers).toEqual(Array.from({ length: customers * (months + 1) }, (_, index) => index + 1));

  const disturbed = await prepare();
  await disturbed.postgres.clockStore.set(yearStart);
  let count = 0;
  for (const [index, end] of monthEnds.entries()) {
    await disturbed.postgres.clockStore.set(end);
    const killsBy = Math.ceil((kills * (index + 1)) / months);
    const turns = { isOver: () => count >= killsBy, killed: () => void (count += 1) };
    await Promise.all([runKilled(disturbed.url, turns), runKilled(disturbed.url, turns)]);
    expect(await disturbed.postgres.billing.countDue(end)).toBe(0);
  }
  process.stderr.write(`    ${count} kills, ${expected.invoices.length} invoices\n`);
  expect(count).toBeGreaterThanOrEqual(kills);
  expect(await outcomeOf(disturbed.postgres)).toEqual(expected);
}, 600_000);
