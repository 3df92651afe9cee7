import {
  createMemoryBilling,
  createMemoryCatalog,
  createMemoryCustomers,
  createMemoryMeters,
  createMemoryNamespaces,
  type MemoryMeters,
} from "../memory/index.ts";
import type { BillingStores } from "./world.ts";

export const openMemoryBilling = (): BillingStores => {
  const meters: MemoryMeters = createMemoryMeters({
    findInUse: (meter, groupBy, at) => catalog.findMeterInUse(meter, groupBy, at),
  });
  const catalog = createMemoryCatalog({ meters });
  const customers = createMemoryCustomers();
  return {
    namespaces: createMemoryNamespaces(),
    ...catalog,
    meters,
    customers,
    billing: createMemoryBilling({ customers }),
  };
};
