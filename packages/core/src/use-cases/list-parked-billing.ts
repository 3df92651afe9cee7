import type { BillingStore, ParkedBilling } from "../ports/billing-store.ts";

/** Customers of the namespace whose billing waits, by due instant. */
export const listParkedBilling =
  (deps: Readonly<{ billing: Pick<BillingStore, "listParked"> }>) =>
  async (namespace: string): Promise<readonly ParkedBilling[]> =>
    deps.billing.listParked(namespace);
