import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { subscriptionPath } from "./subscription.ts";

export const deleteSubscription = (app: HttpApp, deps: Pick<ControlUseCases, "deleteSubscription">): void => {
  app.openapi(route, async (c) => {
    const { subscriptionId } = c.req.valid("param");
    const deleted = await deps.deleteSubscription(c.var.principal.namespace, subscriptionId);
    return deleted.ok ? c.body(null, 204) : refuse(c, deleted.error);
  });
};

const route = defineRoute("subscriptions:write", {
  method: "delete",
  path: "/api/v1/subscriptions/{subscriptionId}",
  operationId: "deleteSubscription",
  tags: ["Subscriptions"],
  summary: "Delete a subscription that has not begun",
  request: { params: subscriptionPath },
  responses: { 204: { description: "It is deleted" }, ...problems(400, 403, 404, 409) },
});
