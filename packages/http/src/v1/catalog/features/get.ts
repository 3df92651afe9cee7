import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { featurePath, featureSchema, toApiFeature } from "./feature.ts";

export const getFeature = (app: HttpApp, deps: Pick<ControlUseCases, "getFeature">): void => {
  app.openapi(route, async (c) => {
    const feature = await deps.getFeature(c.var.principal.namespace, c.req.valid("param").featureId);
    return feature.ok ? c.json(toApiFeature(feature.value), 200) : refuse(c, feature.error);
  });
};

const route = defineRoute("features:read", {
  method: "get",
  path: "/api/v1/features/{featureId}",
  operationId: "getFeature",
  tags: ["Features"],
  summary: "Read a feature",
  description: "By id exactly that one. By key the one that is not archived, otherwise the one archived last.",
  request: { params: featurePath },
  responses: {
    200: { description: "The feature", content: { "application/json": { schema: featureSchema } } },
    ...problems(400, 404),
  },
});
