import type { Pricing, RatedPart } from "@meter/pricing";
import { assert, type Currency, type Instant } from "@meter/primitives";
import type { DraftInvoice, InvoiceLine, InvoiceLineId, LineUsage } from "./invoice.ts";
import { rateLine } from "./rate-line.ts";
import { totalLines } from "./totals.ts";

/** A reading of a line's usage, and the other parts of the same whole that were billed before. */
export type CollectedLine = Readonly<{ usage: LineUsage; earlier: readonly RatedPart[] }>;

/** The draft with what was read for each of its lines that depends on usage. */
export const collectUsage = (
  pricing: Pricing,
  draft: DraftInvoice,
  {
    collected,
    currency,
    now,
  }: Readonly<{ collected: ReadonlyMap<InvoiceLineId, CollectedLine>; currency: Currency; now: Instant }>,
): DraftInvoice => {
  const lines = draft.lines.map((line): InvoiceLine => {
    if (line.usage === null) return line;
    const read = collected.get(line.id);
    assert(read !== undefined, `the usage of line ${line.id} was read`);
    const { usage, earlier } = read;
    return { ...line, usage, rating: rateLine(pricing, { ...line, currency, quantity: usage.quantity, earlier }) };
  });
  return {
    ...draft,
    lines,
    totals: totalLines(lines.map(({ rating }) => rating)),
    quantitySnapshotAt: now,
    updatedAt: now,
  };
};
