import { err, ok, type Result } from "@meter/primitives";
import type { Customer } from "./customer.ts";
import type { CustomerStore } from "./customer-store.ts";

export type CustomerNotFound = Readonly<{ type: "customer_not_found"; customers: readonly string[] }>;
export type CustomerDeleted = Readonly<{ type: "customer_deleted"; customer: string }>;

/** By id (deleted ones, too) or by key (live ones only). */
export const findCustomer = async (
  customers: Pick<CustomerStore, "find">,
  namespace: string,
  idOrKey: string,
): Promise<Result<Customer, CustomerNotFound>> => {
  const customer = await customers.find(namespace, idOrKey);
  return customer === null ? err({ type: "customer_not_found", customers: [idOrKey] }) : ok(customer);
};

/** A customer that can still be changed. */
export const findLiveCustomer = async (
  customers: Pick<CustomerStore, "find">,
  namespace: string,
  idOrKey: string,
): Promise<Result<Customer, CustomerNotFound | CustomerDeleted>> => {
  const found = await findCustomer(customers, namespace, idOrKey);
  if (found.ok && found.value.deletedAt !== null) return err({ type: "customer_deleted", customer: idOrKey });
  return found;
};
