import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { flag, keyOrUlid } from "../../../wire/params.ts";
import { planSchema, toApiPlan } from "./plan.ts";

export const getPlan = (app: HttpApp, deps: Pick<ControlUseCases, "getPlan">): void => {
  app.openapi(route, async (c) => {
    const { includeLatest } = c.req.valid("query");
    const plan = await deps.getPlan(c.var.principal.namespace, c.req.valid("param").planId, { includeLatest });
    return plan.ok ? c.json(toApiPlan(plan.value), 200) : refuse(c, plan.error);
  });
};

const route = defineRoute("plans:read", {
  method: "get",
  path: "/api/v1/plans/{planId}",
  operationId: "getPlan",
  tags: ["Plans"],
  summary: "Read a version of a plan",
  description:
    "By id that version, a deleted one, too. By key the version that is active; with `includeLatest` the highest one, whatever its status.",
  request: { params: z.object({ planId: keyOrUlid("a plan") }), query: z.object({ includeLatest: flag }) },
  responses: {
    200: { description: "The version", content: { "application/json": { schema: planSchema } } },
    ...problems(400, 404, 409),
  },
});
