import { z } from "@hono/zod-openapi";
import type { ControlUseCases, RecomputedInvoice, RecomputedLine } from "@meter/core";
import type { LineRating } from "@meter/invoicing";
import { assert, type Currency, type Decimal, findCurrency, formatDecimal } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { type ApiPeriod, periodSchema, toApiPeriod } from "../../subscriptions/subscription.ts";
import { invoicePath } from "./invoice.ts";
import { type ApiTotals, toApiTotals, totalsSchema } from "./totals.ts";

export const recomputeInvoice = (app: HttpApp, deps: Pick<ControlUseCases, "recomputeInvoice">): void => {
  app.openapi(route, async (c) => {
    const recomputed = await deps.recomputeInvoice(c.var.principal.namespace, c.req.valid("param").invoiceId);
    return recomputed.ok ? c.json(toApiRecomputed(recomputed.value), 200) : refuse(c, recomputed.error);
  });
};

type ApiFigures = { quantity: string | null; exactAmount: string; totals: ApiTotals };
type ApiRecomputedLine = {
  id: string;
  name: string;
  period: ApiPeriod;
  stored: ApiFigures;
  recomputed: ApiFigures;
  equal: boolean;
};
type ApiRecomputedInvoice = { invoiceId: string; equal: boolean; lines: ApiRecomputedLine[] };

const toApiRecomputed = ({ invoice, lines, equal }: RecomputedInvoice): ApiRecomputedInvoice => {
  const currency = findCurrency(invoice.currency);
  assert(currency !== null, `the currency ${invoice.currency} of an invoice is known`);
  return { invoiceId: invoice.id, equal, lines: lines.map((line) => toApiLine(line, currency)) };
};

const toApiLine = ({ line, quantity, rating, equal }: RecomputedLine, currency: Currency): ApiRecomputedLine => ({
  id: line.id,
  name: line.name,
  period: toApiPeriod(line.servicePeriod),
  stored: toApiFigures(line.usage?.quantity ?? null, line.rating, currency),
  recomputed: toApiFigures(quantity, rating, currency),
  equal,
});

const toApiFigures = (quantity: Decimal | null, rating: LineRating, currency: Currency): ApiFigures => ({
  quantity: quantity === null ? null : formatDecimal(quantity),
  exactAmount: rating.exact,
  totals: toApiTotals(rating.totals, currency),
});

const figures = z.object({
  quantity: z.string().nullable().openapi({ description: "Null: a fixed amount" }),
  exactAmount: z.string(),
  totals: totalsSchema,
});

const recomputedSchema: z.ZodType<ApiRecomputedInvoice> = z
  .object({
    invoiceId: z.string(),
    equal: z.boolean(),
    lines: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        period: periodSchema,
        stored: figures,
        recomputed: figures,
        equal: z.boolean(),
      }),
    ),
  })
  .openapi("RecomputedInvoice");

const route = defineRoute("billing:read", {
  method: "post",
  path: "/api/v1/billing/invoices/{invoiceId}/recompute",
  operationId: "recomputeInvoice",
  tags: ["Billing"],
  summary: "Compute an invoice again, and compare",
  description:
    "Reads the usage of every line once more below the positions of the log at which it was read, whatever arrived since, and rates it again. Changes nothing.",
  request: { params: invoicePath },
  responses: {
    200: {
      description: "Stored and recomputed figures",
      content: { "application/json": { schema: recomputedSchema } },
    },
    ...problems(400, 404, 503),
  },
});
