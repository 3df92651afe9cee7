import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { customerCreateBody, customerSchema, fromApiAddress, toApiCustomer } from "./customer.ts";

export const createCustomer = (app: HttpApp, deps: Pick<ControlUseCases, "createCustomer">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const customer = await deps.createCustomer(c.var.principal.namespace, {
      key: body.key ?? null,
      name: body.name,
      description: body.description ?? null,
      metadata: body.metadata ?? null,
      primaryEmail: body.primaryEmail ?? null,
      currency: body.currency ?? null,
      billingAddress: body.billingAddress === undefined ? null : fromApiAddress(body.billingAddress),
      subjectKeys: body.usageAttribution?.subjectKeys ?? [],
    });
    return customer.ok ? c.json(toApiCustomer(customer.value), 201) : refuse(c, customer.error);
  });
};

const route = defineRoute("customers:write", {
  method: "post",
  path: "/api/v1/customers",
  operationId: "createCustomer",
  tags: ["Customers"],
  summary: "Create a customer",
  description:
    "Events belong to the customer whose key is their subject, or whose subject keys contain it: those that are there already, too.",
  request: { body: { required: true, content: { "application/json": { schema: customerCreateBody } } } },
  responses: {
    201: { description: "The customer", content: { "application/json": { schema: customerSchema } } },
    ...problems(400, 409, 413, 415),
  },
});
