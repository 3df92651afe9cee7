import { z } from "@hono/zod-openapi";
import type { ControlUseCases, CustomerId } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { notSupportedYet, refuseFaults } from "../../../wire/not-supported-yet.ts";
import { dateTime, flag, integer, many, orderOr, toInstant, ulid } from "../../../wire/params.ts";
import { type ApiInvoice, invoiceSchema, invoiceStatuses, toApiInvoice } from "./invoice.ts";

export const listInvoices = (app: HttpApp, deps: Pick<ControlUseCases, "listInvoices" | "gatherInvoices">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const unsupported = (["extendedStatuses", "periodStartAfter", "periodStartBefore"] as const).filter(
      (name) => query[name] !== undefined,
    );
    if (unsupported.length > 0)
      return refuseFaults(
        c,
        unsupported.map((name) => notSupportedYet(name)),
      );
    const page = query.page ?? 1;
    const pageSize = query.pageSize ?? pageSizeDefault;
    const expandLines = query.expand?.includes("lines") ?? false;
    if (query.statuses?.includes("gathering") === true) {
      const { customers = [], statuses } = query;
      if (statuses.length > 1 || customers.length === 0)
        return refuseFaults(c, [notSupportedYet("statuses", "gathering beside other statuses, or without customers")]);
      const filtered = (["issuedAfter", "issuedBefore", "createdAfter", "createdBefore"] as const).filter(
        (name) => query[name] !== undefined,
      );
      if (filtered.length > 0 || (query.orderBy !== "createdAt" && query.orderBy !== "updatedAt"))
        return refuseFaults(
          c,
          [...filtered, ...(filtered.length > 0 ? [] : ["orderBy"])].map((name) =>
            notSupportedYet(name, `${name} with what is gathered, all of which is made now,`),
          ),
        );
      const gathered: ApiInvoice[] = [];
      for (const customer of customers) {
        const invoices = await deps.gatherInvoices(c.var.principal.namespace, customer as CustomerId); // only looked up
        if (invoices === null) continue;
        if (!invoices.ok) return refuse(c, invoices.error);
        for (const invoice of invoices.value)
          gathered.push(toApiInvoice({ invoice, at: invoice.createdAt, unserved: [] }, { expandLines }));
      }
      const items = gathered.slice((page - 1) * pageSize, page * pageSize);
      return c.json({ totalCount: gathered.length, page, pageSize, items }, 200);
    }
    const { items, totalCount } = await deps.listInvoices(c.var.principal.namespace, {
      page,
      pageSize,
      statuses: query.statuses ?? null,
      customers: query.customers ?? null,
      issuedAfter: toInstant(query.issuedAfter),
      issuedBefore: toInstant(query.issuedBefore),
      createdAfter: toInstant(query.createdAfter),
      createdBefore: toInstant(query.createdBefore),
      order: { by: query.orderBy, direction: query.order },
    });
    return c.json(
      { totalCount, page, pageSize, items: items.map((invoice) => toApiInvoice(invoice, { expandLines })) },
      200,
    );
  });
};

const pageSizeDefault = 100;
const pageMax = 1_000_000;

const pageSchema: z.ZodType<{ totalCount: number; page: number; pageSize: number; items: ApiInvoice[] }> = z
  .object({
    totalCount: z.number().int(),
    page: z.number().int(),
    pageSize: z.number().int(),
    items: z.array(invoiceSchema),
  })
  .openapi("InvoicePage");

const unsupported = { description: "Not supported yet" };

const route = defineRoute("billing:read", {
  method: "get",
  path: "/api/v1/billing/invoices",
  operationId: "listInvoices",
  tags: ["Billing"],
  summary: "List invoices",
  description:
    "The newest first. Bounds of instants are inclusive. With lines when `expand` says so. `statuses=gathering` with customers: what they have used and not been billed for, priced as of now; its lines can be invoiced by their ids.",
  request: {
    query: z.object({
      statuses: many(z.enum(invoiceStatuses)),
      extendedStatuses: many(z.string().max(64)).openapi(unsupported),
      customers: many(ulid),
      issuedAfter: dateTime.optional(),
      issuedBefore: dateTime.optional(),
      createdAfter: dateTime.optional(),
      createdBefore: dateTime.optional(),
      periodStartAfter: dateTime.optional().openapi(unsupported),
      periodStartBefore: dateTime.optional().openapi(unsupported),
      includeDeleted: flag.openapi({ description: "Invoices are never deleted" }),
      expand: many(z.enum(["lines", "preceding", "workflow.apps"])),
      page: integer({ min: 1, max: pageMax }),
      pageSize: integer({ min: 1, max: 1_000 }),
      orderBy: z
        .enum(["customer.name", "issuedAt", "status", "createdAt", "updatedAt", "periodStart"])
        .default("createdAt"),
      order: orderOr("DESC"),
    }),
  },
  responses: {
    200: { description: "A page of invoices", content: { "application/json": { schema: pageSchema } } },
    ...problems(400, 409, 503),
  },
});
