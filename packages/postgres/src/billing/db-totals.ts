import type { Totals } from "@meter/invoicing";
import { fromDbDecimal, toDbDecimal } from "../columns.ts";

/** The five amounts of an invoice or a line. */
export type DbTotals = Readonly<{
  amount: string;
  charges_total: string;
  discounts_total: string;
  credits_total: string;
  total: string;
}>;

export const toDbTotals = ({ amount, chargesTotal, discountsTotal, creditsTotal, total }: Totals): DbTotals => ({
  amount: toDbDecimal(amount),
  charges_total: toDbDecimal(chargesTotal),
  discounts_total: toDbDecimal(discountsTotal),
  credits_total: toDbDecimal(creditsTotal),
  total: toDbDecimal(total),
});

export const fromDbTotals = (row: DbTotals): Totals => ({
  amount: fromDbDecimal(row.amount),
  chargesTotal: fromDbDecimal(row.charges_total),
  discountsTotal: fromDbDecimal(row.discounts_total),
  creditsTotal: fromDbDecimal(row.credits_total),
  total: fromDbDecimal(row.total),
});
