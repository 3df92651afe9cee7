import type { BillingProfile } from "@meter/invoicing";
import { assert, type Instant } from "@meter/primitives";
import { servicePeriodsDue } from "@meter/subscriptions";
import type { Customer } from "../shared/customer.ts";
import type { BilledSubscription, BillingTx } from "./billing-store.ts";
import { type DraftDeps, draftOver } from "./draft-over.ts";
import { firstPeriodsAt, loadState, periodsAtOf, type State } from "./state.ts";

/**
 * Drafts everything that is due by `now`, each for the instant at which it became due, as it would have been drafted then: so
 * what a change does depends on its instant alone, and not on when billing ran. It reads no usage and issues nothing.
 */
export const settle = async (deps: DraftDeps, tx: BillingTx, now: Instant): Promise<State> => {
  const customer = await tx.findCustomer();
  assert(customer !== null, "a customer that is held is there");
  let state = await loadState(tx);
  for (;;) {
    const at = firstPeriodsAt(state);
    if (at === null || at > now) return state;
    state = await draftDue(deps, tx, { state, customer, at, now });
  }
};

export type DraftDue = Readonly<{ state: State; customer: Customer; at: Instant; now: Instant }>;

/** Drafts over the service periods that became due first, at `at`. */
export const draftDue = async (
  deps: DraftDeps,
  tx: BillingTx,
  { state, customer, at, now }: DraftDue,
): Promise<State> => {
  const periods = state.subscriptions
    .filter((of) => periodsAtOf(of) === at)
    .flatMap((of) =>
      [...periodsDueUntil(of, deps.profile, at)].map((period) => ({ subscription: of.subscription, period })),
    );
  return (await draftOver(deps, tx, { state, customer, periods, at, now })).state;
};

const periodsDueUntil = (
  { subscription, billed }: BilledSubscription,
  { subscriptionEndProrationMode: atSubscriptionEnd }: BillingProfile,
  until: Instant,
): ReturnType<typeof servicePeriodsDue> => servicePeriodsDue(subscription, { until, billed, atSubscriptionEnd });
