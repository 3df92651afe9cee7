import { z } from "@hono/zod-openapi";
import { describeExplanation } from "@meter/core";
import {
  type Invoice,
  type InvoiceLine,
  type LineUsage,
  needsUsage,
  type SimulatedInvoice,
  type SimulatedLine,
} from "@meter/invoicing";
import { compare, type Currency, formatDecimal, formatInstant, formatRatio, isZero, oneRatio } from "@meter/primitives";
import { toApiFilters } from "../../catalog/features/feature.ts";
import { type ApiPrice, priceSchema } from "../../catalog/plans/price.ts";
import {
  type ApiDiscounts,
  type ApiTaxConfig,
  type ApiUnitConfig,
  rateCardParts,
  toApiRateCard,
} from "../../catalog/plans/rate-card.ts";
import { type ApiPeriod, periodSchema, toApiPeriod } from "../../subscriptions/subscription.ts";
import { type ApiDetailedLine, detailedLineSchema, type PrintedLine, toApiDetails } from "./detail.ts";
import { lineDiscounts } from "./line-rate-card.ts";
import { type ApiTotals, toApiTotals, totalsSchema } from "./totals.ts";

export type ApiLineRateCard = {
  price: ApiPrice | null;
  featureKey?: string | undefined;
  taxConfig?: ApiTaxConfig | undefined;
  discounts?: ApiDiscounts | undefined;
  unitConfig?: ApiUnitConfig | undefined;
};

type ApiUsageDiscount = {
  id: string;
  reason: { type: "ratecard_usage"; quantity: string; correlationId?: string | undefined };
  quantity: string;
  preLinePeriodQuantity?: string | undefined;
};

/** How the line came about: not of the reference's wire. */
type ApiComputation = {
  chargeKey?: string | undefined;
  servicePeriod: ApiPeriod;
  final: boolean;
  exactAmount: string;
  proration: string;
  usage: ApiUsage | null;
  explanation: object;
  sentences: string[];
};

export type ApiUsage = {
  quantity: string;
  meterId: string;
  subjects: string[];
  filters: Record<string, Record<string, string | string[]>>;
  positions: { log: string; partition: number; offset: number }[];
};

export type ApiInvoiceLine = {
  id: string;
  type: "usage_based";
  name: string;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
  managedBy: "subscription" | "manual";
  status: "valid";
  currency: string;
  invoice: { id: string; number: string };
  period: ApiPeriod;
  invoiceAt: string;
  rateCard: ApiLineRateCard;
  price: ApiPrice | null;
  featureKey?: string | undefined;
  taxConfig?: ApiTaxConfig | undefined;
  quantity: string;
  meteredQuantity?: string | undefined;
  preLinePeriodQuantity?: string | undefined;
  meteredPreLinePeriodQuantity?: string | undefined;
  discounts?: { usage: ApiUsageDiscount[] } | undefined;
  totals: ApiTotals;
  subscription?:
    | {
        subscription: { id: string };
        phase: { id: string };
        item: { id: string };
        billingPeriod: ApiPeriod;
      }
    | undefined;
  children: ApiDetailedLine[];
  computation: ApiComputation;
  createdAt: string;
  updatedAt: string;
};

const id = z.object({ id: z.string() });
const dateTime = z.string().openapi({ format: "date-time" });

const usageDiscountSchema = z
  .object({
    id: z.string(),
    reason: z.object({
      type: z.literal("ratecard_usage"),
      quantity: z.string(),
      correlationId: z.string().optional(),
    }),
    quantity: z.string().openapi({ description: "What of the quantity is free" }),
    preLinePeriodQuantity: z
      .string()
      .optional()
      .openapi({ description: "What was free in earlier parts, when it is not zero" }),
  })
  .openapi("InvoiceLineUsageDiscount");

export const usageSchema: z.ZodType<ApiUsage> = z.object({
  quantity: z.string().openapi({ description: "Since the whole began" }),
  meterId: z.string(),
  subjects: z.array(z.string()),
  filters: z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())]))),
  positions: z
    .array(z.object({ log: z.string(), partition: z.number().int(), offset: z.number().int() }))
    .openapi({ description: "Of the event log: events below them count" }),
});

