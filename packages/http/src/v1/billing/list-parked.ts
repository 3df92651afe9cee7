import { z } from "@hono/zod-openapi";
import type { ControlUseCases, ParkedBilling, ParkedLine } from "@meter/core";
import { formatInstant } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../define-route.ts";

export const listParkedBilling = (app: HttpApp, deps: Pick<ControlUseCases, "listParkedBilling">): void => {
  app.openapi(route, async (c) => {
    const parked = await deps.listParkedBilling(c.var.principal.namespace);
    return c.json([...parked.customers.map(toApiParked), ...parked.lines.map(toApiParkedLine)], 200);
  });
};

type ApiParkedBilling = {
  customerId: string;
  invoiceId?: string | undefined;
  lineId?: string | undefined;
  dueAt: string;
  reason: string;
  attempts?: number | undefined;
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

const toApiParkedLine = ({
  customerId,
  invoiceId,
  lineId,
  dueAt,
  reason,
  parkedAt,
  retryAt,
}: ParkedLine): ApiParkedBilling => ({
  customerId,
  invoiceId,
  lineId,
  dueAt: formatInstant(dueAt),
  reason,
  parkedAt: formatInstant(parkedAt),
  retryAt: formatInstant(retryAt),
});

const dateTime = z.string().openapi({ format: "date-time" });

const parkedSchema: z.ZodType<ApiParkedBilling> = z
  .object({
    customerId: z.string(),
    invoiceId: z.string().optional().openapi({ description: "The draft of a line that cannot be rated" }),
    lineId: z
      .string()
      .optional()
      .openapi({ description: "The line that cannot be rated: nothing else of the customer waits for it" }),
    dueAt: dateTime.openapi({ description: "Since when it waits, by the product's clock" }),
    reason: z.string(),
    attempts: z
      .number()
      .int()
      .optional()
      .openapi({ description: "How often in a row the billing of the customer failed" }),
    parkedAt: dateTime.openapi({ description: "By the system's clock; of a line by the product's" }),
    retryAt: dateTime.openapi({ description: "By the system's clock; of a line by the product's" }),
  })
  .openapi("ParkedBilling");

const route = defineRoute("billing:read", {
  method: "get",
  path: "/api/v1/billing/parked",
  operationId: "listParkedBilling",
  tags: ["Billing"],
  summary: "List what could not be billed",
  description:
    "Customers whose billing waits, then single lines that cannot be rated (1,000 at most), each with the reason; they are tried again by themselves, lines every day. What is due longest comes first.",
  responses: {
    200: { description: "Customers and lines", content: { "application/json": { schema: z.array(parkedSchema) } } },
  },
});
