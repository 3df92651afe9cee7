import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { meterPath } from "../../../wire/params.ts";
import { meterSchema, toApiMeter } from "./meter.ts";

export const getMeter = (app: HttpApp, deps: Pick<ControlUseCases, "getMeter">): void => {
  app.openapi(route, async (c) => {
    const meter = await deps.getMeter(c.var.principal.namespace, c.req.valid("param").meterIdOrSlug);
    return meter.ok ? c.json(toApiMeter(meter.value), 200) : refuse(c, meter.error);
  });
};

const route = defineRoute("meters:read", {
  method: "get",
  path: "/api/v1/meters/{meterIdOrSlug}",
  operationId: "getMeter",
  tags: ["Meters"],
  summary: "Read a meter",
  description: "By its slug, or by its id; by id also a deleted one.",
  request: { params: meterPath },
  responses: {
    200: { description: "The meter", content: { "application/json": { schema: meterSchema } } },
    ...problems(400, 404),
  },
});
