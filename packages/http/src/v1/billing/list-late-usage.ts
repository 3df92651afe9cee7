import { z } from "@hono/zod-openapi";
import {
  type BilledLine,
  type ControlUseCases,
  type LateUsage,
  type LateUsagePage,
  lateUsageDays,
  lateUsageLinesMax,
} from "@meter/core";
import { assert, findCurrency, formatDecimal, formatInstant } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { toFixed } from "../../wire/fixed-decimal.ts";
import { dateTime, integer, many, toInstant, ulid } from "../../wire/params.ts";
import { type ApiPeriod, periodSchema, toApiPeriod } from "../subscriptions/subscription.ts";

export const listLateUsage = (app: HttpApp, deps: Pick<ControlUseCases, "listLateUsage">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const [page, pageSize] = [query.page ?? 1, query.pageSize ?? lateUsageLinesMax];
    const found = await deps.listLateUsage(c.var.principal.namespace, {
      customers: query.customers ?? null,
      from: toInstant(query.from),
      page,
      pageSize,
    });
    return found.ok ? c.json({ page, pageSize, ...toApiPage(found.value) }, 200) : refuse(c, found.error);
  });
};

type ApiBilledLine = {
  customerId: string;
  customerName: string;
  invoiceId: string;
  invoiceNumber: string;
  lineId: string;
  name: string;
  featureKey: string | null;
  meterId: string;
  period: ApiPeriod;
};
type ApiLateUsage = ApiBilledLine & {
  billedQuantity: string;
  quantity: string;
  lateQuantity: string;
  currency: string;
  amount: string | null;
  reason?: string | undefined;
};
type ApiPage = {
  from: string;
  lineCount: number;
  items: ApiLateUsage[];
  unchecked: (ApiBilledLine & { reason: string })[];
};

const toApiPage = ({ from, lines, late, unchecked }: LateUsagePage): ApiPage => ({
  from: formatInstant(from),
  lineCount: lines,
  items: late.map(toApiLateUsage),
  unchecked: unchecked.map(({ billed, reason }) => ({ ...toApiBilledLine(billed), reason })),
});

const toApiBilledLine = ({ customer, invoice, line }: BilledLine): ApiBilledLine => ({
  customerId: customer.id,
  customerName: customer.name,
  invoiceId: invoice.id,
  invoiceNumber: invoice.number,
  lineId: line.id,
  name: line.name,
  featureKey: line.rateCard.featureKey,
  meterId: line.usage?.source.meterId ?? "",
  period: toApiPeriod({ start: line.wholePeriod.start, end: line.servicePeriod.end }),
});

const toApiLateUsage = ({
  billed,
  quantityBilled,
  quantity,
  quantityLate,
  amount,
  reason,
}: LateUsage): ApiLateUsage => {
  const currency = findCurrency(billed.currency);
  assert(currency !== null, `the currency ${billed.currency} of an invoice is known`);
  return {
    ...toApiBilledLine(billed),
    billedQuantity: formatDecimal(quantityBilled),
    quantity: formatDecimal(quantity),
    lateQuantity: formatDecimal(quantityLate),
    currency: currency.code,
    amount: amount === null ? null : toFixed(amount, currency.minorUnits),
    ...(reason === null ? {} : { reason }),
  };
};

const billedLine = {
  customerId: z.string(),
  customerName: z.string().openapi({ description: "As it was when the invoice was drafted" }),
  invoiceId: z.string(),
  invoiceNumber: z.string().openapi({ description: "The number of the invoice that does not have the usage" }),
  lineId: z.string().openapi({ description: "The last line of the service period" }),
  name: z.string(),
  featureKey: z.string().nullable(),
  meterId: z.string(),
  period: periodSchema.openapi({ description: "The service period, as it was billed" }),
};

const pageSchema: z.ZodType<ApiPage & { page: number; pageSize: number }> = z
  .object({
    page: z.number().int(),
    pageSize: z.number().int(),
    from: z
      .string()
      .openapi({ format: "date-time", description: "Service periods that ended before it are not looked at" }),
    lineCount: z.number().int().openapi({
      description: "How many lines are looked at on all pages; a page has those of its lines with late usage",
    }),
    items: z
      .array(
        z.object({
          ...billedLine,
          billedQuantity: z.string().openapi({ description: "Of the whole service period, as it was billed" }),
          quantity: z.string().openapi({ description: "By now" }),
          lateQuantity: z.string().openapi({ description: "The difference; below zero when less counts by now" }),
          currency: z.string(),
          amount: z
            .string()
            .nullable()
            .openapi({ description: "What the service period would come to more at the price of the line" }),
          reason: z.string().optional().openapi({ description: "Why there is no amount" }),
        }),
      )
      .openapi({ description: "What no invoice has" }),
    unchecked: z
      .array(z.object({ ...billedLine, reason: z.string().openapi({ description: "What is not there any more" }) }))
      .openapi({ description: "Lines of which nothing is known" }),
  })
  .openapi("LateUsagePage", { description: "Usage that no invoice has, of a page of lines that were billed" });

const route = defineRoute("billing:read", {
  method: "get",
  path: "/api/v1/billing/late-usage",
  operationId: "listLateUsage",
  tags: ["Billing"],
  summary: "List usage that came in after its invoice was issued",
  description:
    "No invoice has it so far: events whose time lies in a service period that was billed to its end, and that arrived later. Each line of issued invoices that ended its service period is read again, all at one position of the log, of the same meter, subjects and filters; the amount is the difference of two ratings at the price of the line. The service periods that ended last come first. Usage that cannot be read is 503, never an empty list.",
  request: {
    query: z.object({
      customers: many(ulid),
      from: dateTime.optional().openapi({
        description: `Service periods that ended at or after it; otherwise those of the last ${lateUsageDays} days`,
      }),
      page: integer({ min: 1, max: 1_000_000 }),
      pageSize: integer({ min: 1, max: lateUsageLinesMax }).openapi({
        description: "Lines that are looked at, each of which is a reading of usage",
      }),
    }),
  },
  responses: {
    200: {
      description: "Of a page of lines those with late usage",
      content: { "application/json": { schema: pageSchema } },
    },
    ...problems(400, 409, 503),
  },
});
