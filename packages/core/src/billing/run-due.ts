import { type Instant, instant } from "@meter/primitives";
import type { BillingStore, DueCustomer } from "../ports/billing-store.ts";
import type { Clock, Logger, Timer } from "../ports/clock.ts";
import type { DueWork } from "../ports/due-work.ts";
import { billCustomer, type BillCustomerDeps } from "./bill-customer.ts";

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

export type Scheduler = DueWork &
  Readonly<{
    /**
     * Does what is due at `now` or before, each piece with `now` as now, until nothing is left that another scheduler does not
     * hold or the signal aborts. What failed waits for its time to be tried again.
     */
    runDue: (now: Instant, signal: AbortSignal) => Promise<void>;
  }>;

/**
 * Bills whoever is due, one piece of one customer at a time, each in a transaction of its own: a process that dies leaves
 * nothing behind but what is still due, and nobody waits for it. Several may run at once. A customer whose billing fails is
 * parked with the reason; the others go on.
 */
export const createScheduler = (deps: RunDueDeps): Scheduler => {
  /** False when nobody is due whom nobody else holds. */
  const runNext = async (until: Instant, nowOf: (due: DueCustomer) => Instant): Promise<boolean> => {
    let held: DueCustomer | null = null;
    try {
      const billed = await deps.billing.withNextDue(until, async (tx, due) => {
        held = due;
        return { due, outcome: await billCustomer(deps, tx, nowOf(due)) };
      });
      if (billed === null) return false;
      if (billed.outcome.type === "waiting") await park(billed.due, billed.outcome.reason);
    } catch (error) {
      // Nobody is held: the database itself is in trouble. Nor can anybody be parked then.
      if (held === null) throw error;
      await park(held, error instanceof Error ? error.message : String(error));
    }
    return true;
  };

  const park = async (due: DueCustomer, reason: string): Promise<void> => {
    const { namespace, customerId, dueAt } = due;
    const parkedAt = deps.systemClock.now();
    const attempts = due.attempts + 1;
    deps.logger.warn(
      { namespace, customerId, dueAt: new Date(dueAt).toISOString(), attempts, reason },
      "billing is parked",
    );
    const retryAt = instant(parkedAt + retryDelayMs(due.attempts));
    await deps.billing.park({ ...due, attempts, reason: reason.slice(0, reasonLengthMax), parkedAt, retryAt });
  };

  return {
    runDue: async (now, signal) => {
      await deps.billing.unpark(deps.systemClock.now());
      while (!signal.aborted && (await runNext(now, () => now)));
    },
    runUntil: async (until) => {
      await deps.billing.unpark(null);
      // In the order of the due instants: what another scheduler holds is waited for.
      while ((await runNext(until, ({ dueAt }) => dueAt)) || (await isHeldByOthers(deps, until)));
      const parked = await deps.billing.listParked(null);
      return {
        parked: parked
          .filter(({ dueAt }) => dueAt <= until)
          .map(({ customerId, dueAt, reason }) => ({ customerId, dueAt, reason })),
      };
    },
  };
};

const isHeldByOthers = async ({ billing, timer }: RunDueDeps, until: Instant): Promise<boolean> => {
  if ((await billing.countDue(until)) === 0) return false;
  await timer.sleep(otherSchedulerMs);
  return true;
};

/** A reason is for people; a stack or a statement is not. */
const reasonLengthMax = 1_000;
