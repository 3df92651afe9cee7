import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { flag, order } from "../../../wire/params.ts";
import { meterSchema, toApiMeter } from "./meter.ts";

export const listMeters = (app: HttpApp, deps: Pick<ControlUseCases, "listMeters">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const meters = await deps.listMeters(c.var.principal.namespace, {
      order: { by: query.orderBy, direction: query.order },
      includeDeleted: query.includeDeleted,
    });
    return c.json(meters.map(toApiMeter), 200);
  });
};

const route = defineRoute("meters:read", {
  method: "get",
  path: "/api/v1/meters",
  operationId: "listMeters",
  tags: ["Meters"],
  summary: "List meters",
  description: "All of them, in one answer.",
  request: {
    query: z.object({
      orderBy: z.enum(["key", "name", "aggregation", "createdAt", "updatedAt"]).default("key"),
      order,
      includeDeleted: flag,
    }),
  },
  responses: {
    200: { description: "The meters", content: { "application/json": { schema: z.array(meterSchema) } } },
    ...problems(400),
  },
});
