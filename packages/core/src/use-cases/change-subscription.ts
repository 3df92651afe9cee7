import { err, type Instant, ok, type Result } from "@meter/primitives";
import { evolveSubscription, type Subscription, type SubscriptionEvent } from "@meter/subscriptions";
import { dueOf } from "../billing/bill-customer.ts";
import type { CustomerId } from "../customer.ts";
import type { BillingStore } from "../ports/billing-store.ts";
import type { Clock } from "../ports/clock.ts";
import { type SubscriptionNotFound, subscriptionNotFound, type SubscriptionView } from "./get-subscription.ts";

export type ChangeSubscriptionDeps = Readonly<{
  billing: Pick<BillingStore, "findSubscription" | "withCustomer">;
  clock: Clock;
}>;

type Decide<E> = (
  subscription: Subscription,
  /** `others`: all live ones of the customer. */
  context: Readonly<{ others: readonly Subscription[]; now: Instant }>,
) => Result<SubscriptionEvent, E>;

/**
 * Decides on a subscription while nobody bills its customer, writes what was decided, and says anew when the customer is due:
 * all of it in one transaction.
 */
export const changeSubscription = async <E>(
  { billing, clock }: ChangeSubscriptionDeps,
  { namespace, id }: Readonly<{ namespace: string; id: string }>,
  decide: Decide<E>,
): Promise<Result<SubscriptionView, SubscriptionNotFound | E>> => {
  const found = await billing.findSubscription(namespace, id);
  if (found === null) return subscriptionNotFound(id);
  const customerId = found.customerId as CustomerId; // a subscription is a customer's
  const changed = await billing.withCustomer<Result<SubscriptionView, E>>(namespace, customerId, async (tx) => {
    const now = clock.now();
    const all = await tx.listSubscriptions();
    const others = all.map(({ subscription }) => subscription);
    // One that is not among those that are not deleted is deleted, since a moment ago at the latest.
    const current = others.find((other) => other.id === found.id) ?? { ...found, deletedAt: found.deletedAt ?? now };
    const decided = decide(current, { others, now });
    if (!decided.ok) return err(decided.error);
    const subscription = evolveSubscription(current, decided.value);
    await tx.updateSubscription(subscription);
    const subscriptions = all.map((of) => (of.subscription.id === subscription.id ? { ...of, subscription } : of));
    await tx.setDue(dueOf({ subscriptions, drafts: await tx.listDrafts() }));
    return ok({ subscription, at: now });
  });
  return changed ?? subscriptionNotFound(id);
};
