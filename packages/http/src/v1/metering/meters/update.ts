import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { formatInstant } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problem, problems } from "../../../problems/problem.ts";
import { fromFaults, refuse } from "../../../problems/refuse.ts";
import { findChangedMembers } from "../../../wire/fixed-members.ts";
import { dateTime, metadata, meterPath, toInstant } from "../../../wire/params.ts";
import { apiAggregations, meterSchema, toApiMeter } from "./meter.ts";

export const updateMeter = (app: HttpApp, deps: Pick<ControlUseCases, "getMeter" | "updateMeter">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const { namespace } = c.var.principal;
    const { meterIdOrSlug } = c.req.valid("param");
    const current = await deps.getMeter(namespace, meterIdOrSlug);
    if (!current.ok) return refuse(c, current.error);
    const changed = findChangedMembers(fixed, withInstant(body), toApiMeter(current.value));
    if (changed.length > 0) return problem(c, "invalid_input", fromFaults(changed));
    const meter = await deps.updateMeter(namespace, meterIdOrSlug, {
      name: body.name ?? null,
      ...(body.description === undefined ? {} : { description: body.description }),
      metadata: body.metadata ?? null,
      groupBy: body.groupBy ?? {},
    });
    return meter.ok ? c.json(toApiMeter(meter.value), 200) : refuse(c, meter.error);
  });
};

const fixed = ["slug", "aggregation", "eventType", "eventFrom", "valueProperty"] as const;

/** The same instant can be written in many ways. */
const withInstant = <B extends { eventFrom?: string | undefined }>(body: B): B => {
  const eventFrom = toInstant(body.eventFrom);
  return eventFrom === null ? body : { ...body, eventFrom: formatInstant(eventFrom) };
};

const forGood = { description: "For good: may be sent back, and not changed" };

const route = defineRoute("meters:write", {
  method: "put",
  path: "/api/v1/meters/{meterIdOrSlug}",
  operationId: "updateMeter",
  tags: ["Meters"],
  summary: "Change a meter's labels and group-by",
  description:
    "Replaces: without `name` it is the slug again, without `groupBy` there are no group-bys, without `metadata` it is cleared; without `description` it stays. " +
    "Everything else of a meter stays what it was: saying otherwise is refused. The path of a group-by that a feature in use filters on can neither be changed nor removed.",
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
              slug: z.string().optional().openapi(forGood),
              aggregation: z.enum(apiAggregations).optional().openapi(forGood),
              eventType: z.string().optional().openapi(forGood),
              eventFrom: dateTime.optional().openapi(forGood),
              valueProperty: z.string().optional().openapi(forGood),
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
