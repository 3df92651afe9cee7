import { describeRateError, type Pricing, type RatedPart } from "@meter/pricing";
import { type Currency, err, hasIntegerDigits, ok, quantityLimits, type Result } from "@meter/primitives";
import type { DraftInvoice, InvoiceLine, LineIssue, LineTerms, LineUsage, Measure, OpenLine } from "./invoice.ts";
import { rateLine } from "./rate-line.ts";
import { totalLines, type Totals } from "./totals.ts";

export type LineToRate = Readonly<{
  terms: LineTerms;
  /** As it was read, or why it cannot be; null for a fixed amount, and what is to be read later. */
  usage: Result<LineUsage, LineIssue> | null;
  /** The parts of the same whole that were billed before; null: one that is open. */
  earlier: readonly (RatedPart | null)[];
}>;

export type RatedLines = Pick<DraftInvoice, "lines" | "openLines" | "totals">;

/**
 * Rates lines; those that are lines already stay as they are. What cannot be rated is left open, with the reason, and so is what
 * would make a total larger than amounts can be: neither is in the totals, and neither keeps the others.
 */
export const rateLines = (
  pricing: Pricing,
  lines: readonly (InvoiceLine | LineToRate)[],
  currency: Currency,
): RatedLines => {
  const rated: InvoiceLine[] = [];
  const open: OpenLine[] = [];
  let totals = totalLines([]);
  for (const given of lines) {
    const line = "terms" in given ? toLine(pricing, given, currency) : ok(given);
    if (!line.ok) {
      open.push(line.error);
      continue;
    }
    const next = totalLines([{ totals }, line.value.rating]);
    if (isInRange(next)) {
      rated.push(line.value);
      totals = next;
    } else {
      open.push(leaveOpen(line.value));
    }
  }
  return { lines: rated, openLines: open, totals };
};

const toLine = (
  pricing: Pricing,
  { terms, usage, earlier }: LineToRate,
  currency: Currency,
): Result<InvoiceLine, OpenLine> => {
  const read = usage?.ok === true ? usage.value : null;
  const measured = read === null ? terms : { ...terms, measure: measureOf(read) };
  const leftOpen = (issue: LineIssue): Result<never, OpenLine> => err({ ...measured, usage: read, issue });
  if (usage?.ok === false) return leftOpen(usage.error);
  const parts = earlier.filter((part) => part !== null);
  if (parts.length < earlier.length) return leftOpen(earlierPartOpen);
  const rating = rateLine(pricing, { ...terms, currency, quantity: read?.quantity ?? null, earlier: parts });
  return rating.ok
    ? ok({ ...measured, usage: read, rating: rating.value })
    : leftOpen({ code: rating.error.type, message: describeRateError(rating.error) });
};

export const measureOf = ({ source: { meterId, filters } }: LineUsage): Measure => ({ meterId, filters });

const leaveOpen = (line: InvoiceLine): OpenLine => {
  const { rating: _, ...rest } = line;
  return { ...rest, issue: totalOutOfRange };
};

const digitsMax = quantityLimits.integerDigitsMax;

/** Whether every amount can be. */
export const isInRange = ({ amount, chargesTotal, discountsTotal, total }: Totals): boolean =>
  [amount, chargesTotal, discountsTotal, total].every((one) => hasIntegerDigits(one, digitsMax));

/** Parts are billed in their order: what an earlier one comes to is taken off a later one. */
const earlierPartOpen: LineIssue = {
  code: "earlier_part_open",
  message: "an earlier part of the same service period cannot be rated yet",
};

export const totalOutOfRange: LineIssue = {
  code: "total_out_of_range",
  message: `with it a total of the invoice would have more than ${digitsMax} integer digits`,
};
