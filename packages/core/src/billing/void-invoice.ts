import {
  type Invoice,
  type InvoiceId,
  issueAtOf,
  voidInvoice as decideVoid,
  type VoidInvoiceError,
} from "@meter/invoicing";
import { add, assert, err, type Instant, ok, parseDecimal, type Result, sum } from "@meter/primitives";
import type { DraftDeps } from "./draft-over.ts";
import { settle } from "./settle.ts";
import type { CustomerId } from "../shared/customer.ts";
import type { BillingStore, BillingTx } from "./billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import { checkText } from "../shared/check-text.ts";
import { type InvoiceNotFound, invoiceNotFound } from "./get-invoice.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { InvoiceView } from "./view-invoices.ts";

export type VoidInvoiceDeps = DraftDeps &
  Readonly<{
    billing: Pick<BillingStore, "findInvoice" | "withCustomer">;
    clock: Clock;
  }>;

/** What the invoice made of credit has paid for others since, or what a later part of it has, that would be voided with it. */
export type InvoiceCreditUsed = Readonly<{ type: "invoice_credit_used"; invoice: string }>;

/** What is to be issued before is not yet. `reason`: why not, when that is known. */
export type BillingBehind = Readonly<{ type: "billing_behind"; reason: string | null }>;

type Refused = InvalidInput | InvoiceNotFound | VoidInvoiceError | InvoiceCreditUsed | BillingBehind;

/**
 * Takes an issued invoice back as a whole; it keeps its number. Only later parts of the same service periods bill it again. Where
 * the rest of a service period would come to less than zero, as a later part has corrected what is voided, the invoices of such
 * parts are voided with it, newest first.
 */
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
      const behind = await findBehind(deps, tx, { currency: invoice.currency, now });
      if (behind !== null) return err(behind);
      const corrections = await findCorrections(tx, invoice);
      const credits = [invoice, ...corrections].map(({ totals }) => totals.creditsTotal); // below zero: what became credit
      const left = add(await tx.creditBalance(invoice.currency), sum(credits));
      if (left.coefficient < 0n) return err({ type: "invoice_credit_used", invoice: id });
      for (const correction of corrections) {
        const voidedWith = decideVoid(correction, { reason: `voided with ${numberOf(invoice)}`, now });
        assert(voidedWith.ok, "a part that was issued can be voided");
        await tx.updateInvoice(voidedWith.value);
      }
      await tx.updateInvoice(decided.value);
      return ok({ invoice: decided.value, at: now, unserved: [] });
    });
    return voided ?? invoiceNotFound(id);
  };

const numberOf = ({ number }: Invoice): string => (typeof number === "string" ? number : number.text);

/** What is to be issued by now uses credit, and is a later part, as if nothing was voided yet: so it comes first. */
const findBehind = async (
  deps: DraftDeps,
  tx: BillingTx,
  { currency, now }: Readonly<{ currency: string; now: Instant }>,
): Promise<BillingBehind | null> => {
  const { drafts } = await settle(deps, tx, now);
  const due = drafts.find((draft) => draft.currency === currency && issueAtOf(draft) <= now);
  return due === undefined ? null : { type: "billing_behind", reason: due.waitingFor };
};

/** The invoices without which no service period comes to less than zero when this one is voided, newest first. */
const findCorrections = async (tx: BillingTx, voided: Invoice): Promise<readonly Invoice[]> => {
  const all = new Map<InvoiceId, Invoice>([[voided.id, voided]]);
  for (const invoice of all.values()) {
    for (const wholeKey of new Set(invoice.lines.map((line) => line.wholeKey))) {
      for (;;) {
        const parts = (await tx.listParts(wholeKey)).filter(
          ({ invoiceId, isIssued }) => isIssued && !all.has(invoiceId),
        );
        const amounts = parts.map(({ rated }) => toAmount(rated?.amount ?? "0"));
        if (sum(amounts).coefficient >= 0n) break;
        const newest = parts.findLast((_, index) => (amounts[index]?.coefficient ?? 0n) < 0n);
        const correction = newest === undefined ? null : await tx.findInvoice(newest.invoiceId);
        assert(correction !== null, `what is below zero of ${wholeKey} is on an invoice`);
        all.set(correction.id, correction);
      }
    }
  }
  all.delete(voided.id);
  return [...all.values()].toSorted((a, b) => sequenceOf(b) - sequenceOf(a));
};

const sequenceOf = (invoice: Invoice): number => (invoice.status === "draft" ? 0 : invoice.number.sequence);

const toAmount = (text: string): Parameters<typeof add>[0] => {
  const parsed = parseDecimal(text);
  assert(parsed.ok, "the amount of a part is a decimal");
  return parsed.value;
};
