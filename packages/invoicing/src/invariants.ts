import {
  add,
  compare,
  type Currency,
  type Decimal,
  formatDecimal,
  isZero,
  round,
  subtract,
  sum,
  zero,
} from "@meter/primitives";
import type { Invoice, InvoiceLine } from "./invoice.ts";
import { expectedTotal, totalDetails, totalLines, type Totals } from "./totals.ts";

/** A stored figure that is not what it must be. `where` names invoice and line, `rule` what does not hold. */
export type BrokenInvariant = Readonly<{ where: string; rule: string; expected: string; found: string }>;

/**
 * Σ details = line, Σ lines less credits = total, amount + charges − discounts − credits = total, every amount in whole minor
 * units, and no issued invoice below zero. (A line may be: what was billed in an earlier part and is not due any more.)
 */
export const checkInvoice = (invoice: Invoice, currency: Currency): readonly BrokenInvariant[] => [
  ...compareTotals(
    `invoice ${invoice.id}`,
    "the sum of its lines",
    settledWith(totalLines(invoice.lines.map(({ rating }) => rating)), invoice.totals.creditsTotal),
    invoice.totals,
  ),
  ...checkSum(`invoice ${invoice.id}`, invoice.totals),
  ...(invoice.status !== "draft" && invoice.totals.total.coefficient < 0n
    ? [
        {
          where: `invoice ${invoice.id}`,
          rule: "an invoice is not below zero",
          expected: "0 or more",
          found: formatDecimal(invoice.totals.total),
        },
      ]
    : []),
  ...invoice.lines.flatMap((line) => checkLine(invoice, line, currency)),
];

const checkLine = (invoice: Invoice, line: InvoiceLine, currency: Currency): readonly BrokenInvariant[] => {
  const where = `invoice ${invoice.id}, line ${line.id}`;
  const { details, totals, quantities } = line.rating;
  return [
    ...compareTotals(where, "the sum of its details", totalDetails(details), totals),
    ...checkSum(where, totals),
    ...details.flatMap((detail) => {
      const expected = subtract(detail.amount, sum(detail.discounts.map(({ amount }) => amount)));
      return equal(
        `${where}, detail ${detail.reference}`,
        "amount less discounts is the total",
        expected,
        detail.total,
      );
    }),
    ...equal(where, "a line knows no credits", zero, totals.creditsTotal),
    ...[totals.amount, totals.chargesTotal, totals.discountsTotal, totals.total].flatMap((amount) =>
      equal(where, "amounts are whole minor units", round(amount, currency.minorUnits, "down"), amount),
    ),
    ...(line.usage === null
      ? []
      : equal(
          where,
          "the billed quantity is the metered one",
          line.usage.quantity,
          add(quantities.metered.before, quantities.metered.part),
        )),
  ];
};

const compareTotals = (where: string, rule: string, expected: Totals, found: Totals): readonly BrokenInvariant[] =>
  (["amount", "chargesTotal", "discountsTotal", "total"] as const).flatMap((name) =>
    equal(where, `${name} is ${rule}`, expected[name], found[name]),
  );

/** What the sum of the lines comes to when so much of it was paid by credit. */
const settledWith = (totals: Totals, creditsTotal: Decimal): Totals => ({
  ...totals,
  creditsTotal,
  total: subtract(totals.total, creditsTotal),
});

const checkSum = (where: string, totals: Totals): readonly BrokenInvariant[] =>
  equal(where, "amount and charges less discounts and credits are the total", expectedTotal(totals), totals.total);

const equal = (where: string, rule: string, expected: Decimal, found: Decimal): readonly BrokenInvariant[] =>
  isZero(subtract(expected, found)) || compare(expected, found) === 0
    ? []
    : [{ where, rule, expected: formatDecimal(expected), found: formatDecimal(found) }];
