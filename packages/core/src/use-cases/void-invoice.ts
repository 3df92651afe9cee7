import { voidInvoice as decideVoid, type VoidInvoiceError } from "@meter/invoicing";
import { add, err, ok, type Result } from "@meter/primitives";
import type { CustomerId } from "../customer.ts";
import type { BillingStore } from "../ports/billing-store.ts";
import type { Clock } from "../ports/clock.ts";
import { checkText } from "./check-text.ts";
import { type InvoiceNotFound, invoiceNotFound, type InvoiceView } from "./get-invoice.ts";
import { type InvalidInput, invalidInput } from "./invalid-input.ts";

export type VoidInvoiceDeps = Readonly<{
  billing: Pick<BillingStore, "findInvoice" | "withCustomer">;
  clock: Clock;
}>;

/** What the invoice made of credit has paid for others since. */
export type InvoiceCreditUsed = Readonly<{ type: "invoice_credit_used"; invoice: string }>;

type Refused = InvalidInput | InvoiceNotFound | VoidInvoiceError | InvoiceCreditUsed;

/** Takes an issued invoice back as a whole; it keeps its number. Only later parts of the same service periods bill it again. */
export const voidInvoice =
  (deps: VoidInvoiceDeps) =>
  async (
    namespace: string,
    id: string,
    { reason }: Readonly<{ reason: string }>,
  ): Promise<Result<InvoiceView, Refused>> => {
    const faults = checkText("reason", reason, { min: 1, max: 1_024 });
    if (faults.length > 0) return invalidInput(...faults);
    const found = await deps.billing.findInvoice(namespace, id);
    if (found === null) return invoiceNotFound(id);
    const customerId = found.customer.id as CustomerId; // an invoice is a customer's
    const voided = await deps.billing.withCustomer<Result<InvoiceView, Refused>>(namespace, customerId, async (tx) => {
      const invoice = await tx.findInvoice(found.id);
      if (invoice === null) return invoiceNotFound(id);
      const now = deps.clock.now();
      const decided = decideVoid(invoice, { reason, now });
      if (!decided.ok) return err(decided.error);
      const { creditsTotal } = invoice.totals; // below zero: what it made of credit
      if (creditsTotal.coefficient < 0n) {
        const left = add(await tx.creditBalance(invoice.currency), creditsTotal);
        if (left.coefficient < 0n) return err({ type: "invoice_credit_used", invoice: id });
      }
      await tx.updateInvoice(decided.value);
      return ok({ invoice: decided.value, at: now });
    });
    return voided ?? invoiceNotFound(id);
  };
