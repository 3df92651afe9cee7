import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { refuseFaults } from "../../../wire/not-supported-yet.ts";
import { fromApiPlan, planCreateBody, planSchema, toApiFaults, toApiPlan } from "./plan.ts";

export const createPlan = (app: HttpApp, deps: Pick<ControlUseCases, "createPlan">): void => {
  app.openapi(route, async (c) => {
    const definition = fromApiPlan(c.req.valid("json"));
    if (!definition.ok) return refuseFaults(c, definition.error);
    const created = await deps.createPlan(c.var.principal.namespace, definition.value);
    if (created.ok) return c.json(toApiPlan(created.value), 201);
    return refuse(c, created.error.type === "invalid_input" ? toApiFaults(created.error) : created.error);
  });
};

const route = defineRoute("plans:write", {
  method: "post",
  path: "/api/v1/plans",
  operationId: "createPlan",
  tags: ["Plans"],
  summary: "Create a plan, or its next version",
  description:
    "The answer is a draft: version 1 of its key, or the next one. A key has one draft at a time. What only forbids to publish is kept, and shown in `validationErrors`.",
  request: { body: { required: true, content: { "application/json": { schema: planCreateBody } } } },
  responses: {
    201: { description: "The draft", content: { "application/json": { schema: planSchema } } },
    ...problems(400, 409, 413, 415),
  },
});
