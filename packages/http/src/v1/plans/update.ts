import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { refuseFaults } from "../../wire/not-supported-yet.ts";
import { fromApiPlanTerms, planReplaceBody, planSchema, planVersionPath, toApiFaults, toApiPlan } from "./plan.ts";

export const updatePlan = (app: HttpApp, deps: Pick<ControlUseCases, "updatePlan">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const terms = fromApiPlanTerms(body);
    if (!terms.ok) return refuseFaults(c, terms.error);
    const updated = await deps.updatePlan(c.var.principal.namespace, c.req.valid("param").planId, {
      name: body.name,
      ...(body.description === undefined ? {} : { description: body.description }),
      ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
      ...terms.value,
    });
    if (updated.ok) return c.json(toApiPlan(updated.value), 200);
    return refuse(c, updated.error.type === "invalid_input" ? toApiFaults(updated.error) : updated.error);
  });
};

const route = defineRoute("plans:write", {
  method: "put",
  path: "/api/v1/plans/{planId}",
  operationId: "updatePlan",
  tags: ["Plans"],
  summary: "Replace the content of a draft",
  description:
    "All of it: phases and rate cards as a whole, and what is left out is its default again, but without `description` and `metadata` these stay. Key and currency are for good.",
  request: {
    params: planVersionPath,
    body: { required: true, content: { "application/json": { schema: planReplaceBody } } },
  },
  responses: {
    200: { description: "The draft", content: { "application/json": { schema: planSchema } } },
    ...problems(400, 404, 409, 413, 415),
  },
});
