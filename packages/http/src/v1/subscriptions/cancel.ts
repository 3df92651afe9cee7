import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { subscriptionPath, subscriptionSchema, toApiSubscription } from "./subscription.ts";
import { timing, toTiming } from "./timing.ts";

export const cancelSubscription = (app: HttpApp, deps: Pick<ControlUseCases, "cancelSubscription">): void => {
  app.openapi(route, async (c) => {
    const canceled = await deps.cancelSubscription(
      c.var.principal.namespace,
      c.req.valid("param").subscriptionId,
      toTiming(c.req.valid("json").timing ?? "immediate"),
    );
    return canceled.ok ? c.json(toApiSubscription(canceled.value), 200) : refuse(c, canceled.error);
  });
};

const bodySchema = z.object({ timing: timing.optional() }).openapi("SubscriptionCancel");

const route = defineRoute("subscriptions:write", {
  method: "post",
  path: "/api/v1/subscriptions/{subscriptionId}/cancel",
  operationId: "cancelSubscription",
  tags: ["Subscriptions"],
  summary: "Set the end of an active subscription",
  description: "Now, at the end of the billing period that runs now, or at the start of a later one.",
  request: {
    params: subscriptionPath,
    body: { required: true, content: { "application/json": { schema: bodySchema } } },
  },
  responses: {
    200: { description: "The subscription", content: { "application/json": { schema: subscriptionSchema } } },
    ...problems(400, 403, 404, 409, 413, 415),
  },
});
