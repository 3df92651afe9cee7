import type { Pricing } from "@meter/pricing";
import { assert, type Currency, type Instant } from "@meter/primitives";
import type { DraftInvoice, InvoiceLine, InvoiceLineId, LineUsage } from "./invoice.ts";
import { rateLine } from "./rate-line.ts";
import { totalLines } from "./totals.ts";

/** The draft with the usage that was read for each of its lines that depends on it. */
export const collectUsage = (
  pricing: Pricing,
  draft: DraftInvoice,
  {
    usages,
    currency,
    now,
  }: Readonly<{ usages: ReadonlyMap<InvoiceLineId, LineUsage>; currency: Currency; now: Instant }>,
): DraftInvoice => {
  const lines = draft.lines.map((line): InvoiceLine => {
    if (line.usage === null) return line;
    const usage = usages.get(line.id);
    assert(usage !== undefined, `the usage of line ${line.id} was read`);
    return { ...line, usage, rating: rateLine(pricing, { ...line, currency, quantity: usage.quantity }) };
  });
  return {
    ...draft,
    lines,
    totals: totalLines(lines.map(({ rating }) => rating)),
    quantitySnapshotAt: now,
    updatedAt: now,
  };
};
