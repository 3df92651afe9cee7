import { z } from "@hono/zod-openapi";
import type { Totals } from "@meter/invoicing";
import type { Currency } from "@meter/primitives";
import { toFixed } from "../../../wire/fixed-decimal.ts";

/** Amounts with the digits of the currency. */
export type ApiTotals = {
  amount: string;
  chargesTotal: string;
  discountsTotal: string;
  creditsTotal: string;
  taxesInclusiveTotal: string;
  taxesExclusiveTotal: string;
  taxesTotal: string;
  total: string;
};

const amount = z.string().openapi({ example: "12.50" });

export const totalsSchema: z.ZodType<ApiTotals> = z
  .object({
    amount,
    chargesTotal: amount,
    discountsTotal: amount,
    creditsTotal: amount,
    taxesInclusiveTotal: amount,
    taxesExclusiveTotal: amount,
    taxesTotal: amount,
    total: amount,
  })
  .openapi("InvoiceTotals", {
    description:
      "amount + chargesTotal − discountsTotal − creditsTotal = total; credits below zero: what became credit",
  });

/** Taxes are nothing so far. */
export const toApiTotals = (totals: Totals, { minorUnits }: Currency): ApiTotals => {
  const none = toFixed({ coefficient: 0n, scale: 0 }, minorUnits);
  return {
    amount: toFixed(totals.amount, minorUnits),
    chargesTotal: toFixed(totals.chargesTotal, minorUnits),
    discountsTotal: toFixed(totals.discountsTotal, minorUnits),
    creditsTotal: toFixed(totals.creditsTotal, minorUnits),
    taxesInclusiveTotal: none,
    taxesExclusiveTotal: none,
    taxesTotal: none,
    total: toFixed(totals.total, minorUnits),
  };
};
