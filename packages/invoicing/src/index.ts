export { type BillingProfile, builtInBillingProfile, type ZeroInvoices, zeroInvoiceModes } from "./billing-profile.ts";
export { type CollectedLine, collectUsage, linesToCollect } from "./collect.ts";
export {
  type BillablePeriodOf,
  collectionAtOf,
  draftInvoice,
  type DraftInput,
  type LineInput,
  needsUsage,
  periodOf,
  ratePrinted,
  toLineToRate,
} from "./draft.ts";
export { type BrokenInvariant, checkInvoice } from "./invariants.ts";
export type {
  DraftInvoice,
  Invoice,
  InvoiceCustomer,
  InvoiceId,
  InvoiceLine,
  InvoiceLineId,
  InvoiceNumber,
  IssuedInvoice,
  LineIssue,
  LineRating,
  LineTerms,
  LineUsage,
  Measure,
  OpenLine,
  UsageSource,
  VoidedInvoice,
} from "./invoice.ts";
export { isFrozen, isSkipped, issueAtOf, issueInvoice, voidInvoice, type VoidInvoiceError } from "./lifecycle.ts";
export {
  customerPrefix,
  draftSequenceOf,
  draftSeries,
  invoiceSeries,
  toDraftNumber,
  toInvoiceNumber,
} from "./number.ts";
export { holdDraft, splitOpenLines } from "./open-lines.ts";
export { type LineToRate, measureOf } from "./rate-lines.ts";
export { type RateLine, rateLine, toLineRating } from "./rate-line.ts";
export {
  type InvoiceToSimulate,
  type LineFault,
  type LineToSimulate,
  simulateInvoice,
  type SimulatedInvoice,
  type SimulatedLine,
} from "./simulate.ts";
export { settleCredits, totalDetails, totalLines, type Totals } from "./totals.ts";
