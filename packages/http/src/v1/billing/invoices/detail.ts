import { z } from "@hono/zod-openapi";
import { type InvoiceLine, totalDetails } from "@meter/invoicing";
import type { DiscountReason } from "@meter/pricing";
import { type Currency, formatDecimal, toNumber } from "@meter/primitives";
import { toFixed } from "../../../wire/fixed-decimal.ts";
import { type ApiFlatPrice, flatPriceSchema } from "../../catalog/plans/price.ts";
import { type ApiPeriod, periodSchema, toApiPeriod } from "../../subscriptions/subscription.ts";
import { type ApiTotals, toApiTotals, totalsSchema } from "./totals.ts";

export type ApiAmountDiscount = {
  id: string;
  reason:
    | { type: "maximum_spend" }
    | { type: "ratecard_percentage"; percentage: number; correlationId?: string | undefined };
  amount: string;
};

export type ApiDetailedLine = {
  id: string;
  type: "flat_fee";
  name: string;
  period: ApiPeriod;
  quantity: string;
  perUnitAmount: string;
  paymentTerm: "in_advance" | "in_arrears";
  category: "regular" | "commitment";
  rateCard: { price: ApiFlatPrice; quantity: string };
  discounts?: { amount: ApiAmountDiscount[] } | undefined;
  totals: ApiTotals;
};

const amountDiscountSchema: z.ZodType<ApiAmountDiscount> = z
  .object({
    id: z.string(),
    reason: z.union([
      z.object({ type: z.literal("maximum_spend") }),
      z.object({
        type: z.literal("ratecard_percentage"),
        percentage: z.number(),
        correlationId: z.string().optional(),
      }),
    ]),
    amount: z.string(),
  })
  .openapi("InvoiceLineAmountDiscount");

export const detailedLineSchema: z.ZodType<ApiDetailedLine> = z
  .object({
    id: z.string().openapi({ description: "Unique within the namespace; not a ULID" }),
    type: z.literal("flat_fee"),
    name: z.string(),
    period: periodSchema,
    quantity: z.string(),
    perUnitAmount: z.string(),
    paymentTerm: z.enum(["in_advance", "in_arrears"]),
    category: z.enum(["regular", "commitment"]),
    rateCard: z.object({ price: flatPriceSchema, quantity: z.string() }),
    discounts: z.object({ amount: z.array(amountDiscountSchema) }).optional(),
    totals: totalsSchema,
  })
  .openapi("InvoiceDetailedLine");

/** What every line shows, one that is stored and one that is only simulated. */
export type PrintedLine = Pick<
  InvoiceLine,
  "id" | "name" | "description" | "rateCard" | "servicePeriod" | "invoiceAt" | "rating"
>;

/** The details of a line share its rounding: their totals sum to the line's. */
export const toApiDetails = (line: PrintedLine, currency: Currency): ApiDetailedLine[] =>
  line.rating.details.map((detail) => {
    const id = `${line.id}/${detail.reference}`;
    const quantity = formatDecimal(detail.quantity);
    const perUnitAmount = formatDecimal(detail.perUnitAmount);
    return {
      id,
      type: "flat_fee",
      name: detail.label === null ? line.name : `${line.name}: ${detail.label}`,
      period: toApiPeriod(line.servicePeriod),
      quantity,
      perUnitAmount,
      paymentTerm: detail.paymentTerm,
      category: detail.category,
      rateCard: { price: { type: "flat", amount: perUnitAmount, paymentTerm: detail.paymentTerm }, quantity },
      ...(detail.discounts.length === 0
        ? {}
        : {
            discounts: {
              amount: detail.discounts.map(({ reason, amount }) => ({
                id: `${id}/${reason}`,
                reason: toApiReason(reason, line),
                amount: toFixed(amount, currency.minorUnits),
              })),
            },
          }),
      totals: toApiTotals(totalDetails([detail]), currency),
    };
  });

const toApiReason = (reason: DiscountReason, { rateCard }: PrintedLine): ApiAmountDiscount["reason"] => {
  const { percentage } = rateCard.discounts;
  if (reason === "maximum_spend" || percentage === null) return { type: "maximum_spend" };
  return {
    type: "ratecard_percentage",
    percentage: toNumber(percentage.percentage),
    ...(percentage.correlationId === null ? {} : { correlationId: percentage.correlationId }),
  };
};
