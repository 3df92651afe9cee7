import type { Pricing } from "@meter/pricing";
import { assert, type Currency, type Instant } from "@meter/primitives";
import { needsUsage } from "./draft.ts";
import type { DraftInvoice, InvoiceLine, InvoiceLineId, OpenLine } from "./invoice.ts";
import { type LineToRate, rateLines } from "./rate-lines.ts";

/** A reading of a line's usage, and the other parts of the same whole that were billed before. */
export type CollectedLine = Pick<LineToRate, "usage" | "earlier">;

/** What is rated again before a draft is issued: everything, as usage and earlier parts may have changed. */
export const linesToCollect = ({
  lines,
  openLines,
}: Pick<DraftInvoice, "lines" | "openLines">): readonly (InvoiceLine | OpenLine)[] => [...lines, ...openLines];

/** The draft with what was read for each of its `linesToCollect`. */
export const collectUsage = (
  pricing: Pricing,
  draft: DraftInvoice,
  {
    collected,
    currency,
    now,
  }: Readonly<{ collected: ReadonlyMap<InvoiceLineId, CollectedLine>; currency: Currency; now: Instant }>,
): DraftInvoice => {
  const readAgain = (line: InvoiceLine | OpenLine): LineToRate => {
    const read = collected.get(line.id);
    assert(read !== undefined && needsUsage(line) === (read.usage !== null), `line ${line.id} was read`);
    return { terms: termsOf(line), ...read };
  };
  const lines = linesToCollect(draft);
  return {
    ...draft,
    ...rateLines(pricing, lines.map(readAgain), currency),
    waitingFor: null,
    quantitySnapshotAt: lines.some(needsUsage) ? now : null,
    updatedAt: now,
  };
};

const termsOf = (line: InvoiceLine | OpenLine): LineToRate["terms"] => {
  const { usage: _, ...rest } = line;
  if ("rating" in rest) {
    const { rating: __, ...terms } = rest;
    return terms;
  }
  const { issue: __, ...terms } = rest;
  return terms;
};
