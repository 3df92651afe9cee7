import type { BillingStore, KeptBilling, Worker } from "@meter/core";
import type { Readiness } from "@meter/http";
import type { LocalLog } from "@meter/log-local";

type Parts = Readonly<{
  postgres: Readonly<{
    ping: () => Promise<void>;
    parked: Readonly<{ count: () => Promise<number> }>;
    billing: Pick<BillingStore, "listParked">;
  }>;
  usage: Readonly<{ ping: () => Promise<void> }>;
  worker: Worker;
  log: Pick<LocalLog, "space" | "backlogEventsMax">;
  billing: Pick<KeptBilling, "healthy">;
}>;

const timeoutMs = 2_000;

/** Whether the stores answer, and what needs a look though they do. */
export const watchReadiness = ({
  postgres,
  usage,
  worker,
  log,
  billing,
}: Parts): Readonly<{ check: () => Promise<Readiness>; stop: () => void }> => {
  let stopping = false;
  const answers = async (name: string, ask: Promise<unknown>): Promise<string | null> => {
    const late = new Promise<string>((resolve) =>
      setTimeout(() => resolve(`${name} does not answer`), timeoutMs).unref(),
    );
    return Promise.race([
      ask.then(
        () => null,
        () => `${name} does not answer`,
      ),
      late,
    ]);
  };
  const check = async (): Promise<Readiness> => {
    if (stopping) return { status: "not_ready", reasons: ["stopping"] };
    const down = (
      await Promise.all([answers("Postgres", postgres.ping()), answers("ClickHouse", usage.ping())])
    ).filter((reason) => reason !== null);
    if (down.length > 0) return { status: "not_ready", reasons: down };
    const { phase, syncHealthy, next, applied } = worker.status();
    const parked = await postgres.parked.count();
    const waiting = (await postgres.billing.listParked(null)).length;
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
            `the disk is nearly full: events are refused until ${toMegabytes(space.freeMin)} are free, now ${toMegabytes(space.free)}`,
          ]),
      ...(phase === "running" ? [] : [`the worker is ${phase}`]),
      ...(parked > 0 ? [`${parked} parked events: see /api/v1/parked-events`] : []),
      ...(waiting > 0 ? [`the billing of ${waiting} customers waits: see /api/v1/billing/parked`] : []),
      ...(billing.healthy() ? [] : ["billing what is due failed, and is tried again"]),
      ...(syncHealthy
        ? []
        : ["a sync of the data directory failed: the event log grows until the machine is restarted"]),
    ];
    return reasons.length === 0 ? { status: "ready" } : { status: "degraded", reasons };
  };
  return {
    check,
    stop: () => {
      stopping = true;
    },
  };
};

const toMegabytes = (bytes: number): string => `${Math.floor(bytes / 1_000_000)} MB`;
