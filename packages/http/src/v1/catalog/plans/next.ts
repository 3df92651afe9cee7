import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { keyOrUlid } from "../../../wire/params.ts";
import { planSchema, toApiFaults, toApiPlan } from "./plan.ts";

export const nextPlan = (app: HttpApp, deps: Pick<ControlUseCases, "nextPlan">): void => {
  app.openapi(route, async (c) => {
    const next = await deps.nextPlan(c.var.principal.namespace, c.req.valid("param").planIdOrKey);
    if (next.ok) return c.json(toApiPlan(next.value), 201);
    return refuse(c, next.error.type === "invalid_input" ? toApiFaults(next.error) : next.error);
  });
};

const route = defineRoute("plans:write", {
  method: "post",
  path: "/api/v1/plans/{planIdOrKey}/next",
  operationId: "nextPlan",
  deprecated: true,
  tags: ["Plans"],
  summary: "Create the next version from one that is there",
  description: "A draft with the same content: by key that of the active version, without one that of the highest.",
  request: { params: z.object({ planIdOrKey: keyOrUlid("a plan") }) },
  responses: {
    201: { description: "The draft", content: { "application/json": { schema: planSchema } } },
    ...problems(400, 404, 409),
  },
});
