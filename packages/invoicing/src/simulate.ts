import { describeRateError, type Pricing } from "@meter/pricing";
import { type Currency, type Decimal, err, type Instant, ok, type Period, type Result, zero } from "@meter/primitives";
import type { BillingProfile } from "./billing-profile.ts";
import { needsUsage, periodOf } from "./draft.ts";
import type { InvoiceCustomer, InvoiceId, InvoiceLine, LineIssue, LineRating } from "./invoice.ts";
import { toLineRating } from "./rate-line.ts";
import { isInRange, totalOutOfRange } from "./rate-lines.ts";
import { settleCredits, totalLines, type Totals } from "./totals.ts";

type LineLabels = Pick<InvoiceLine, "id" | "name" | "description" | "rateCard" | "servicePeriod" | "invoiceAt"> &
  Readonly<{ metadata: Readonly<Record<string, string>> | null }>;

/** A line whose usage is stated, not read. */
export type LineToSimulate = LineLabels &
  Readonly<{
    /** Of this part alone; fixed prices do not look at it. */
    quantity: Decimal;
    /** Of the service period before this part: then the line is not the first, but the final one. Null: it is the only one. */
    quantityBefore: Decimal | null;
    /** False where a quantity is not a sum of parts (LATEST): nothing was billed before, and `quantity` is that of the whole. */
    isCut: boolean;
  }>;

export type SimulatedLine = LineLabels & Readonly<{ rating: LineRating }>;

/** An invoice that is nowhere but here: nothing was read for it, and nothing is kept. */
export type SimulatedInvoice = Readonly<{
  id: InvoiceId;
  number: string;
  customer: InvoiceCustomer;
  /** Code of ISO 4217. */
  currency: string;
  profile: BillingProfile;
  /** As they were given. */
  lines: readonly SimulatedLine[];
  totals: Totals;
  period: Period;
  /** When it was made up. */
  at: Instant;
}>;

export type InvoiceToSimulate = Pick<SimulatedInvoice, "id" | "number" | "customer" | "profile" | "at"> &
  Readonly<{
    currency: Currency;
    /** At least one. Their rate cards are legal. */
    lines: readonly LineToSimulate[];
  }>;

/** A line of those that were given that cannot be rated, by its index. */
export type LineFault = Readonly<{ line: number; issue: LineIssue }>;

/**
 * What an invoice over these lines would say: without credit that the customer may have, and never below zero. What earlier parts
 * came to is taken from their quantity: see `rateStateless`.
 */
export const simulateInvoice = (
  pricing: Pricing,
  invoice: InvoiceToSimulate,
): Result<SimulatedInvoice, readonly LineFault[]> => {
  const { currency } = invoice;
  const lines: SimulatedLine[] = [];
  const faults: LineFault[] = [];
  let totals = totalLines([]);
  for (const [index, given] of invoice.lines.entries()) {
    const line = simulateLine(pricing, given, currency);
    if (!line.ok) {
      faults.push({ line: index, issue: line.error });
      continue;
    }
    lines.push(line.value);
    totals = totalLines([{ totals }, line.value.rating]);
    if (!isInRange(totals)) return err([...faults, { line: index, issue: totalOutOfRange }]);
  }
  if (faults.length > 0) return err(faults);
  return ok({
    ...invoice,
    currency: currency.code,
    lines,
    totals: settleCredits(totals, zero),
    period: periodOf(lines),
  });
};

const simulateLine = (
  pricing: Pricing,
  { quantity, quantityBefore, isCut, ...line }: LineToSimulate,
  currency: Currency,
): Result<SimulatedLine, LineIssue> => {
  const { rateCard } = line;
  const rated =
    isCut || !needsUsage(line)
      ? pricing.rateStateless({ rateCard, currency, quantity, quantityBefore, final: true })
      : pricing.rate({ rateCard, currency, usage: { total: quantity }, earlier: [], final: true });
  return rated.ok
    ? ok({ ...line, rating: toLineRating(rated.value) })
    : err({ code: rated.error.type, message: describeRateError(rated.error) });
};
