import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { subscriptionPath, subscriptionSchema, toApiSubscription } from "./subscription.ts";

export const unscheduleCancelation = (app: HttpApp, deps: Pick<ControlUseCases, "continueSubscription">): void => {
  app.openapi(route, async (c) => {
    const { subscriptionId } = c.req.valid("param");
    const continued = await deps.continueSubscription(c.var.principal.namespace, subscriptionId);
    return continued.ok ? c.json(toApiSubscription(continued.value), 200) : refuse(c, continued.error);
  });
};

const route = defineRoute("subscriptions:write", {
  method: "post",
  path: "/api/v1/subscriptions/{subscriptionId}/unschedule-cancelation",
  operationId: "unscheduleCancelation",
  tags: ["Subscriptions"],
  summary: "Take back the end of a canceled subscription",
  description: "As long as it has not come, and no other subscription of the customer begins there.",
  request: { params: subscriptionPath },
  responses: {
    200: { description: "The subscription", content: { "application/json": { schema: subscriptionSchema } } },
    ...problems(400, 403, 404, 409),
  },
});
