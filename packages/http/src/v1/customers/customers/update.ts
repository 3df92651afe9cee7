import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { customerReplaceBody, customerPath, customerSchema, fromApiAddress, toApiCustomer } from "./customer.ts";

export const updateCustomer = (app: HttpApp, deps: Pick<ControlUseCases, "updateCustomer">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const customer = await deps.updateCustomer(c.var.principal.namespace, c.req.valid("param").customerIdOrKey, {
      key: body.key ?? null,
      name: body.name,
      description: body.description ?? null,
      metadata: body.metadata ?? null,
      subjectKeys: body.usageAttribution?.subjectKeys ?? [],
      ...(body.primaryEmail === undefined ? {} : { primaryEmail: body.primaryEmail }),
      ...(body.currency === undefined ? {} : { currency: body.currency }),
      ...(body.billingAddress === undefined ? {} : { billingAddress: fromApiAddress(body.billingAddress) }),
    });
    return customer.ok ? c.json(toApiCustomer(customer.value), 200) : refuse(c, customer.error);
  });
};

const route = defineRoute("customers:write", {
  method: "put",
  path: "/api/v1/customers/{customerIdOrKey}",
  operationId: "updateCustomer",
  tags: ["Customers"],
  summary: "Change a customer",
  description:
    "Replaces: without `key`, `description`, `metadata` or `usageAttribution` these are cleared; without `primaryEmail`, `currency` or `billingAddress` these stay. Key and subject keys cannot change while a subscription is not over.",
  request: {
    params: customerPath,
    body: { required: true, content: { "application/json": { schema: customerReplaceBody } } },
  },
  responses: {
    200: { description: "The customer", content: { "application/json": { schema: customerSchema } } },
    ...problems(400, 404, 409, 412, 413, 415),
  },
});
