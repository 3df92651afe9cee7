import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { featurePath } from "./feature.ts";

export const deleteFeature = (app: HttpApp, deps: Pick<ControlUseCases, "archiveFeature">): void => {
  app.openapi(route, async (c) => {
    const archived = await deps.archiveFeature(c.var.principal.namespace, c.req.valid("param").featureId);
    return archived.ok ? c.body(null, 204) : refuse(c, archived.error);
  });
};

const route = defineRoute("features:write", {
  method: "delete",
  path: "/api/v1/features/{featureId}",
  operationId: "deleteFeature",
  tags: ["Features"],
  summary: "Archive a feature",
  description:
    "For good; its key can be used again. Refused while a published plan that is not archived names it, or a subscription that is not over or not billed to its end.",
  request: { params: featurePath },
  responses: { 204: { description: "It is archived" }, ...problems(400, 403, 404, 409) },
});
