import { addDuration, assert, type Decimal, err, type Instant, isZero, ok, type Result, utc } from "@meter/primitives";
import type { DraftInvoice, Invoice, InvoiceNumber, IssuedInvoice, VoidedInvoice } from "./invoice.ts";
import { settleCredits } from "./totals.ts";

/** When a draft is to be collected and issued: its usage is complete, and its draft period over. */
export const issueAtOf = ({ draftUntil }: DraftInvoice): Instant => draftUntil;

/**
 * Whether a draft is what it will be issued as, but for its usage: the first instant at which it was to be issued has come. What
 * was left open then, and waits for another day, stays as it was.
 */
export const isFrozen = (draft: DraftInvoice, at: Instant): boolean => {
  const { collectionAt, invoiceAt, profile } = draft;
  const complete = collectionAt !== null && collectionAt > invoiceAt ? collectionAt : invoiceAt;
  return issueAtOf(draft) <= at || (isHeld(draft) && addDuration(complete, profile.draftPeriod, utc) <= at);
};

/** Once it was to be issued, all that is left on a draft is open. */
const isHeld = ({ lines, openLines }: DraftInvoice): boolean => lines.length === 0 && openLines.length > 0;

/**
 * Whether nothing becomes of a draft: its profile wants no invoices of nothing, and each of its lines comes to nothing. Its service
 * periods are billed all the same: how far items are billed was noted with the draft.
 */
export const isSkipped = ({ profile, lines }: DraftInvoice): boolean =>
  profile.zeroInvoices === "skip" && lines.every(({ rating }) => isZero(rating.totals.total));

/** The document that a draft becomes. Its number is the next one of its series; `creditBalance` is the customer's. */
export const issueInvoice = (
  draft: DraftInvoice,
  { number, creditBalance, now }: Readonly<{ number: InvoiceNumber; creditBalance: Decimal; now: Instant }>,
): IssuedInvoice => {
  assert(now >= issueAtOf(draft), `the invoice ${draft.id} is issued when its time has come`);
  assert(draft.openLines.length === 0, `the invoice ${draft.id} has no line that is not rated`);
  const { draftUntil: _, waitingFor: __, openLines: ___, ...kept } = draft;
  return {
    ...kept,
    status: "issued",
    number,
    totals: settleCredits(draft.totals, creditBalance),
    issuedAt: now,
    dueAt: addDuration(now, draft.profile.dueAfter, utc),
    updatedAt: now,
  };
};

export type VoidInvoiceError = Readonly<{ type: "invoice_action_not_available"; action: "void"; status: string }>;

/**
 * Takes an issued invoice back as a whole. It stays, with its number. What it billed is not billed again by itself; a later part
 * of the same service period counts it as not billed.
 */
export const voidInvoice = (
  invoice: Invoice,
  { reason, now }: Readonly<{ reason: string; now: Instant }>,
): Result<VoidedInvoice, VoidInvoiceError> =>
  invoice.status === "issued"
    ? ok({ ...invoice, status: "voided", voidedAt: now, voidReason: reason, updatedAt: now })
    : err({ type: "invoice_action_not_available", action: "void", status: invoice.status });
