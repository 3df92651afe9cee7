import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { planSchema, planVersionPath, toApiFaults, toApiPlan } from "./plan.ts";

export const publishPlan = (app: HttpApp, deps: Pick<ControlUseCases, "publishPlan">): void => {
  app.openapi(route, async (c) => {
    const published = await deps.publishPlan(c.var.principal.namespace, c.req.valid("param").planId);
    if (published.ok) return c.json(toApiPlan(published.value), 200);
    return refuse(c, published.error.type === "plan_not_publishable" ? toApiFaults(published.error) : published.error);
  });
};

const route = defineRoute("plans:write", {
  method: "post",
  path: "/api/v1/plans/{planId}/publish",
  operationId: "publishPlan",
  tags: ["Plans"],
  summary: "Publish a draft",
  description:
    "From now on it is the active version of its key, and the one before it is archived. Refused while anything is wrong with it: its content, or a feature or meter that it names.",
  request: { params: planVersionPath },
  responses: {
    200: { description: "The active version", content: { "application/json": { schema: planSchema } } },
    ...problems(400, 404, 409),
  },
});
