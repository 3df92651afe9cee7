import { z } from "@hono/zod-openapi";
import type { ControlUseCases, ParkedBilling } from "@meter/core";
import { formatInstant } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../define-route.ts";

export const listParkedBilling = (app: HttpApp, deps: Pick<ControlUseCases, "listParkedBilling">): void => {
  app.openapi(route, async (c) => {
    const parked = await deps.listParkedBilling(c.var.principal.namespace);
    return c.json(parked.map(toApiParked), 200);
  });
};

type ApiParkedBilling = {
  customerId: string;
  dueAt: string;
  reason: string;
  attempts: number;
  parkedAt: string;
  retryAt: string;
};

const toApiParked = ({ customerId, dueAt, reason, attempts, parkedAt, retryAt }: ParkedBilling): ApiParkedBilling => ({
  customerId,
  dueAt: formatInstant(dueAt),
  reason,
  attempts,
  parkedAt: formatInstant(parkedAt),
  retryAt: formatInstant(retryAt),
});

const dateTime = z.string().openapi({ format: "date-time" });

const parkedSchema: z.ZodType<ApiParkedBilling> = z
  .object({
    customerId: z.string(),
    dueAt: dateTime.openapi({ description: "Since when it waits, by the product's clock" }),
    reason: z.string(),
    attempts: z.number().int().openapi({ description: "How often in a row it failed" }),
    parkedAt: dateTime.openapi({ description: "By the system's clock" }),
    retryAt: dateTime.openapi({ description: "By the system's clock" }),
  })
  .openapi("ParkedBilling");

const route = defineRoute("billing:read", {
  method: "get",
  path: "/api/v1/billing/parked",
  operationId: "listParkedBilling",
  tags: ["Billing"],
  summary: "List customers whose billing waits",
  description: "With the reason; they are tried again by themselves. The one that is due longest first.",
  responses: {
    200: { description: "The customers", content: { "application/json": { schema: z.array(parkedSchema) } } },
  },
});
