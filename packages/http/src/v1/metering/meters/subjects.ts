import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { askWithinBounds } from "../../../answers/ask.ts";
import { textsAnswer } from "../../../answers/text-answer.ts";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { dateTime, meterPath, toInstant } from "../../../wire/params.ts";

export const listMeterSubjects = (app: HttpApp, deps: Pick<ControlUseCases, "listMeterSubjects">): void => {
  app.openapi(route, async (c) => {
    const { from, to } = c.req.valid("query");
    const { meterIdOrSlug } = c.req.valid("param");
    const period = { from: toInstant(from), to: toInstant(to) };
    const subjects = await askWithinBounds(c, (bound) =>
      deps.listMeterSubjects(c.var.principal.namespace, meterIdOrSlug, period, bound),
    );
    return subjects.ok ? textsAnswer(c, subjects.value) : refuse(c, subjects.error);
  });
};

const route = defineRoute("meters:read", {
  method: "get",
  path: "/api/v1/meters/{meterIdOrSlug}/subjects",
  operationId: "listMeterSubjects",
  tags: ["Meters"],
  summary: "List the subjects a meter has seen",
  description:
    "Subjects of events of its type, `from` included, `to` excluded. At most 100,000; beyond them 400 `too_many_groups`.",
  request: { params: meterPath, query: z.object({ from: dateTime.optional(), to: dateTime.optional() }) },
  responses: {
    200: { description: "The subjects", content: { "application/json": { schema: z.array(z.string()) } } },
    ...problems(400, 404, 503),
  },
});
