import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { formatInstant } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../define-route.ts";

export const getClock = (app: HttpApp, deps: Pick<ControlUseCases, "getClock">): void => {
  app.openapi(route, async (c) => {
    const { now, mode } = await deps.getClock();
    return c.json({ now: now === null ? null : formatInstant(now), mode }, 200);
  });
};

type ApiClock = { now: string | null; mode: "system" | "manual" };

const clockSchema: z.ZodType<ApiClock> = z
  .object({
    now: z.string().nullable().openapi({ format: "date-time" }),
    mode: z.enum(["system", "manual"]),
  })
  .openapi("Clock");

const route = defineRoute("any-key", {
  method: "get",
  path: "/api/v1/clock",
  operationId: "getClock",
  tags: ["Clock"],
  summary: "Read the clock",
  description:
    "The time that decisions are taken by. `now` is null when the clock is manual and was not set yet. Any valid key may.",
  responses: { 200: { description: "The clock", content: { "application/json": { schema: clockSchema } } } },
});
