import { err, ok, type Result } from "@meter/primitives";
import type { BillingStore } from "./billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import { type InvoiceView, viewInvoices } from "./view-invoices.ts";

export type InvoiceNotFound = Readonly<{ type: "invoice_not_found"; invoice: string }>;

export const getInvoice =
  (deps: Readonly<{ billing: Pick<BillingStore, "findInvoice" | "findEnds">; clock: Clock }>) =>
  async (namespace: string, id: string): Promise<Result<InvoiceView, InvoiceNotFound>> => {
    const invoice = await deps.billing.findInvoice(namespace, id);
    if (invoice === null) return invoiceNotFound(id);
    const [view] = await viewInvoices(deps, namespace, { invoices: [invoice], at: deps.clock.now() });
    return view === undefined ? invoiceNotFound(id) : ok(view);
  };

export const invoiceNotFound = (invoice: string): Result<never, InvoiceNotFound> =>
  err({ type: "invoice_not_found", invoice });
