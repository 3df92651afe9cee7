import { add, type Decimal, subtract, sum, zero } from "@meter/primitives";

/** Amounts of a line or an invoice, in this order: amount + chargesTotal − discountsTotal = total, never below zero on paper. */
export type Totals = Readonly<{
  /** Before discounts, without what commitments add. */
  amount: Decimal;
  /** What commitments add: minimum spend. */
  chargesTotal: Decimal;
  discountsTotal: Decimal;
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
      total: add(all.total, totals.total),
    }),
    { amount: zero, chargesTotal: zero, discountsTotal: zero, total: zero },
  );

/** What the total has to be by its summands. */
export const expectedTotal = ({ amount, chargesTotal, discountsTotal }: Totals): Decimal =>
  subtract(add(amount, chargesTotal), discountsTotal);
