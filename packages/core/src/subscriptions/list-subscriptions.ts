import { ok, type Result } from "@meter/primitives";
import { subscriptionStatusAt, type SubscriptionStatus } from "@meter/subscriptions";
import type { BillingStore, SubscriptionOrder } from "../billing/billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import { type CustomerNotFound, findCustomer } from "../shared/find-customer.ts";
import type { SubscriptionView } from "./get-subscription.ts";

export type ListSubscriptionsInput = Readonly<{
  /** One of these, now; null: any. */
  statuses: readonly SubscriptionStatus[] | null;
  order: SubscriptionOrder;
  page: number;
  pageSize: number;
}>;

export type SubscriptionPage = Readonly<{ items: readonly SubscriptionView[]; totalCount: number }>;

/** A customer's subscriptions that are not deleted. */
export const listSubscriptions =
  (
    deps: Readonly<{
      billing: Pick<BillingStore, "listSubscriptions">;
      customers: Pick<CustomerStore, "find">;
      clock: Clock;
    }>,
  ) =>
  async (
    namespace: string,
    customerIdOrKey: string,
    { statuses, order, page, pageSize }: ListSubscriptionsInput,
  ): Promise<Result<SubscriptionPage, CustomerNotFound>> => {
    const customer = await findCustomer(deps.customers, namespace, customerIdOrKey);
    if (!customer.ok) return customer;
    const at = deps.clock.now();
    const subscriptions = await deps.billing.listSubscriptions(namespace, customer.value.id, order);
    const matching = subscriptions.filter(
      (subscription) =>
        subscription.deletedAt === null &&
        (statuses === null || statuses.includes(subscriptionStatusAt(subscription, at))),
    );
    const items = matching.slice((page - 1) * pageSize, page * pageSize);
    return ok({ items: items.map((subscription) => ({ subscription, at })), totalCount: matching.length });
  };
