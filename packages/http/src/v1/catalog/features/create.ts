import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { refuseFaults } from "../../../wire/not-supported-yet.ts";
import { featureBody, featureSchema, fromApiFilters, toApiFeature, toApiFeatureFault } from "./feature.ts";

export const createFeature = (app: HttpApp, deps: Pick<ControlUseCases, "createFeature">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const filters = fromApiFilters(body);
    if (!filters.ok) return refuseFaults(c, filters.error);
    const feature = await deps.createFeature(c.var.principal.namespace, {
      key: body.key,
      name: body.name,
      description: null,
      metadata: body.metadata ?? null,
      meterKey: body.meterSlug ?? null,
      meterGroupByFilters: filters.value,
    });
    if (feature.ok) return c.json(toApiFeature(feature.value), 201);
    if (feature.error.type !== "invalid_input") return refuse(c, feature.error);
    return refuse(c, { ...feature.error, faults: feature.error.faults.map(toApiFeatureFault) });
  });
};

const route = defineRoute("features:write", {
  method: "post",
  path: "/api/v1/features",
  operationId: "createFeature",
  tags: ["Features"],
  summary: "Create a feature",
  description:
    "What plans sell. With a meter it has usage: the meter's, or the part that the filters leave. Meters that sum, count, count unique values or keep the latest can be used.",
  request: { body: { required: true, content: { "application/json": { schema: featureBody } } } },
  responses: {
    201: { description: "The feature", content: { "application/json": { schema: featureSchema } } },
    ...problems(400, 404, 409, 413, 415),
  },
});
