import { z } from "@hono/zod-openapi";
import { type FieldFault, prefixFault } from "@meter/catalog";
import type { ControlUseCases, InvalidInput, PricedQuantity, PreviewPriceInput, PricePreview } from "@meter/core";
import { type Currency, err, formatDecimal, ok, type Result } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { toDecimal } from "../../../wire/decimal.ts";
import { toFixed } from "../../../wire/fixed-decimal.ts";
import { refuseFaults } from "../../../wire/not-supported-yet.ts";
import { numeric } from "../../../wire/numeric.ts";
import { type ApiLineRateCardInput, lineRateCardSchema } from "../../billing/invoices/line-rate-card.ts";
import { type ApiTotals, toApiTotals, totalsSchema } from "../../billing/invoices/totals.ts";
import { toApiFaults } from "../plans/plan.ts";
import { fromApiCharges } from "../plans/rate-card.ts";

export const previewPrice = (app: HttpApp, deps: Pick<ControlUseCases, "previewPrice">): void => {
  app.openapi(route, (c) => {
    const body = c.req.valid("json");
    const input = fromApiPreview(body);
    if (!input.ok) return refuseFaults(c, input.error);
    const preview = deps.previewPrice(input.value);
    return preview.ok ? c.json(toApiPreview(preview.value), 200) : refuse(c, toSent(body, toApiFaults(preview.error)));
  });
};

/** A fault of the only quantity stands where it was sent. */
const toSent = (body: PricePreviewBody, error: InvalidInput): InvalidInput =>
  body.quantity === undefined
    ? error
    : {
        ...error,
        faults: error.faults.map((fault) => (fault.field === "quantities.0" ? { ...fault, field: "quantity" } : fault)),
      };

export const previewQuantitiesMax = 300;
/** Quantities × tiers, each of which may be a row of the answer: 5,000 rows take about 75 ms and 3 MB. */
export const previewRowsMax = 5_000;

type PricePreviewBody = {
  currency: string;
  rateCard: ApiLineRateCardInput;
  quantity?: string | undefined;
  quantities?: string[] | undefined;
};

type ApiPricedDetail = {
  reference: string;
  label: string | null;
  category: "regular" | "commitment";
  paymentTerm: "in_advance" | "in_arrears";
  quantity: string;
  perUnitAmount: string;
  amount: string;
  discounts: { reason: "ratecard_percentage" | "maximum_spend"; amount: string }[];
  total: string;
};

type ApiPricedQuantity = {
  quantity: string;
  billableQuantity: string;
  exactAmount: string;
  amount: string;
  totals: ApiTotals;
  details: ApiPricedDetail[];
  explanation: object;
  sentences: string[];
  verified: boolean;
};

type ApiPricePreview = { currency: string; prices: ApiPricedQuantity[] };

const bodySchema: z.ZodType<PricePreviewBody> = z
  .object({
    currency: z.string().openapi({ example: "USD" }),
    rateCard: lineRateCardSchema,
    quantity: numeric.optional(),
    quantities: z.array(numeric).min(1).max(previewQuantitiesMax).optional(),
  })
  .openapi("PricePreviewInput", { description: "With either `quantity` or `quantities`" });

/** Quantities are what a whole service period has, before unit conversion. */
const fromApiPreview = (body: PricePreviewBody): Result<PreviewPriceInput, readonly FieldFault[]> => {
  const rateCard = fromApiCharges(body.rateCard);
  const quantities = fromApiQuantities(body);
  if (rateCard.ok && quantities.ok)
    return ok({ currency: body.currency, rateCard: rateCard.value, quantities: quantities.value });
  return err([
    ...(rateCard.ok ? [] : rateCard.error.map((fault) => prefixFault("rateCard", fault))),
    ...(quantities.ok ? [] : quantities.error),
  ]);
};

