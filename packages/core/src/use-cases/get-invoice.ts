import type { Invoice } from "@meter/invoicing";
import { err, type Instant, ok, type Result } from "@meter/primitives";
import type { BillingStore } from "../ports/billing-store.ts";
import type { Clock } from "../ports/clock.ts";

export type InvoiceNotFound = Readonly<{ type: "invoice_not_found"; invoice: string }>;

/** An invoice as it looks at an instant: what a draft waits for follows from both. */
export type InvoiceView = Readonly<{ invoice: Invoice; at: Instant }>;

export const getInvoice =
  (deps: Readonly<{ billing: Pick<BillingStore, "findInvoice">; clock: Clock }>) =>
  async (namespace: string, id: string): Promise<Result<InvoiceView, InvoiceNotFound>> => {
    const invoice = await deps.billing.findInvoice(namespace, id);
    return invoice === null ? invoiceNotFound(id) : ok({ invoice, at: deps.clock.now() });
  };

export const invoiceNotFound = (invoice: string): Result<never, InvoiceNotFound> =>
  err({ type: "invoice_not_found", invoice });