const computationSchema = z
  .object({
    chargeKey: z
      .string()
      .optional()
      .openapi({ description: "Names what is billed; no other live line has it. A simulated line bills nothing" }),
    servicePeriod: periodSchema.openapi({ description: "The whole, of which the line covers all or a part" }),
    final: z.boolean().openapi({ description: "Whether the whole ends with the line" }),
    exactAmount: z
      .string()
      .openapi({ description: "Of the whole up to here, before rounding: a decimal, or n/d", example: "1/3" }),
    proration: z.string().openapi({ description: "The share of a fixed amount that is charged", example: "10/31" }),
    usage: usageSchema.nullable(),
    explanation: z.looseObject({}).openapi({
      type: "object",
      description: "What was given, and every step from there to the amount; all numbers are exact texts",
    }),
    sentences: z
      .array(z.string())
      .openapi({ description: "The explanation for people, one sentence a step, as in a preview of prices" }),
  })
  .openapi("InvoiceLineComputation", { description: "How the line came about; an addition to the reference's wire" });

export const lineRateCardSchema: z.ZodType<ApiLineRateCard> = z.object({
  price: priceSchema.nullable(),
  featureKey: z.string().optional(),
  ...rateCardParts,
  discounts: lineDiscounts,
});

export const invoiceLineSchema: z.ZodType<ApiInvoiceLine> = z
  .object({
    id: z.string(),
    type: z.literal("usage_based"),
    name: z.string(),
    description: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    managedBy: z.enum(["subscription", "manual"]),
    status: z.literal("valid"),
    currency: z.string(),
    invoice: z.object({ id: z.string(), number: z.string() }),
    period: periodSchema,
    invoiceAt: dateTime,
    rateCard: lineRateCardSchema,
    price: priceSchema.nullable().openapi({ deprecated: true }),
    featureKey: z.string().optional().openapi({ deprecated: true }),
    taxConfig: rateCardParts.taxConfig.openapi({ deprecated: true }),
    quantity: z.string().openapi({ description: "What is priced; of a fixed amount 1" }),
    meteredQuantity: z.string().optional().openapi({ description: "When it is another than `quantity`" }),
    preLinePeriodQuantity: z.string().optional().openapi({ description: "Of earlier parts, when it is not zero" }),
    meteredPreLinePeriodQuantity: z.string().optional(),
    discounts: z.object({ usage: z.array(usageDiscountSchema) }).optional(),
    totals: totalsSchema,
    subscription: z.object({ subscription: id, phase: id, item: id, billingPeriod: periodSchema }).optional(),
    children: z.array(detailedLineSchema),
    computation: computationSchema,
    createdAt: dateTime,
    updatedAt: dateTime,
  })
  .openapi("InvoiceLine") as unknown as z.ZodType<ApiInvoiceLine>; // the explanation is an object of any kind

/** The number that is printed: of a draft a number of drafts. */
export const numberOf = ({ number }: Pick<Invoice, "number">): string =>
  typeof number === "string" ? number : number.text;

export const toApiInvoiceLine = (
  invoice: Pick<Invoice, "id" | "number" | "createdAt" | "updatedAt">,
  line: InvoiceLine,
  currency: Currency,
): ApiInvoiceLine => ({
  ...toApiPrintedLine(line, { id: invoice.id, number: numberOf(invoice) }, currency),
  managedBy: "subscription",
  subscription: {
    subscription: { id: line.subscription.id },
    phase: { id: line.subscription.phaseId },
    item: { id: line.subscription.itemId },
    billingPeriod: toApiPeriod(line.billingPeriod),
  },
  computation: toApiComputation(line),
  createdAt: formatInstant(invoice.createdAt),
  updatedAt: formatInstant(invoice.updatedAt),
});

/** A line that is of no subscription, and for which no usage was read. */
export const toApiSimulatedLine = (
  invoice: SimulatedInvoice,
  line: SimulatedLine,
  currency: Currency,
): ApiInvoiceLine => ({
  ...toApiPrintedLine(line, invoice, currency),
  ...(line.metadata === null ? {} : { metadata: { ...line.metadata } }),
  managedBy: "manual",
  computation: {
    servicePeriod: toApiPeriod(line.servicePeriod),
    final: true,
    exactAmount: line.rating.exact,
    proration: formatRatio(oneRatio),
    usage: null,
    explanation: line.rating.explanation,
    sentences: [...describeExplanation(line.rating.explanation)],
  },
  createdAt: formatInstant(invoice.at),
  updatedAt: formatInstant(invoice.at),
});