const fromApiQuantities = ({
  quantity,
  quantities,
  rateCard: { price },
}: PricePreviewBody): Result<PreviewPriceInput["quantities"], readonly FieldFault[]> => {
  if ((quantity === undefined) === (quantities === undefined))
    return err([{ field: "quantities", code: "required", message: "either quantity or quantities is required" }]);
  const tiers = price?.type === "tiered" ? price.tiers.length : 1;
  if ((quantities ?? []).length * tiers > previewRowsMax) {
    const message = `quantities times tiers must not be more than ${previewRowsMax}`;
    return err([{ field: "quantities", code: "too_many", message }]);
  }
  const read =
    quantity === undefined
      ? (quantities ?? []).map((text, index) => toDecimal(text, `quantities.${index}`))
      : [toDecimal(quantity, "quantity")];
  const faults = read.flatMap((one) => (one.ok ? [] : one.error));
  return faults.length === 0 ? ok(read.flatMap((one) => (one.ok ? [one.value] : []))) : err(faults);
};

const toApiPreview = ({ currency, prices }: PricePreview): ApiPricePreview => ({
  currency: currency.code,
  prices: prices.map((price) => toApiPriced(price, currency)),
});

const toApiPriced = (
  { quantity, rating, sentences, verified }: PricedQuantity,
  currency: Currency,
): ApiPricedQuantity => ({
  quantity: formatDecimal(quantity),
  billableQuantity: formatDecimal(rating.quantities.billable.part),
  exactAmount: rating.exact,
  amount: toFixed(rating.totals.total, currency.minorUnits),
  totals: toApiTotals(rating.totals, currency),
  details: rating.details.map((detail): ApiPricedDetail => {
    const { reference, label, category, paymentTerm } = detail;
    return {
      reference,
      label,
      category,
      paymentTerm,
      quantity: formatDecimal(detail.quantity),
      perUnitAmount: formatDecimal(detail.perUnitAmount),
      amount: toFixed(detail.amount, currency.minorUnits),
      discounts: detail.discounts.map(({ reason, amount }) => ({
        reason,
        amount: toFixed(amount, currency.minorUnits),
      })),
      total: toFixed(detail.total, currency.minorUnits),
    };
  }),
  explanation: rating.explanation,
  sentences: [...sentences],
  verified,
});

const previewSchema: z.ZodType<ApiPricePreview> = z
  .object({
    currency: z.string(),
    prices: z.array(
      z.object({
        quantity: z.string(),
        billableQuantity: z.string().openapi({ description: "Converted, not below zero, less the free units" }),
        exactAmount: z.string().openapi({ description: "Before rounding: a decimal, or n/d", example: "1/3" }),
        amount: z.string().openapi({ description: "Rounded once, with the digits of the currency", example: "0.33" }),
        totals: totalsSchema,
        details: z
          .array(
            z.object({
              reference: z.string(),
              label: z.string().nullable(),
              category: z.enum(["regular", "commitment"]),
              paymentTerm: z.enum(["in_advance", "in_arrears"]),
              quantity: z.string(),
              perUnitAmount: z.string(),
              amount: z.string(),
              discounts: z.array(
                z.object({ reason: z.enum(["ratecard_percentage", "maximum_spend"]), amount: z.string() }),
              ),
              total: z.string(),
            }),
          )
          .openapi({ description: "Their totals sum to the amount" }),
        explanation: z.looseObject({}).openapi({
          type: "object",
          description: "What was given, and every step from there to the amount; all numbers are exact texts",
        }),
        sentences: z.array(z.string()).openapi({ description: "The same for people, one sentence a step" }),
        verified: z
          .boolean()
          .openapi({ description: "Every figure of the explanation was found again by a second arithmetic" }),
      }),
    ),
  })
  .openapi("PricePreview") as unknown as z.ZodType<ApiPricePreview>; // the explanation is an object of any kind

const route = defineRoute("plans:read", {
  method: "post",
  path: "/api/v1/prices/preview",
  operationId: "previewPrice",
  tags: ["Plans"],
  summary: "What a rate card costs",
  description:
    "At each quantity of a whole service period, with every step that leads to the amount. Nothing is looked up or stored: no customer, and no feature.",
  request: { body: { required: true, content: { "application/json": { schema: bodySchema } } } },
  responses: {
    200: {
      description: "In the order of the quantities",
      content: { "application/json": { schema: previewSchema } },
    },
    ...problems(400, 413, 415),
  },
});
