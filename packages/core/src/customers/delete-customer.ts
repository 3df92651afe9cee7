import { err, ok, type Result } from "@meter/primitives";
import type { DraftDeps } from "../billing/draft-over.ts";
import { settle } from "../billing/settle.ts";
import type { BillingStore } from "../billing/billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import { type CustomerDeleted, type CustomerNotFound, findLiveCustomer } from "../shared/find-customer.ts";
import { listLiveSubscriptions, type LiveSubscriptions } from "./live-subscriptions.ts";

export type DeleteCustomerDeps = DraftDeps &
  Readonly<{
    customers: Pick<CustomerStore, "find" | "delete">;
    billing: Pick<BillingStore, "withCustomer">;
    clock: Clock;
  }>;

type Refused = CustomerNotFound | CustomerDeleted | LiveSubscriptions;

/**
 * Soft: its subjects' events belong to nobody from now on, and can be another customer's. Not while it has a subscription
 * that is not over; nobody subscribes it meanwhile.
 */
export const deleteCustomer =
  (deps: DeleteCustomerDeps) =>
  async (namespace: string, idOrKey: string): Promise<Result<null, Refused>> => {
    const { customers, billing, clock } = deps;
    const found = await findLiveCustomer(customers, namespace, idOrKey);
    if (!found.ok) return found;
    const { id } = found.value;
    const deleted = await billing.withCustomer<Result<null, Refused>>(namespace, id, async (tx) => {
      const now = clock.now();
      await settle(deps, tx, now);
      const live = await listLiveSubscriptions(tx, now);
      if (live.length > 0)
        return err({
          type: "deleting_customer_with_active_subscriptions",
          subscriptions: live.map((subscription) => subscription.id),
        });
      return (await customers.delete(namespace, id, now)) ? ok(null) : customerDeleted(idOrKey);
    });
    return deleted ?? customerDeleted(idOrKey);
  };

const customerDeleted = (customer: string): Result<never, CustomerDeleted> =>
  err({ type: "customer_deleted", customer });