type Printed = Omit<
  ApiInvoiceLine,
  "metadata" | "managedBy" | "subscription" | "computation" | "createdAt" | "updatedAt"
>;

const toApiPrintedLine = (
  line: PrintedLine,
  { id: invoiceId, number }: Readonly<{ id: string; number: string }>,
  currency: Currency,
): Printed => {
  const rateCard = toApiLineRateCard(line);
  return {
    id: line.id,
    type: "usage_based",
    name: line.name,
    ...(line.description === null ? {} : { description: line.description }),
    status: "valid",
    currency: currency.code,
    invoice: { id: invoiceId, number },
    period: toApiPeriod(line.servicePeriod),
    invoiceAt: formatInstant(line.invoiceAt),
    rateCard,
    price: rateCard.price,
    ...(rateCard.featureKey === undefined ? {} : { featureKey: rateCard.featureKey }),
    ...(rateCard.taxConfig === undefined ? {} : { taxConfig: rateCard.taxConfig }),
    ...toApiQuantities(line),
    totals: toApiTotals(line.rating.totals, currency),
    children: toApiDetails(line, currency),
  };
};

export const toApiLineRateCard = (line: Pick<PrintedLine, "rateCard">): ApiLineRateCard => {
  const { price, featureKey, taxConfig, discounts, unitConfig } = toApiRateCard(line.rateCard);
  return {
    price: price ?? null,
    ...(featureKey === undefined ? {} : { featureKey }),
    ...(taxConfig === undefined ? {} : { taxConfig }),
    ...(discounts === undefined ? {} : { discounts }),
    ...(unitConfig === undefined ? {} : { unitConfig }),
  };
};

type ApiQuantities = Pick<
  ApiInvoiceLine,
  "quantity" | "meteredQuantity" | "preLinePeriodQuantity" | "meteredPreLinePeriodQuantity" | "discounts"
>;

const toApiQuantities = (line: PrintedLine): ApiQuantities => {
  if (!needsUsage(line)) return { quantity: "1" };
  const { metered, free, billable } = line.rating.quantities;
  const { usage } = line.rateCard.discounts;
  return {
    quantity: formatDecimal(billable.part),
    ...(compare(metered.part, billable.part) === 0 ? {} : { meteredQuantity: formatDecimal(metered.part) }),
    ...(isZero(billable.before) ? {} : { preLinePeriodQuantity: formatDecimal(billable.before) }),
    ...(isZero(metered.before) ? {} : { meteredPreLinePeriodQuantity: formatDecimal(metered.before) }),
    ...(usage === null || isZero(free.part)
      ? {}
      : {
          discounts: {
            usage: [
              {
                id: `${line.id}/ratecard_usage`,
                reason: {
                  type: "ratecard_usage",
                  quantity: formatDecimal(usage.quantity),
                  ...(usage.correlationId === null ? {} : { correlationId: usage.correlationId }),
                },
                quantity: formatDecimal(free.part),
                ...(isZero(free.before) ? {} : { preLinePeriodQuantity: formatDecimal(free.before) }),
              },
            ],
          },
        }),
  };
};

const toApiComputation = ({
  chargeKey,
  wholePeriod,
  isFinal,
  rating,
  proration,
  usage,
}: InvoiceLine): ApiComputation => ({
  chargeKey,
  servicePeriod: toApiPeriod(wholePeriod),
  final: isFinal,
  exactAmount: rating.exact,
  proration: formatRatio(proration),
  usage: toApiUsage(usage),
  explanation: rating.explanation,
  sentences: [...describeExplanation(rating.explanation)],
});

export const toApiUsage = (usage: LineUsage | null): ApiUsage | null =>
  usage === null
    ? null
    : {
        quantity: formatDecimal(usage.quantity),
        meterId: usage.source.meterId,
        subjects: [...usage.source.subjects],
        filters: toApiFilters(usage.source.filters),
        positions: usage.source.positions.map((position) => ({ ...position })),
      };
