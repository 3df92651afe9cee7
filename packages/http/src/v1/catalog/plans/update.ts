import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problem, problems } from "../../../problems/problem.ts";
import { fromFaults, refuse } from "../../../problems/refuse.ts";
import { findChangedMembers } from "../../../wire/fixed-members.ts";
import { refuseFaults } from "../../../wire/not-supported-yet.ts";
import { fromApiPlanTerms, planReplaceBody, planSchema, planVersionPath, toApiFaults, toApiPlan } from "./plan.ts";

export const updatePlan = (app: HttpApp, deps: Pick<ControlUseCases, "getPlan" | "updatePlan">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const terms = fromApiPlanTerms(body);
    if (!terms.ok) return refuseFaults(c, terms.error);
    const { namespace } = c.var.principal;
    const { planId } = c.req.valid("param");
    const current = await deps.getPlan(namespace, planId, { includeLatest: true });
    if (!current.ok) return refuse(c, current.error);
    const changed = findChangedMembers(["key", "currency"], body, current.value.plan);
    if (changed.length > 0) return problem(c, "invalid_input", fromFaults(changed));
    const updated = await deps.updatePlan(namespace, planId, {
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
    "All of it: phases and rate cards as a whole, and what is left out is its default again, but without `description` and `metadata` these stay. Key and currency are for good: saying otherwise is refused.",
  request: {
    params: planVersionPath,
    body: { required: true, content: { "application/json": { schema: planReplaceBody } } },
  },
  responses: {
    200: { description: "The draft", content: { "application/json": { schema: planSchema } } },
    ...problems(400, 404, 409, 413, 415),
  },
});
