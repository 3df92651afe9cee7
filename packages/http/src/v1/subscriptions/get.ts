import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { notSupportedYet, refuseFaults } from "../../wire/not-supported-yet.ts";
import { dateTime } from "../../wire/params.ts";
import { subscriptionExpandedSchema, subscriptionPath, toApiSubscriptionExpanded } from "./subscription.ts";

export const getSubscription = (app: HttpApp, deps: Pick<ControlUseCases, "getSubscription">): void => {
  app.openapi(route, async (c) => {
    if (c.req.valid("query").at !== undefined) return refuseFaults(c, [notSupportedYet("at")]);
    const found = await deps.getSubscription(c.var.principal.namespace, c.req.valid("param").subscriptionId);
    return found.ok ? c.json(toApiSubscriptionExpanded(found.value), 200) : refuse(c, found.error);
  });
};

const route = defineRoute("subscriptions:read", {
  method: "get",
  path: "/api/v1/subscriptions/{subscriptionId}",
  operationId: "getSubscription",
  tags: ["Subscriptions"],
  summary: "Read a subscription",
  description: "With its phases and items in time. Also a deleted one.",
  request: {
    params: subscriptionPath,
    query: z.object({ at: dateTime.optional().openapi({ description: "Not supported yet" }) }),
  },
  responses: {
    200: {
      description: "The subscription",
      content: { "application/json": { schema: subscriptionExpandedSchema } },
    },
    ...problems(400, 404, 409),
  },
});
