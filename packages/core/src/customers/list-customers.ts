import type { CustomerPage, CustomerStore } from "../shared/customer-store.ts";

export const listCustomers =
  (deps: Readonly<{ customers: Pick<CustomerStore, "list"> }>) =>
  async (namespace: string, options: Parameters<CustomerStore["list"]>[1]): Promise<CustomerPage> =>
    deps.customers.list(namespace, options);
