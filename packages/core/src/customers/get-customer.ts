import type { Result } from "@meter/primitives";
import type { Customer } from "../shared/customer.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import { type CustomerNotFound, findCustomer } from "../shared/find-customer.ts";

export const getCustomer =
  ({ customers }: Readonly<{ customers: Pick<CustomerStore, "find"> }>) =>
  (namespace: string, idOrKey: string): Promise<Result<Customer, CustomerNotFound>> =>
    findCustomer(customers, namespace, idOrKey);
