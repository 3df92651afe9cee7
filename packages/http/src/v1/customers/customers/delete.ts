import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { customerPath } from "./customer.ts";

export const deleteCustomer = (app: HttpApp, deps: Pick<ControlUseCases, "deleteCustomer">): void => {
  app.openapi(route, async (c) => {
    const deleted = await deps.deleteCustomer(c.var.principal.namespace, c.req.valid("param").customerIdOrKey);
    return deleted.ok ? c.body(null, 204) : refuse(c, deleted.error);
  });
};

const route = defineRoute("customers:write", {
  method: "delete",
  path: "/api/v1/customers/{customerIdOrKey}",
  operationId: "deleteCustomer",
  tags: ["Customers"],
  summary: "Delete a customer",
  description:
    "Its events stay, and belong to nobody until another customer has their subjects. Not while it has a subscription that is not over.",
  request: { params: customerPath },
  responses: { 204: { description: "It is deleted" }, ...problems(400, 404, 409, 412) },
});
