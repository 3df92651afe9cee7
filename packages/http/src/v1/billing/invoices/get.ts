import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { flag, many } from "../../../wire/params.ts";
import { invoicePath, invoiceSchema, toApiInvoice } from "./invoice.ts";

export const getInvoice = (app: HttpApp, deps: Pick<ControlUseCases, "getInvoice">): void => {
  app.openapi(route, async (c) => {
    const { expand } = c.req.valid("query");
    const found = await deps.getInvoice(c.var.principal.namespace, c.req.valid("param").invoiceId);
    if (!found.ok) return refuse(c, found.error);
    return c.json(toApiInvoice(found.value, { expandLines: expand?.includes("lines") ?? true }), 200);
  });
};

const route = defineRoute("billing:read", {
  method: "get",
  path: "/api/v1/billing/invoices/{invoiceId}",
  operationId: "getInvoice",
  tags: ["Billing"],
  summary: "Read an invoice",
  description: "With its lines, unless `expand` leaves them out.",
  request: {
    params: invoicePath,
    query: z.object({
      expand: many(z.enum(["lines", "preceding", "workflow.apps"])),
      includeDeletedLines: flag.openapi({ description: "Lines are never deleted" }),
    }),
  },
  responses: {
    200: { description: "The invoice", content: { "application/json": { schema: invoiceSchema } } },
    ...problems(400, 404, 409),
  },
});
