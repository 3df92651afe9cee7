import { err, type Result } from "@meter/primitives";
import { dueOf } from "../billing/bill-customer.ts";
import { type Customer, type CustomerFields, subjectsOf } from "../customer.ts";
import type { BillingStore, BillingTx } from "../ports/billing-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Conflict, CustomerStore } from "../ports/control-store.ts";
import { checkCustomer } from "./check-customer.ts";
import { type CustomerDeleted, type CustomerNotFound, findLiveCustomer } from "./get-customer.ts";
import { fault, type InvalidInput, invalidInput } from "./invalid-input.ts";
import { listLiveSubscriptions } from "./live-subscriptions.ts";

/** The whole customer, except that absent fields among the last three stay as they are. */
export type CustomerChange = Omit<CustomerFields, "primaryEmail" | "currency" | "billingAddress"> &
  Partial<Pick<CustomerFields, "primaryEmail" | "currency" | "billingAddress">>;

export type UpdateCustomerDeps = Readonly<{
  customers: Pick<CustomerStore, "find" | "update">;
  billing: Pick<BillingStore, "withCustomer">;
  clock: Clock;
}>;

type Refused = InvalidInput | Conflict | CustomerNotFound | CustomerDeleted;

/**
 * Usage follows the subject keys at once, history included. So the subjects stay as they are while a subscription is not over,
 * or something of one is still to be billed.
 */
export const updateCustomer =
  ({ customers, billing, clock }: UpdateCustomerDeps) =>
  async (namespace: string, idOrKey: string, change: CustomerChange): Promise<Result<Customer, Refused>> => {
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
    const update = () => customers.update(namespace, id, fields, clock.now());
    const updated = haveSameSubjects(found.value, fields)
      ? await update()
      : await billing.withCustomer<Result<Customer, Refused> | null>(namespace, id, async (tx) =>
          (await needsItsSubjects(tx, clock)) ? invalidInput(subjectsAreKept) : update(),
        );
    return updated ?? err({ type: "customer_deleted", customer: idOrKey });
  };

const subjectsAreKept = fault(
  "usageAttribution.subjectKeys",
  "customer_has_active_subscription",
  "key and subject keys cannot change while the customer has a subscription that is not over, or not billed to its end",
);

const needsItsSubjects = async (tx: BillingTx, clock: Clock): Promise<boolean> =>
  (await listLiveSubscriptions(tx, clock.now())).length > 0 ||
  dueOf({ subscriptions: await tx.listSubscriptions(), drafts: await tx.listDrafts() }) !== null;

type Subjects = Parameters<typeof subjectsOf>[0];

const haveSameSubjects = (a: Subjects, b: Subjects): boolean => {
  const [before, after] = [new Set(subjectsOf(a)), new Set(subjectsOf(b))];
  return before.size === after.size && [...before].every((subject) => after.has(subject));
};
