import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { planSchema, planVersionPath, toApiPlan } from "./plan.ts";

export const archivePlan = (app: HttpApp, deps: Pick<ControlUseCases, "archivePlan">): void => {
  app.openapi(route, async (c) => {
    const archived = await deps.archivePlan(c.var.principal.namespace, c.req.valid("param").planId);
    return archived.ok ? c.json(toApiPlan(archived.value), 200) : refuse(c, archived.error);
  });
};

const route = defineRoute("plans:write", {
  method: "post",
  path: "/api/v1/plans/{planId}/archive",
  operationId: "archivePlan",
  tags: ["Plans"],
  summary: "Take the active version off the offer",
  description: "Nobody can subscribe to it from now on; who has it keeps it.",
  request: { params: planVersionPath },
  responses: {
    200: { description: "The archived version", content: { "application/json": { schema: planSchema } } },
    ...problems(400, 404, 409),
  },
});
