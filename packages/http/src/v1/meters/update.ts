import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { metadata, meterPath } from "../../wire/params.ts";
import { meterSchema, toApiMeter } from "./meter.ts";

export const updateMeter = (app: HttpApp, deps: Pick<ControlUseCases, "updateMeter">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const meter = await deps.updateMeter(c.var.principal.namespace, c.req.valid("param").meterIdOrSlug, {
      name: body.name ?? null,
      ...(body.description === undefined ? {} : { description: body.description }),
      metadata: body.metadata ?? null,
      groupBy: body.groupBy ?? {},
    });
    return meter.ok ? c.json(toApiMeter(meter.value), 200) : refuse(c, meter.error);
  });
};

const route = defineRoute("meters:write", {
  method: "put",
  path: "/api/v1/meters/{meterIdOrSlug}",
  operationId: "updateMeter",
  tags: ["Meters"],
  summary: "Change a meter's labels and group-by",
  description:
    "Replaces: without `name` it is the slug again, without `groupBy` there are no group-bys, without `metadata` it is cleared; without `description` it stays. " +
    "Everything else of a meter stays what it was. The path of a group-by that a feature in use filters on can neither be changed nor removed.",
  request: {
    params: meterPath,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z
            .object({
              name: z.string().optional(),
              description: z.string().optional(),
              metadata,
              groupBy: z.record(z.string(), z.string()).optional(),
            })
            .openapi("MeterUpdate"),
        },
      },
    },
  },
  responses: {
    200: { description: "The meter", content: { "application/json": { schema: meterSchema } } },
    ...problems(400, 404, 409, 413, 415),
  },
});
