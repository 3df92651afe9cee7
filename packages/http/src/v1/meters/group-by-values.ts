import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { dateTime, meterPath, toInstant } from "../../wire/params.ts";

export const listGroupByValues = (app: HttpApp, deps: Pick<ControlUseCases, "listGroupByValues">): void => {
  app.openapi(route, async (c) => {
    const { from, to } = c.req.valid("query");
    const { meterIdOrSlug, groupByKey } = c.req.valid("param");
    const values = await deps.listGroupByValues(c.var.principal.namespace, meterIdOrSlug, groupByKey, {
      from: toInstant(from),
      to: toInstant(to),
    });
    return values.ok ? c.json([...values.value], 200) : refuse(c, values.error);
  });
};

const route = defineRoute("meters:read", {
  method: "get",
  path: "/api/v1/meters/{meterIdOrSlug}/group-by/{groupByKey}/values",
  operationId: "listMeterGroupByValues",
  tags: ["Meters"],
  summary: "List the values of a group-by",
  description: "Without bounds: of the last 24 hours. At most 30 days, and from less than 90 days ago.",
  request: {
    params: meterPath.extend({ groupByKey: z.string().min(1).max(256) }),
    query: z.object({ from: dateTime.optional(), to: dateTime.optional() }),
  },
  responses: {
    200: { description: "The values", content: { "application/json": { schema: z.array(z.string()) } } },
    ...problems(400, 404, 409, 503),
  },
});
