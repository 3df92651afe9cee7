import { type Instant, instant } from "@meter/primitives";
import type { BillingStore, DueCustomer, DueOrder } from "./billing-store.ts";
import type { Clock, Logger, Timer } from "../shared/clock.ts";
import type { DueWork } from "../clock/due-work.ts";
import { parkedLinesMax } from "./list-parked-billing.ts";
import { Stopped } from "../shared/retry.ts";
import {
  billCustomer,
  type BillCustomerDeps,
  type Billed,
  billWithUsage,
  readUsages,
  type UsageToRead,
} from "./bill-customer.ts";
import { createSharedPatience, type SharedPatience } from "./patience.ts";

export type RunDueDeps = BillCustomerDeps &
  Readonly<{
    billing: BillingStore;
    /** Time as it passes, for when to try again; what is billed goes by the due instants. */
    systemClock: Clock;
    timer: Timer;
    logger: Logger;
  }>;

/** From one try to the next: doubling from a second, up to five minutes. */
export const retryDelayMs = (attempts: number): number => Math.min(300_000, 1_000 * 2 ** Math.min(attempts, 20));

/** How long to wait for what another scheduler holds. */
const otherSchedulerMs = 20;

/** How often those whose time to be tried again has come are put back while a run lasts. */
const unparkIntervalMs = 60_000;

export type Scheduler = DueWork &
  Readonly<{
    /**
     * Does what is due at `now` or before, each piece with `now` as now, until nothing is left that another scheduler does not
     * hold. What failed waits for its time to be tried again.
     */
    runDue: (now: Instant) => Promise<void>;
    /** Runs end after the piece that is under way; those of `runUntil` reject. Resolves when none is left. */
    stop: () => Promise<void>;
  }>;

/**
 * Bills whoever is due, one piece of one customer at a time, each in a transaction of its own: a process that dies leaves
 * nothing behind but what is still due, and nobody waits for it. Several may run at once. A customer whose billing fails is
 * parked with the reason; the others go on.
 */
export const createScheduler = (deps: RunDueDeps): Scheduler => {
  let stopping = false;
  let last: Promise<unknown> = Promise.resolve();
  /** One run at a time in this process. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run, run);
    last = turn.catch(() => undefined);
    return turn;
  };

  /** False when nobody is due whom nobody else holds. */
  const runNext = async (run: Run): Promise<boolean> => {
    let held: DueCustomer | null = null;
    try {
      const billed = await deps.billing.withNextDue(
        run.until,
        async (tx, due) => {
          held = due;
          return { due, outcome: await billCustomer(deps, tx, run.nowOf(due)) };
        },
        run.order,
      );
      if (billed === null) return false;
      const { due } = billed;
      const outcome = billed.outcome.type === "to_read" ? await readFor(run, due, billed.outcome) : billed.outcome;
      if (outcome.type === "waiting") await park(due, outcome.reason);
    } catch (error) {
      // Nobody is held: the database itself is in trouble. Nor can anybody be parked then.
      if (held === null) throw error;
      await park(held, error instanceof Error ? error.message : String(error));
    }
    return true;
  };

  /** Nobody is held while usage is read. Whoever is not due any more has been billed, or has changed, meanwhile. */
  const readFor = async (run: Run, due: DueCustomer, toRead: UsageToRead): Promise<Billed> => {
    const read = await readUsages({ ...deps, patience: run.patience.after(due.attempts) }, toRead.wanted);
    const billed = await deps.billing.withDue(due, (tx) =>
      billWithUsage(deps, tx, { toRead, read, now: run.nowOf(due) }),
    );
    return billed ?? { type: "advanced" };
  };

  const park = async (due: DueCustomer, reason: string): Promise<void> => {
    const { namespace, customerId, dueAt } = due;
    const parkedAt = deps.systemClock.now();
    const attempts = due.attempts + 1;
    const shown = reason.slice(0, reasonLengthMax);
    deps.logger.warn(
      { namespace, customerId, dueAt: new Date(dueAt).toISOString(), attempts, reason: shown },
      "billing is parked",
    );
    const retryAt = instant(parkedAt + retryDelayMs(due.attempts));
    await deps.billing.park({ ...due, attempts, reason: shown, parkedAt, retryAt });
  };

  return {
    runDue: (now) =>
      inTurn(async () => {
        const run: Run = {
          until: now,
          order: "whoever_is_free",
          nowOf: () => now,
          patience: createSharedPatience(),
        };
        let unparkedAt: number | null = null;
        while (!stopping) {
          const at = deps.systemClock.now();
          if (unparkedAt === null || at - unparkedAt > unparkIntervalMs) {
            await deps.billing.unpark(at);
            unparkedAt = at;
          }
          if (!(await runNext(run))) return;
        }
      }),
    runUntil: (until) =>
      inTurn(async () => {
        await deps.billing.unpark(null);
        const run: Run = {
          until,
          order: "in_order",
          nowOf: ({ dueAt }) => dueAt,
          patience: createSharedPatience(),
        };
        while ((await runNext(run)) || (await isHeldByOthers(deps, until)))
          if (stopping) throw new Stopped("stopped before everything that is due was done");
        const parked = (await deps.billing.listParked(null)).filter(({ dueAt }) => dueAt <= until);
        const lines = await deps.billing.listOpenLines(null, { until, limit: parkedLinesMax });
        return {
          parked: [...parked, ...lines].map(({ customerId, dueAt, reason }) => ({ customerId, dueAt, reason })),
        };
      }),
    stop: async () => {
      stopping = true;
      await last;
    },
  };
};

/** One pass over what is due. */
type Run = Readonly<{
  until: Instant;
  order: DueOrder;
  nowOf: (due: DueCustomer) => Instant;
  /** Usage is waited for in vain once in a run: neither a slow meter nor a store that hangs costs every customer a wait. */
  patience: SharedPatience;
}>;

const isHeldByOthers = async ({ billing, timer }: RunDueDeps, until: Instant): Promise<boolean> => {
  if ((await billing.countDue(until)) === 0) return false;
  await timer.sleep(otherSchedulerMs);
  return true;
};

/** A reason is for people; a stack or a statement is not. */
const reasonLengthMax = 1_000;
