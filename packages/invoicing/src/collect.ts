import type { Pricing } from "@meter/pricing";
import { assert, type Currency, type Instant } from "@meter/primitives";
import type { DraftInvoice, InvoiceLine, InvoiceLineId, OpenLine } from "./invoice.ts";
import { type LineToRate, rateLines } from "./rate-lines.ts";

/** A reading of a line's usage, and the other parts of the same whole that were billed before. */
export type CollectedLine = Pick<LineToRate, "usage" | "earlier">;

/** What is to be read again before a draft is issued: what depends on usage, and what could not be rated. */
export const linesToCollect = ({
  lines,
  openLines,
}: Pick<DraftInvoice, "lines" | "openLines">): readonly (InvoiceLine | OpenLine)[] => [
  ...lines.filter(({ usage }) => usage !== null),
  ...openLines,
];

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
    assert(read !== undefined, `the usage of line ${line.id} was read`);
    return { terms: termsOf(line), ...read };
  };
  const lines = [
    ...draft.lines.map((line) => (line.usage === null ? line : readAgain(line))),
    ...draft.openLines.map(readAgain),
  ];
  return { ...draft, ...rateLines(pricing, lines, currency), quantitySnapshotAt: now, updatedAt: now };
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
