import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { notSupportedYet, refuseFaults } from "../../../wire/not-supported-yet.ts";
import { flag, integer, order } from "../../../wire/params.ts";
import { type ApiCustomer, customerSchema, expand, toApiCustomer } from "./customer.ts";

export const listCustomers = (app: HttpApp, deps: Pick<ControlUseCases, "listCustomers">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const unsupported = (["planKey", "expand"] as const).filter((name) => query[name] !== undefined);
    if (unsupported.length > 0)
      return refuseFaults(
        c,
        unsupported.map((name) => notSupportedYet(name)),
      );
    const page = query.page ?? 1;
    const pageSize = query.pageSize ?? pageSizeDefault;
    const customers = await deps.listCustomers(c.var.principal.namespace, {
      page,
      pageSize,
      ...(query.key === undefined ? {} : { key: query.key }),
      ...(query.name === undefined ? {} : { name: query.name }),
      ...(query.primaryEmail === undefined ? {} : { primaryEmail: query.primaryEmail }),
      ...(query.subject === undefined ? {} : { subject: query.subject }),
      includeDeleted: query.includeDeleted,
      order: { by: query.orderBy, direction: query.order },
    });
    return c.json({ totalCount: customers.totalCount, page, pageSize, items: customers.items.map(toApiCustomer) }, 200);
  });
};

const pageSizeDefault = 100;
const pageMax = 1_000_000;

const pageSchema: z.ZodType<{ totalCount: number; page: number; pageSize: number; items: ApiCustomer[] }> = z
  .object({
    totalCount: z.number().int(),
    page: z.number().int(),
    pageSize: z.number().int(),
    items: z.array(customerSchema),
  })
  .openapi("CustomerPage");

const part = z.string().max(256).optional();

const route = defineRoute("customers:read", {
  method: "get",
  path: "/api/v1/customers",
  operationId: "listCustomers",
  tags: ["Customers"],
  summary: "List customers",
  description: "`key`, `name`, `primaryEmail` and `subject` find customers that contain the text, in any case.",
  request: {
    query: z.object({
      page: integer({ min: 1, max: pageMax }),
      pageSize: integer({ min: 1, max: 1_000 }),
      key: part,
      name: part,
      primaryEmail: part,
      subject: part,
      planKey: part.openapi({ description: "Not supported yet" }),
      expand,
      includeDeleted: flag,
      orderBy: z.enum(["id", "name", "createdAt"]).default("name"),
      order,
    }),
  },
  responses: {
    200: { description: "A page of customers", content: { "application/json": { schema: pageSchema } } },
    ...problems(400),
  },
});
