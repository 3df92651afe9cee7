import type { BillingStore, Clock, KeptBilling, MonotonicNow, Standing, Worker } from "@meter/core";
import type { Readiness } from "@meter/http";
import type { LocalLog } from "@meter/log-local";
import { err, formatInstant, ok, type Result } from "@meter/primitives";

type Parts = Readonly<{
  postgres: Readonly<{
    ping: () => Promise<void>;
    parked: Readonly<{ count: (max: number) => Promise<number> }>;
    billing: Pick<BillingStore, "countParked">;
  }>;
  usage: Readonly<{ ping: () => Promise<void> }>;
  worker: Pick<Worker, "status">;
  log: Pick<LocalLog, "space" | "backlogEventsMax">;
  billing: Pick<KeptBilling, "healthy">;
  /** The system's. */
  clock: Clock;
  monotonicNow: MonotonicNow;
}>;

const timeoutMs = 2_000;

/** A partition that has work and has not moved for so long needs a look. */
export const standingMsMax = 60_000;
/** How long an answer is given again: whoever asks more often, without a key, costs the stores nothing. */
export const readinessKeptMs = 500;
/** What is parked is counted up to here. */
export const parkedCountMax = 1_000;

/** Whether the stores answer, and what needs a look though they do. Loads no rows, and asks once at a time. */
export const watchReadiness = ({
  postgres,
  usage,
  worker,
  log,
  billing,
  clock,
  monotonicNow,
}: Parts): Readonly<{ check: () => Promise<Readiness>; stop: () => void }> => {
  const look = async (): Promise<Readiness> => {
    const [database, tables] = await Promise.all([
      answers("Postgres", countParked(postgres)),
      answers("ClickHouse", usage.ping()),
    ]);
    if (!database.ok || !tables.ok)
      return { status: "not_ready", reasons: [database, tables].flatMap((one) => (one.ok ? [] : one.error)) };
    const { parked, waiting } = database.value;
    const { phase, syncHealthy, tablesWhole, next, applied, standing } = worker.status();
    const space = await log.space();
    const backlog = next - applied;
    const { backlogEventsMax } = log;
    const reasons = [
      ...(backlog < backlogEventsMax / 2
        ? []
        : [`${backlog} events wait for the usage tables; at ${backlogEventsMax} new ones are refused`]),
      ...(space === null || space.free >= space.freeMin
        ? []
        : [
            `the disk of ${space.of} is nearly full: events are refused until ${toMegabytes(space.freeMin)} are free, now ${toMegabytes(space.free)}`,
          ]),
      ...(standing === null || clock.now() - standing.since < standingMsMax ? [] : [describeStanding(standing)]),
      ...(phase === "running" ? [] : [`the worker is ${phase}`]),
      ...(parked > 0 ? [`${shown(parked)} parked events: see /api/v1/parked-events`] : []),
      ...(waiting > 0 ? [`the billing of ${shown(waiting)} customers waits: see /api/v1/billing/parked`] : []),
      ...(billing.healthy() ? [] : ["billing what is due failed, and is tried again"]),
      ...(syncHealthy
        ? []
        : ["a sync of the data directory failed: the event log grows until the machine is restarted"]),
      ...(tablesWhole ? [] : ["parts of the usage tables are not whole: restart Meter, which repairs them"]),
    ];
    return reasons.length === 0 ? { status: "ready" } : { status: "degraded", reasons };
  };

  let stopping = false;
  let kept: Readonly<{ answer: Promise<Readiness>; until: () => number }> | null = null;
  return {
    check: async () => {
      if (kept === null || monotonicNow() >= kept.until()) {
        let until = Infinity; // while it looks
        const answer = look().finally(() => {
          until = monotonicNow() + readinessKeptMs;
        });
        kept = { answer, until: () => until };
      }
      const readiness = await kept.answer;
      return stopping ? { status: "not_ready", reasons: ["stopping"] } : readiness;
    },
    stop: () => {
      stopping = true;
    },
  };
};

const countParked = async ({
  ping,
  parked,
  billing,
}: Parts["postgres"]): Promise<Readonly<{ parked: number; waiting: number }>> => {
  await ping();
  const [events, customers] = await Promise.all([parked.count(parkedCountMax), billing.countParked(parkedCountMax)]);
  return { parked: events, waiting: customers };
};

const answers = async <T>(name: string, ask: Promise<T>): Promise<Result<T, string>> => {
  const silent = err(`${name} does not answer`);
  const late = Promise.withResolvers<typeof silent>();
  const timer = setTimeout(() => late.resolve(silent), timeoutMs);
  timer.unref();
  try {
    return await Promise.race([ask.then(ok, () => silent), late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

/** Never an event's data: whoever asks needs no key. */
const describeStanding = ({ since, offset, event, error }: Standing): string => {
  const before =
    event === null
      ? ""
      : `, at event ${quote(event.id)} from ${quote(event.source)} of type ${quote(event.type)} in namespace ${quote(event.namespace)}`;
  const met = error === null ? "" : `: ${error}`;
  return `no event has been counted since ${formatInstant(since)}: the log stands at offset ${offset}${before}${met}`;
};

const quote = (text: string): string => JSON.stringify(text);

const shown = (count: number): string => (count < parkedCountMax ? String(count) : `${parkedCountMax} or more`);

const toMegabytes = (bytes: number): string => `${Math.floor(bytes / 1_000_000)} MB`;
