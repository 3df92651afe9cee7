import {
  addFractions,
  compareFractions,
  type Fraction,
  multiplyFractions,
  parseFraction,
  roundToCents,
  subtractFractions,
  wholeFraction,
  zeroFraction,
} from "./fraction.ts";
import { type Month, nextMonth, startOf } from "./month.ts";
import { inputTokens, monthlyFee, outputTokens, type PriceTier } from "./plan.ts";
import type { Figures } from "./usage.ts";

/** What an invoice must say, computed from the trace and the plan's prices alone. Amounts are in dollars; `cents` are whole. */
export type InvoiceFigures = Readonly<{ issuedAt: string; lines: readonly LineFigures[]; totalCents: bigint }>;

export type LineFigures = Readonly<{
  name: string;
  from: string;
  to: string;
  quantity: Fraction;
  /** Before it is rounded. */
  exact: Fraction;
  cents: bigint;
  details: readonly DetailFigures[];
}>;

export type DetailFigures = Readonly<{ quantity: Fraction; unitPrice: Fraction; cents: bigint }>;

/**
 * A customer's invoices, subscribed from the beginning of a month: at once the first fee; an hour after the end of each closed
 * month its tokens, with the fee of the month that follows.
 */
export const expectInvoices = (
  { start, closed }: Readonly<{ start: Month; closed: readonly Month[] }>,
  usageIn: (month: Month) => Figures,
): readonly InvoiceFigures[] => [
  toInvoice(startOf(start), [feeLine(start)]),
  ...closed.map((month) => {
    const { inputTokens: input, outputTokens: output } = usageIn(month);
    return toInvoice(startOf(nextMonth(month)).replace("T00", "T01"), [
      feeLine(nextMonth(month)),
      toLine(inputTokens.name, month, { quantity: wholeFraction(input), steps: graduate(inputTokens.tiers, input) }),
      toLine(outputTokens.name, month, { quantity: wholeFraction(output), steps: perUnit(output) }),
    ]);
  }),
];

/** A summand of a line. */
export type Step = Readonly<{ quantity: Fraction; unitPrice: Fraction }>;

/**
 * Quantity × unit price for what falls into each tier, then its flat price once. Upper ends belong to their tier. A tier that
 * nothing falls into is left out, but for the first.
 */
export const graduate = (tiers: readonly PriceTier[], count: number): readonly Step[] => {
  const total = wholeFraction(count);
  const steps: Step[] = [];
  let above = zeroFraction;
  for (const [index, { upTo, unitPrice, flatPrice }] of tiers.entries()) {
    if (index > 0 && compareFractions(total, above) <= 0n) break;
    const end = upTo === null ? total : parseFraction(upTo);
    const reached = compareFractions(total, end) < 0n ? total : end;
    steps.push({ quantity: subtractFractions(reached, above), unitPrice: parseFraction(unitPrice) });
    if (flatPrice !== null) steps.push({ quantity: wholeFraction(1), unitPrice: parseFraction(flatPrice) });
    above = end;
  }
  return steps;
};

const perUnit = (count: number): readonly Step[] =>
  count === 0 ? [] : [{ quantity: wholeFraction(count), unitPrice: parseFraction(outputTokens.unitPrice) }];

const feeLine = (month: Month): LineFigures => {
  const quantity = wholeFraction(1);
  const steps = [{ quantity, unitPrice: parseFraction(monthlyFee.amount) }];
  return toLine(monthlyFee.name, month, { quantity, steps });
};

/** A line is rounded once; its details share that by rounding the sum so far, each the difference to the one before. */
const toLine = (
  name: string,
  month: Month,
  { quantity, steps }: Readonly<{ quantity: Fraction; steps: readonly Step[] }>,
): LineFigures => {
  let exact = zeroFraction;
  const details = steps.map((step): DetailFigures => {
    const before = roundToCents(exact);
    exact = addFractions(exact, multiplyFractions(step.quantity, step.unitPrice));
    return { ...step, cents: roundToCents(exact) - before };
  });
  const period = { from: startOf(month), to: startOf(nextMonth(month)) };
  return { name, ...period, quantity, exact, cents: roundToCents(exact), details };
};

const toInvoice = (issuedAt: string, lines: readonly LineFigures[]): InvoiceFigures => ({
  issuedAt,
  lines,
  totalCents: lines.reduce((sum, { cents }) => sum + cents, 0n),
});
