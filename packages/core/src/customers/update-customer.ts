import { err, type Instant, type Result } from "@meter/primitives";
import { type DraftDeps } from "../billing/draft-over.ts";
import { settle } from "../billing/settle.ts";
import { dueOf, loadState } from "../billing/state.ts";
import { type Customer, type CustomerFields, subjectsOf } from "../shared/customer.ts";
import type { BillingStore, BillingTx } from "../billing/billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { Conflict } from "../shared/conflict.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import { checkCustomer } from "./check-customer.ts";
import { type CustomerDeleted, type CustomerNotFound, findLiveCustomer } from "../shared/find-customer.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { listLiveSubscriptions } from "./live-subscriptions.ts";

/** The whole customer, except that absent fields among the last three stay as they are. */
export type CustomerChange = Omit<CustomerFields, "primaryEmail" | "currency" | "billingAddress"> &
  Partial<Pick<CustomerFields, "primaryEmail" | "currency" | "billingAddress">>;

export type UpdateCustomerDeps = DraftDeps &
  Readonly<{
    customers: Pick<CustomerStore, "find" | "update">;
    billing: Pick<BillingStore, "withCustomer">;
    clock: Clock;
  }>;

type Refused = InvalidInput | Conflict | CustomerNotFound | CustomerDeleted;

/**
 * Usage follows the subject keys at once, history included. So the subjects stay as they are while a subscription is not over,
 * or something of one is still to be billed. What is due by now is drafted before, as the customer was then.
 */
export const updateCustomer =
  (deps: UpdateCustomerDeps) =>
  async (namespace: string, idOrKey: string, change: CustomerChange): Promise<Result<Customer, Refused>> => {
    const { customers, billing, clock } = deps;
    const found = await findLiveCustomer(customers, namespace, idOrKey);
    if (!found.ok) return found;
    const { id } = found.value;
    const fields: CustomerFields = {
      key: change.key,
      name: change.name,
      description: change.description,
      metadata: change.metadata,
      subjectKeys: change.subjectKeys,
      primaryEmail: change.primaryEmail === undefined ? found.value.primaryEmail : change.primaryEmail,
      currency: change.currency === undefined ? found.value.currency : change.currency,
      billingAddress: change.billingAddress === undefined ? found.value.billingAddress : change.billingAddress,
    };
    const faults = checkCustomer(fields);
    if (faults.length > 0) return invalidInput(...faults);
    const updated = await billing.withCustomer<Result<Customer, Refused> | null>(namespace, id, async (tx) => {
      const now = clock.now();
      if (!haveSameSubjects(found.value, fields) && (await needsItsSubjects(tx, now)))
        return invalidInput(subjectsAreKept);
      await settle(deps, tx, now);
      return customers.update(namespace, id, fields, now);
    });
    return updated ?? err({ type: "customer_deleted", customer: idOrKey });
  };

const subjectsAreKept = fault(
  "usageAttribution.subjectKeys",
  "customer_has_active_subscription",
  "key and subject keys cannot change while the customer has a subscription that is not over, or not billed to its end",
);

const needsItsSubjects = async (tx: BillingTx, now: Instant): Promise<boolean> =>
  (await listLiveSubscriptions(tx, now)).length > 0 || dueOf(await loadState(tx)) !== null;

type Subjects = Parameters<typeof subjectsOf>[0];

const haveSameSubjects = (a: Subjects, b: Subjects): boolean => {
  const [before, after] = [new Set(subjectsOf(a)), new Set(subjectsOf(b))];
  return before.size === after.size && [...before].every((subject) => after.has(subject));
};
