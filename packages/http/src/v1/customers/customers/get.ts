import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { notSupportedYet, refuseFaults } from "../../../wire/not-supported-yet.ts";
import { customerPath, customerSchema, expand, toApiCustomer } from "./customer.ts";

export const getCustomer = (app: HttpApp, deps: Pick<ControlUseCases, "getCustomer">): void => {
  app.openapi(route, async (c) => {
    if (c.req.valid("query").expand !== undefined) return refuseFaults(c, [notSupportedYet("expand")]);
    const customer = await deps.getCustomer(c.var.principal.namespace, c.req.valid("param").customerIdOrKey);
    return customer.ok ? c.json(toApiCustomer(customer.value), 200) : refuse(c, customer.error);
  });
};

const route = defineRoute("customers:read", {
  method: "get",
  path: "/api/v1/customers/{customerIdOrKey}",
  operationId: "getCustomer",
  tags: ["Customers"],
  summary: "Read a customer",
  description: "By its key, or by its id; by id also a deleted one.",
  request: { params: customerPath, query: z.object({ expand }) },
  responses: {
    200: { description: "The customer", content: { "application/json": { schema: customerSchema } } },
    ...problems(400, 404),
  },
});
