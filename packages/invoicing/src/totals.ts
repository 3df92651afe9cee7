import { add, compare, type Decimal, subtract, sum, zero } from "@meter/primitives";

/** Amounts of a line or an invoice, in this order: amount + chargesTotal − discountsTotal − creditsTotal = total. */
export type Totals = Readonly<{
  /** Before discounts, without what commitments add. */
  amount: Decimal;
  /** What commitments add: minimum spend. */
  chargesTotal: Decimal;
  discountsTotal: Decimal;
  /** What the customer's credit has paid; below zero: what became credit. Of a line always zero. */
  creditsTotal: Decimal;
  total: Decimal;
}>;

/** What totals are made of. */
export type TotalsOf = Readonly<{
  category: "regular" | "commitment";
  amount: Decimal;
  discounts: readonly Readonly<{ amount: Decimal }>[];
  total: Decimal;
}>;

/** The sums over a line's details. */
export const totalDetails = (details: readonly TotalsOf[]): Totals => {
  const ofCategory = (category: TotalsOf["category"]): Decimal =>
    sum(details.filter((detail) => detail.category === category).map(({ amount }) => amount));
  return {
    amount: ofCategory("regular"),
    chargesTotal: ofCategory("commitment"),
    discountsTotal: sum(details.flatMap(({ discounts }) => discounts.map(({ amount }) => amount))),
    creditsTotal: zero,
    total: sum(details.map(({ total }) => total)),
  };
};

/** The sums over an invoice's lines. */
export const totalLines = (lines: readonly Readonly<{ totals: Totals }>[]): Totals =>
  lines.reduce<Totals>(
    (all, { totals }) => ({
      amount: add(all.amount, totals.amount),
      chargesTotal: add(all.chargesTotal, totals.chargesTotal),
      discountsTotal: add(all.discountsTotal, totals.discountsTotal),
      creditsTotal: zero,
      total: add(all.total, totals.total),
    }),
    { amount: zero, chargesTotal: zero, discountsTotal: zero, creditsTotal: zero, total: zero },
  );

/**
 * An invoice never goes below zero: what it would be less becomes credit, and credit that is there (`balance`) pays as much of
 * it as it can.
 */
export const settleCredits = (totals: Totals, balance: Decimal): Totals => {
  const due = totals.total;
  const usable = compare(balance, zero) > 0 ? balance : zero;
  const creditsTotal = compare(due, usable) < 0 ? due : usable;
  return { ...totals, creditsTotal, total: subtract(due, creditsTotal) };
};

/** What the total has to be by its summands. */
export const expectedTotal = ({ amount, chargesTotal, discountsTotal, creditsTotal }: Totals): Decimal =>
  subtract(subtract(add(amount, chargesTotal), discountsTotal), creditsTotal);
