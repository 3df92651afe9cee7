import type { Instant } from "@meter/primitives";
import { type Subscription, subscriptionStatusAt } from "@meter/subscriptions";
import type { BillingTx } from "../billing/billing-store.ts";

/** A customer is kept while it has subscriptions that are not over. */
export type LiveSubscriptions = Readonly<{
  type: "deleting_customer_with_active_subscriptions";
  subscriptions: readonly string[];
}>;

/** Those of a customer that are not over: scheduled, active, or canceled with an end to come. */
export const listLiveSubscriptions = async (tx: BillingTx, at: Instant): Promise<readonly Subscription[]> =>
  (await tx.listSubscriptions())
    .map(({ subscription }) => subscription)
    .filter((subscription) => subscriptionStatusAt(subscription, at) !== "inactive");
