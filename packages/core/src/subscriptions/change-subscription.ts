import { err, type Instant, ok, type Result } from "@meter/primitives";
import { evolveSubscription, type Subscription, type SubscriptionEvent } from "@meter/subscriptions";
import type { DraftDeps } from "../billing/draft-over.ts";
import { followTimeline } from "../billing/follow-timeline.ts";
import { settle } from "../billing/settle.ts";
import { dueOf } from "../billing/state.ts";
import type { CustomerId } from "../shared/customer.ts";
import type { BillingStore } from "../billing/billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import { type SubscriptionNotFound, subscriptionNotFound, type SubscriptionView } from "./get-subscription.ts";

export type ChangeSubscriptionDeps = DraftDeps &
  Readonly<{
    billing: Pick<BillingStore, "findSubscription" | "withCustomer">;
    clock: Clock;
  }>;

type Decide<E> = (
  subscription: Subscription,
  /** `others`: all live ones of the customer. */
  context: Readonly<{ others: readonly Subscription[]; now: Instant }>,
) => Result<SubscriptionEvent, E>;

/**
 * Decides on a subscription while nobody bills its customer: settles what is due by now, writes what was decided, lets drafts
 * whose time has not come follow, and says anew when the customer is due. All of it in one transaction, without any usage.
 */
export const changeSubscription = async <E>(
  deps: ChangeSubscriptionDeps,
  { namespace, id }: Readonly<{ namespace: string; id: string }>,
  decide: Decide<E>,
): Promise<Result<SubscriptionView, SubscriptionNotFound | E>> => {
  const found = await deps.billing.findSubscription(namespace, id);
  if (found === null) return subscriptionNotFound(id);
  const customerId = found.customerId as CustomerId; // a subscription is a customer's
  const changed = await deps.billing.withCustomer<Result<SubscriptionView, E>>(namespace, customerId, async (tx) => {
    const now = deps.clock.now();
    const settled = await settle(deps, tx, now);
    const others = settled.subscriptions.map(({ subscription }) => subscription);
    // One that is not among those that are not deleted is deleted, since a moment ago at the latest.
    const current = others.find((other) => other.id === found.id) ?? { ...found, deletedAt: found.deletedAt ?? now };
    const decided = decide(current, { others, now });
    if (!decided.ok) return err(decided.error);
    const subscription = evolveSubscription(current, decided.value);
    await tx.updateSubscription(subscription);
    const subscriptions = settled.subscriptions
      .map((of) => (of.subscription.id === subscription.id ? { ...of, subscription } : of))
      .filter((of) => of.subscription.deletedAt === null);
    const followed = await followTimeline(deps, tx, { state: { ...settled, subscriptions }, id: subscription.id, now });
    await tx.setDue(dueOf(followed));
    return ok({ subscription, at: now });
  });
  return changed ?? subscriptionNotFound(id);
};
