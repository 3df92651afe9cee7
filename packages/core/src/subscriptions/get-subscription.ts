import { err, type Instant, ok, type Result } from "@meter/primitives";
import type { Subscription } from "@meter/subscriptions";
import type { BillingStore } from "../billing/billing-store.ts";
import type { Clock } from "../shared/clock.ts";

export type SubscriptionNotFound = Readonly<{ type: "subscription_not_found"; subscription: string }>;

/** A subscription as it looks at an instant: status, phase and items in force follow from both. */
export type SubscriptionView = Readonly<{ subscription: Subscription; at: Instant }>;

/** By id; deleted ones, too. */
export const getSubscription =
  (deps: Readonly<{ billing: Pick<BillingStore, "findSubscription">; clock: Clock }>) =>
  async (namespace: string, id: string): Promise<Result<SubscriptionView, SubscriptionNotFound>> => {
    const subscription = await deps.billing.findSubscription(namespace, id);
    return subscription === null ? subscriptionNotFound(id) : ok({ subscription, at: deps.clock.now() });
  };

export const subscriptionNotFound = (subscription: string): Result<never, SubscriptionNotFound> =>
  err({ type: "subscription_not_found", subscription });
