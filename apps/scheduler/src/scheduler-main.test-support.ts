// A scheduler of its own, for tests: bills what is due up to the clock of the database in DATABASE_URL, then ends. It says
// "piece" at the start of every piece of work.
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { createIdSource, type LogId } from "@meter/core";
import { openPostgres } from "@meter/postgres";
import { createUlid, instant } from "@meter/primitives";
import { createSchedulerPart } from "./index.ts";
import { usageOfYear } from "./year.test-support.ts";

const url = process.env["DATABASE_URL"];
if (url === undefined) throw new Error("DATABASE_URL is needed");

const postgres = openPostgres({ url, poolSize: 4 });
const clock = { now: () => instant(Date.now()) };
const ids = createIdSource({
  clock,
  crypto: { randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
});
const log = createUlid(instant(0), new Uint8Array(10)) as LogId; // the same for all
const { dueWork } = createSchedulerPart({
  ...postgres,
  billing: {
    ...postgres.billing,
    withNextDue: (until, work, order) => {
      process.stdout.write("piece\n");
      return postgres.billing.withNextDue(until, work, order);
    },
  },
  reader: usageOfYear,
  freshness: { reach: async () => true, buildReady: async () => ({ ready: true }) },
  log: { head: async () => [{ log, partition: 0, offset: 1 }] },
  ids,
  clock,
  systemClock: clock,
  monotonicNow: () => performance.now(),
  timer: { sleep: (ms) => sleep(ms), yield: () => sleep(0) },
  logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
});

const until = await postgres.clockStore.read();
if (until === null) throw new Error("the clock is not set");
const { parked } = await dueWork.runUntil(until);
await postgres.close();
if (parked.length > 0) throw new Error(`parked: ${JSON.stringify(parked[0])}`);
