import { z } from "@hono/zod-openapi";
import type { ControlUseCases, CustomerId } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { dateTime, listLengthMax, toInstant, ulid } from "../../../wire/params.ts";
import { invoiceSchema, toApiInvoice } from "./invoice.ts";

export const invoicePending = (app: HttpApp, deps: Pick<ControlUseCases, "invoicePending">): void => {
  app.openapi(route, async (c) => {
    const { customerId, asOf, filters, progressiveBillingOverride } = c.req.valid("json");
    const drafts = await deps.invoicePending(c.var.principal.namespace, customerId as CustomerId, {
      asOf: toInstant(asOf),
      lineIds: filters?.lineIds ?? null,
      progressive: progressiveBillingOverride ?? null,
    }); // only looked up
    if (drafts === null) return refuse(c, { type: "customer_not_found", customers: [customerId] });
    if (!drafts.ok) return refuse(c, drafts.error);
    return c.json(
      drafts.value.map((invoice) =>
        toApiInvoice({ invoice, at: invoice.createdAt, unserved: [] }, { expandLines: true }),
      ),
      201,
    );
  });
};

type InvoicePending = {
  customerId: string;
  asOf?: string | undefined;
  filters?: { lineIds?: string[] | undefined } | undefined;
  progressiveBillingOverride?: boolean | undefined;
};

const bodySchema: z.ZodType<InvoicePending> = z
  .object({
    customerId: ulid,
    asOf: dateTime.optional().openapi({ description: "What is used before it is billed; now, unless given" }),
    filters: z.object({ lineIds: z.array(ulid).min(1).max(listLengthMax).optional() }).optional(),
    progressiveBillingOverride: z
      .boolean()
      .optional()
      .openapi({ description: "Whether service periods that run are billed in part; yes, unless given" }),
  })
  .openapi("InvoicePendingLinesInput");

const route = defineRoute("billing:write", {
  method: "post",
  path: "/api/v1/billing/invoices/invoice",
  operationId: "invoicePendingLines",
  tags: ["Billing"],
  summary: "Invoice what is pending",
  description:
    "Before it is due by itself: fixed amounts that are due, usage of service periods that have ended and, progressively, the part of running ones before `asOf`. However a period is cut, its parts come to what the whole costs.",
  request: { body: { required: true, content: { "application/json": { schema: bodySchema } } } },
  responses: {
    201: {
      description: "The drafts, one for each currency",
      content: { "application/json": { schema: z.array(invoiceSchema) } },
    },
    ...problems(400, 404, 409, 413, 415, 503),
  },
});
