import type { Pricing } from "@meter/pricing";
import { type Currency, type Decimal, type Instant, type Period, zero } from "@meter/primitives";
import type { BillingProfile } from "./billing-profile.ts";
import { needsUsage, periodOf } from "./draft.ts";
import type { InvoiceCustomer, InvoiceId, InvoiceLine, LineRating } from "./invoice.ts";
import { toLineRating } from "./rate-line.ts";
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

/**
 * What an invoice over these lines would say: without credit that the customer may have, and never below zero. What earlier parts
 * came to is taken from their quantity: see `rateStateless`.
 */
export const simulateInvoice = (pricing: Pricing, invoice: InvoiceToSimulate): SimulatedInvoice => {
  const { currency } = invoice;
  const lines = invoice.lines.map((line) => simulateLine(pricing, line, currency));
  return {
    ...invoice,
    currency: currency.code,
    lines,
    totals: settleCredits(totalLines(lines.map(({ rating }) => rating)), zero),
    period: periodOf(lines),
  };
};

const simulateLine = (
  pricing: Pricing,
  { quantity, quantityBefore, isCut, ...line }: LineToSimulate,
  currency: Currency,
): SimulatedLine => {
  const { rateCard } = line;
  const rated =
    isCut || !needsUsage(line)
      ? pricing.rateStateless({ rateCard, currency, quantity, quantityBefore, final: true })
      : pricing.rate({ rateCard, currency, usage: { total: quantity }, earlier: [], final: true });
  return { ...line, rating: toLineRating(rateCard, rated) };
};
