import { z } from "@hono/zod-openapi";
import { type FieldFault, keyPattern, meterLimits } from "@meter/catalog";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { dateTime, metadata, toInstant } from "../../../wire/params.ts";
import { apiAggregations, meterSchema, toAggregation, toApiMeter } from "./meter.ts";

export const createMeter = (app: HttpApp, deps: Pick<ControlUseCases, "defineMeter">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const meter = await deps.defineMeter(c.var.principal.namespace, {
      key: body.slug,
      name: body.name ?? body.slug,
      description: body.description ?? null,
      metadata: body.metadata ?? null,
      eventType: body.eventType,
      aggregation: toAggregation(body.aggregation),
      valueProperty: body.valueProperty ?? null,
      groupBy: body.groupBy ?? {},
      eventFrom: toInstant(body.eventFrom),
    });
    if (meter.ok) return c.json(toApiMeter(meter.value), 201);
    const { error } = meter;
    return refuse(c, error.type === "invalid_input" ? { ...error, faults: error.faults.map(toSlugFault) } : error);
  });
};

/** The wire calls the key of a meter its slug. */
const toSlugFault = (fault: FieldFault): FieldFault =>
  fault.field === "key"
    ? { ...fault, field: "slug", message: fault.message.replace(/^meter key/, "meter slug") }
    : fault;

// The rules are the catalog's, which names every fault; this says them to whoever reads the document.
const slugForm = { pattern: keyPattern.source, minLength: 1, maxLength: meterLimits.keyCharactersMax };
const nameForm = { minLength: 1, maxLength: meterLimits.nameCharactersMax };
const descriptionForm = { minLength: 1, maxLength: meterLimits.descriptionCharactersMax };

const route = defineRoute("meters:write", {
  method: "post",
  path: "/api/v1/meters",
  operationId: "createMeter",
  tags: ["Meters"],
  summary: "Define a meter",
  description: "A meter turns events of one type into a number. It counts events that were there before it, too.",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z
            .object({
              slug: z.string().openapi({ ...slugForm, example: "request_duration" }),
              name: z.string().optional().openapi(nameForm),
              description: z.string().optional().openapi(descriptionForm),
              aggregation: z.enum(apiAggregations),
              eventType: z.string().openapi({ minLength: 1, example: "request" }),
              eventFrom: dateTime.optional(),
              valueProperty: z
                .string()
                .optional()
                .openapi({
                  pattern: String.raw`^\$`,
                  example: "$.duration_ms",
                  description:
                    'JSONPath of the value in an event\'s data: `$` and steps such as `.name`, `."any name"`, `[0]`. Required unless the aggregation is COUNT, which has none.',
                }),
              groupBy: z
                .record(z.string(), z.string())
                .optional()
                .openapi({ example: { route: "$.route" } }),
              metadata,
            })
            .openapi("MeterCreate"),
        },
      },
    },
  },
  responses: {
    201: { description: "The meter", content: { "application/json": { schema: meterSchema } } },
    ...problems(400, 409, 413, 415),
  },
});
