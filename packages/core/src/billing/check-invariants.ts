import {
  type BrokenInvariant,
  checkInvoice,
  type Invoice,
  type InvoiceId,
  type InvoiceLine,
  invoiceSeries,
} from "@meter/invoicing";
import { verify } from "@meter/pricing";
import {
  assert,
  compare,
  type Decimal,
  findCurrency,
  formatDecimal,
  formatInstant,
  parseDecimal,
} from "@meter/primitives";
import { readAgain, type RecomputeLineDeps } from "./recompute-line.ts";
import type { BillingStore, LineOverlap, NegativeWhole } from "./billing-store.ts";

export type CheckInvariantsDeps = RecomputeLineDeps &
  Readonly<{ billing: Pick<BillingStore, "listForChecks" | "findGap" | "findOverlaps" | "findNegativeWholes"> }>;

/** A line whose usage could not be read, so that nothing is known of its quantity. */
export type UncheckedLine = Readonly<{ where: string; reason: string }>;

export type InvariantsReport = Readonly<{
  checked: Readonly<{ invoices: number; lines: number; usageLines: number; numbers: number; coveredLines: number }>;
  broken: readonly BrokenInvariant[];
  unchecked: readonly UncheckedLine[];
  /** After which invoice to go on; null: that was all. */
  next: InvoiceId | null;
}>;

/** How many invoices one call checks at most. */
export const invariantsPageMax = 1_000;

/** How many overlaps are named at most. */
const overlapsMax = 1_000;

const pageSize = 200;
const parallelReads = 4;

/**
 * Checks documents, not drafts: each invoice by itself, the explanation of each line, and its quantity against the events
 * below its positions. The first page also checks what concerns all documents of the namespace: that numbers have no gap, and
 * that no two lines cover the same instant of a rate card, and that no service period has come to less than zero.
 */
export const checkInvariants =
  (deps: CheckInvariantsDeps) =>
  async (
    namespace: string,
    { after, limit }: Readonly<{ after: string | null; limit: number }>,
  ): Promise<InvariantsReport> => {
    const all = after === null ? await checkAll(deps, namespace) : nothingOfAll;
    const broken: BrokenInvariant[] = [...all.broken];
    const unchecked: UncheckedLine[] = [];
    const checked = { invoices: 0, lines: 0, usageLines: 0, numbers: all.numbers, coveredLines: all.coveredLines };
    let last = after as InvoiceId | null; // where a page ended; any other id is before or after some invoices, too
    while (checked.invoices < limit) {
      const size = Math.min(pageSize, limit - checked.invoices);
      const invoices = await deps.billing.listForChecks(namespace, { after: last, limit: size });
      for (const invoice of invoices) broken.push(...checkStored(invoice));
      const lines = invoices.flatMap((invoice) => invoice.lines.map((line) => ({ invoice, line })));
      for (let from = 0; from < lines.length; from += parallelReads) {
        const some = lines.slice(from, from + parallelReads);
        for (const found of await Promise.all(some.map(({ invoice, line }) => checkQuantity(deps, invoice, line))))
          if ("reason" in found) unchecked.push(found);
          else broken.push(...found.broken);
      }
      checked.invoices += invoices.length;
      checked.lines += lines.length;
      checked.usageLines += lines.filter(({ line }) => line.usage !== null).length;
      last = invoices.at(-1)?.id ?? last;
      if (invoices.length < size) return { checked, broken, unchecked, next: null };
    }
    return { checked, broken, unchecked, next: last };
  };

const whereOf = (invoice: Invoice, line: InvoiceLine): string => `invoice ${invoice.id}, line ${line.id}`;

/** What can be seen from the invoice alone. */
const checkStored = (invoice: Invoice): readonly BrokenInvariant[] => {
  const currency = findCurrency(invoice.currency);
  assert(currency !== null, `the currency ${invoice.currency} of an invoice is known`);
  return [...checkInvoice(invoice, currency), ...invoice.lines.flatMap((line) => checkExplanation(invoice, line))];
};

const checkExplanation = (invoice: Invoice, line: InvoiceLine): readonly BrokenInvariant[] => {
  const where = whereOf(invoice, line);
  const { explanation, totals } = line.rating;
  const verified = verify(explanation);
  const faults = verified.ok ? [] : verified.error;
  return [
    ...faults.map(({ at, expected, found }) => ({
      where: `${where}, explanation ${at}`,
      rule: "every step of the explanation follows from what was given",
      expected,
      found,
    })),
    ...same(where, "the total is what the explanation comes to", explanation.amount, totals.total),
    ...(line.usage === null
      ? []
      : same(where, "the explanation begins with the billed quantity", explanation.given.metered, line.usage.quantity)),
  ];
};

const same = (where: string, rule: string, expected: string, found: Decimal): readonly BrokenInvariant[] => {
  const parsed = parseDecimal(expected);
  return parsed.ok && compare(parsed.value, found) === 0
    ? []
    : [{ where, rule, expected, found: formatDecimal(found) }];
};

/** Against the events themselves. */
const checkQuantity = async (
  deps: CheckInvariantsDeps,
  invoice: Invoice,
  line: InvoiceLine,
): Promise<Readonly<{ broken: readonly BrokenInvariant[] }> | UncheckedLine> => {
  if (line.usage === null) return { broken: [] };
  const where = whereOf(invoice, line);
  const read = await readAgain(deps, invoice.namespace, line);
  if (!read.ok) return { where, reason: read.error.reason };
  if (read.value === null || compare(read.value, line.usage.quantity) === 0) return { broken: [] };
  const rule = "the billed quantity is what the meter says at the positions of the line";
  return {
    broken: [{ where, rule, expected: formatDecimal(read.value), found: formatDecimal(line.usage.quantity) }],
  };
};

type OfAll = Readonly<{ broken: readonly BrokenInvariant[]; numbers: number; coveredLines: number }>;

const nothingOfAll: OfAll = { broken: [], numbers: 0, coveredLines: 0 };

const checkAll = async ({ billing }: CheckInvariantsDeps, namespace: string): Promise<OfAll> => {
  const { numbers, gap } = await billing.findGap(namespace, invoiceSeries);
  const { lines, overlaps } = await billing.findOverlaps(namespace, overlapsMax);
  const negative = await billing.findNegativeWholes(namespace, overlapsMax);
  const gaps: readonly BrokenInvariant[] =
    gap === null
      ? []
      : [
          {
            where: `series ${invoiceSeries}`,
            rule: "numbers have no gaps",
            expected: String(gap.expected),
            found: String(gap.found),
          },
        ];
  return { broken: [...gaps, ...overlaps.map(toBroken), ...negative.map(toNegative)], numbers, coveredLines: lines };
};

const toNegative = ({ wholeKey, total }: NegativeWhole): BrokenInvariant => ({
  where: `service period ${wholeKey}`,
  rule: "what is not voided of a service period does not come to less than zero",
  expected: "0 or more",
  found: formatDecimal(total),
});

const toBroken = ({ invoiceId, lineId, start, other }: LineOverlap): BrokenInvariant => ({
  where: `invoice ${invoiceId}, line ${lineId}`,
  rule: "no two lines cover the same instant of a rate card",
  expected: `a start at or after ${formatInstant(other.end)}, where line ${other.lineId} ends`,
  found: formatInstant(start),
});
