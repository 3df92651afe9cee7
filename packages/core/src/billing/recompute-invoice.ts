import type { Invoice } from "@meter/invoicing";
import { ok, type Result } from "@meter/primitives";
import { type RecomputedLine, recomputeLine, type RecomputeLineDeps } from "./recompute-line.ts";
import type { UsageNotRead } from "./read-quantity.ts";
import type { BillingStore } from "./billing-store.ts";
import { type InvoiceNotFound, invoiceNotFound } from "./get-invoice.ts";

/** `equal`: every line came to what is stored. */
export type RecomputedInvoice = Readonly<{ invoice: Invoice; lines: readonly RecomputedLine[]; equal: boolean }>;

/** Computes every line again from the events below the positions that it was computed at. Changes nothing. */
export const recomputeInvoice =
  (deps: RecomputeLineDeps & Readonly<{ billing: Pick<BillingStore, "findInvoice"> }>) =>
  async (namespace: string, id: string): Promise<Result<RecomputedInvoice, InvoiceNotFound | UsageNotRead>> => {
    const invoice = await deps.billing.findInvoice(namespace, id);
    if (invoice === null) return invoiceNotFound(id);
    const lines: RecomputedLine[] = [];
    for (const line of invoice.lines) {
      const recomputed = await recomputeLine(deps, invoice, line);
      if (!recomputed.ok) return recomputed;
      lines.push(recomputed.value);
    }
    return ok({ invoice, lines, equal: lines.every(({ equal }) => equal) });
  };
