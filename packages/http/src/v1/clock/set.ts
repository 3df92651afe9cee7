import { z } from "@hono/zod-openapi";
import type { ControlUseCases, ParkedWork } from "@meter/core";
import { assert, formatInstant } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { dateTime, toInstant } from "../../wire/params.ts";

export const setClock = (app: HttpApp, deps: Pick<ControlUseCases, "setClock">): void => {
  app.openapi(route, async (c) => {
    const now = toInstant(c.req.valid("json").now);
    assert(now !== null, "the schema lets only instants pass");
    const set = await deps.setClock(now);
    if (!set.ok) return refuse(c, set.error);
    return c.json({ now: formatInstant(set.value.now), parked: set.value.parked.map(toApiParkedWork) }, 200);
  });
};

type ApiParkedWork = { customerId: string; dueAt: string; reason: string };
type ApiClockSet = { now: string; parked: ApiParkedWork[] };

const toApiParkedWork = ({ customerId, dueAt, reason }: ParkedWork): ApiParkedWork => ({
  customerId,
  dueAt: formatInstant(dueAt),
  reason,
});

const parkedWorkSchema: z.ZodType<ApiParkedWork> = z
  .object({ customerId: z.string(), dueAt: z.string().openapi({ format: "date-time" }), reason: z.string() })
  .openapi("ParkedWork");

const clockSetSchema: z.ZodType<ApiClockSet> = z
  .object({ now: z.string().openapi({ format: "date-time" }), parked: z.array(parkedWorkSchema) })
  .openapi("ClockSet");

const route = defineRoute("clock:write", {
  method: "put",
  path: "/api/v1/clock",
  operationId: "setClock",
  tags: ["Clock"],
  summary: "Set the manual clock",
  description:
    "Needs METER_CLOCK=manual. The first call may set any instant, later ones the same or a later one; finer than a millisecond is cut towards the past. " +
    "Answers when everything that is due by then has been done, and names what failed and stayed parked, with its reason. " +
    "The same call again goes on with what is left. Only a root key may: the clock is that of all namespaces.",
  request: {
    body: {
      required: true,
      content: { "application/json": { schema: z.object({ now: dateTime }).openapi("ClockUpdate") } },
    },
  },
  responses: {
    200: { description: "The clock is set", content: { "application/json": { schema: clockSetSchema } } },
    ...problems(400, 409, 413, 415),
  },
});
