import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { askWithinBounds } from "../../../answers/ask.ts";
import { textsAnswer } from "../../../answers/text-answer.ts";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { dateTime, meterPath, toInstant } from "../../../wire/params.ts";

export const listGroupByValues = (app: HttpApp, deps: Pick<ControlUseCases, "listGroupByValues">): void => {
  app.openapi(route, async (c) => {
    const { from, to } = c.req.valid("query");
    const { meterIdOrSlug, groupByKey } = c.req.valid("param");
    const period = { from: toInstant(from), to: toInstant(to) };
    const values = await askWithinBounds(c, (bound) =>
      deps.listGroupByValues(c.var.principal.namespace, meterIdOrSlug, groupByKey, period, bound),
    );
    return values.ok ? textsAnswer(c, values.value) : refuse(c, values.error);
  });
};

const route = defineRoute("meters:read", {
  method: "get",
  path: "/api/v1/meters/{meterIdOrSlug}/group-by/{groupByKey}/values",
  operationId: "listMeterGroupByValues",
  tags: ["Meters"],
  summary: "List the values of a group-by",
  description:
    "Without bounds: of the last 24 hours. At most 30 days, and from less than 90 days ago. At most 100,000 values; beyond them 400 `too_many_groups`.",
  request: {
    params: meterPath.extend({ groupByKey: z.string().min(1).max(256) }),
    query: z.object({ from: dateTime.optional(), to: dateTime.optional() }),
  },
  responses: {
    200: { description: "The values", content: { "application/json": { schema: z.array(z.string()) } } },
    ...problems(400, 404, 409, 503),
  },
});
