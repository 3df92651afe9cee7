import { z } from "@hono/zod-openapi";
import type { FieldFault } from "@meter/catalog";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { notSupportedYet, refuseFaults } from "../../../wire/not-supported-yet.ts";
import { dateTime } from "../../../wire/params.ts";
import { invoicePath, invoiceSchema, toApiInvoice } from "./invoice.ts";

export const voidInvoice = (app: HttpApp, deps: Pick<ControlUseCases, "voidInvoice">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const faults = findUnsupported(body);
    if (faults.length > 0) return refuseFaults(c, faults);
    const { reason } = body;
    const voided = await deps.voidInvoice(c.var.principal.namespace, c.req.valid("param").invoiceId, { reason });
    return voided.ok ? c.json(toApiInvoice(voided.value, { expandLines: true }), 200) : refuse(c, voided.error);
  });
};

type VoidAction = { percentage: number; action: { type: "discard" | "pending"; nextInvoiceAt?: string | undefined } };
type InvoiceVoid = {
  action: VoidAction;
  reason: string;
  overrides?: { lineId: string; action: VoidAction }[] | null | undefined;
};

/** Only all of it, and for good. */
const findUnsupported = ({ action, overrides }: InvoiceVoid): readonly FieldFault[] => [
  ...(action.percentage === 100 ? [] : [notSupportedYet("action.percentage", "voiding a part")]),
  ...(action.action.type === "discard" && action.action.nextInvoiceAt === undefined
    ? []
    : [notSupportedYet("action.action", "billing again what is voided")]),
  ...((overrides ?? []).length === 0 ? [] : [notSupportedYet("overrides", "another action for single lines")]),
];

const actionSchema = z.object({
  percentage: z.number().min(0).max(100).openapi({ description: "Only 100 is supported so far" }),
  action: z.object({
    type: z.enum(["discard", "pending"]).openapi({ description: "`pending` is not supported yet" }),
    nextInvoiceAt: dateTime.optional(),
  }),
});

const bodySchema: z.ZodType<InvoiceVoid> = z
  .object({
    action: actionSchema,
    reason: z.string(),
    overrides: z
      .array(z.object({ lineId: z.string(), action: actionSchema }))
      .max(1_000)
      .nullish()
      .openapi({ description: "Not supported yet" }),
  })
  .openapi("VoidInvoiceInput");

const route = defineRoute("billing:write", {
  method: "post",
  path: "/api/v1/billing/invoices/{invoiceId}/void",
  operationId: "voidInvoice",
  tags: ["Billing"],
  summary: "Take an issued invoice back",
  description:
    "As a whole, for good: it keeps its number. What it billed is not billed again by itself; later parts of the same service period count it as not billed. Where a later part has corrected it, so that the service period would come to less than zero, that part's invoice is voided with it.",
  request: {
    params: invoicePath,
    body: { required: true, content: { "application/json": { schema: bodySchema } } },
  },
  responses: {
    200: { description: "The voided invoice", content: { "application/json": { schema: invoiceSchema } } },
    ...problems(400, 404, 409, 413, 415, 503),
  },
});
