import { z } from "@hono/zod-openapi";
import type { ControlUseCases, ParkedEvent } from "@meter/core";
import { formatInstant } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { jsonText } from "../../../wire/json-text.ts";
import { integer, listLengthMax } from "../../../wire/params.ts";

export const listParkedEvents = (app: HttpApp, deps: Pick<ControlUseCases, "listParkedEvents">): void => {
  app.openapi(route, async (c) => {
    const parked = await deps.listParkedEvents(c.var.principal.namespace, c.req.valid("query").limit ?? listLengthMax);
    return jsonText<object[]>(c, `[${parked.map(toJson).join(",")}]`);
  });
};

/** The event's data is put in as it was sent: it is JSON already. */
const toJson = ({ event, position, reason, parkedAt }: ParkedEvent): string => {
  const { id, source, type, subject } = event;
  const attributes = JSON.stringify({ specversion: "1.0", id, source, type, subject, time: formatInstant(event.time) });
  const data = event.data === null ? "" : `,"data":${event.data}`;
  const rest = JSON.stringify({
    position,
    reason,
    ingestedAt: formatInstant(event.ingestedAt),
    parkedAt: formatInstant(parkedAt),
  });
  return `{"event":${attributes.slice(0, -1)}${data}},${rest.slice(1)}`;
};

const parkedEventSchema: z.ZodType<object> = z
  .object({
    event: z.object({
      specversion: z.string(),
      id: z.string(),
      source: z.string(),
      type: z.string(),
      subject: z.string(),
      time: z.string().openapi({ format: "date-time" }),
      data: z.record(z.string(), z.unknown()).nullish(),
    }),
    position: z.object({ log: z.string(), partition: z.number().int(), offset: z.number().int() }),
    reason: z.string(),
    ingestedAt: z.string().openapi({ format: "date-time" }),
    parkedAt: z.string().openapi({ format: "date-time" }),
  })
  .openapi("ParkedEvent");

const route = defineRoute("events:read", {
  method: "get",
  path: "/api/v1/parked-events",
  operationId: "listParkedEvents",
  tags: ["Events"],
  summary: "List events that could not be stored in the usage tables",
  description:
    "They are safe in the control store and are tried again until they are stored. Oldest first; at most about 16 MiB of them, and one always.",
  request: { query: z.object({ limit: integer({ min: 1, max: listLengthMax }) }) },
  responses: {
    200: { description: "The parked events", content: { "application/json": { schema: z.array(parkedEventSchema) } } },
    ...problems(400),
  },
});
