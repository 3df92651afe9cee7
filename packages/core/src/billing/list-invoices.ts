import type { BillingStore, InvoiceFilter } from "./billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import { type InvoiceView, viewInvoices } from "./view-invoices.ts";

export type InvoicePage = Readonly<{ items: readonly InvoiceView[]; totalCount: number }>;

export const listInvoices =
  (deps: Readonly<{ billing: Pick<BillingStore, "listInvoices" | "findEnds">; clock: Clock }>) =>
  async (namespace: string, filter: InvoiceFilter): Promise<InvoicePage> => {
    const at = deps.clock.now();
    const { items, totalCount } = await deps.billing.listInvoices(namespace, filter);
    return { items: await viewInvoices(deps, namespace, { invoices: items, at }), totalCount };
  };
