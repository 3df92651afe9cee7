import { err, type Result } from "@meter/primitives";
import type { Customer, CustomerFields } from "../customer.ts";
import type { Clock } from "../ports/clock.ts";
import type { Conflict, CustomerStore } from "../ports/control-store.ts";
import { checkCustomer } from "./check-customer.ts";
import { type CustomerDeleted, type CustomerNotFound, findLiveCustomer } from "./get-customer.ts";
import { type InvalidInput, invalidInput } from "./invalid-input.ts";

/** The whole customer, except that absent fields among the last three stay as they are. */
export type CustomerChange = Omit<CustomerFields, "primaryEmail" | "currency" | "billingAddress"> &
  Partial<Pick<CustomerFields, "primaryEmail" | "currency" | "billingAddress">>;

/** Usage follows the subject keys at once, history included. */
export const updateCustomer =
  (deps: Readonly<{ customers: CustomerStore; clock: Clock }>) =>
  async (
    namespace: string,
    idOrKey: string,
    change: CustomerChange,
  ): Promise<Result<Customer, InvalidInput | Conflict | CustomerNotFound | CustomerDeleted>> => {
    const found = await findLiveCustomer(deps.customers, namespace, idOrKey);
    if (!found.ok) return found;
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
    const updated = await deps.customers.update(namespace, found.value.id, fields, deps.clock.now());
    return updated ?? err({ type: "customer_deleted", customer: idOrKey });
  };
