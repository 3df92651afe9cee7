import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { planVersionPath } from "./plan.ts";

export const deletePlan = (app: HttpApp, deps: Pick<ControlUseCases, "deletePlan">): void => {
  app.openapi(route, async (c) => {
    const deleted = await deps.deletePlan(c.var.principal.namespace, c.req.valid("param").planId);
    return deleted.ok ? c.body(null, 204) : refuse(c, deleted.error);
  });
};

const route = defineRoute("plans:write", {
  method: "delete",
  path: "/api/v1/plans/{planId}",
  operationId: "deletePlan",
  tags: ["Plans"],
  summary: "Delete a version of a plan",
  description: "Not the active one. It can still be read by its id, and its number is not used again.",
  request: { params: planVersionPath },
  responses: { 204: { description: "It is deleted" }, ...problems(400, 404, 409) },
});
