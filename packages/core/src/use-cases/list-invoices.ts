import type { BillingStore, InvoiceFilter } from "../ports/billing-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { InvoiceView } from "./get-invoice.ts";

export type InvoicePage = Readonly<{ items: readonly InvoiceView[]; totalCount: number }>;

export const listInvoices =
  (deps: Readonly<{ billing: Pick<BillingStore, "listInvoices">; clock: Clock }>) =>
  async (namespace: string, filter: InvoiceFilter): Promise<InvoicePage> => {
    const at = deps.clock.now();
    const { items, totalCount } = await deps.billing.listInvoices(namespace, filter);
    return { items: items.map((invoice) => ({ invoice, at })), totalCount };
  };
