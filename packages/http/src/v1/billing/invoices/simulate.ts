import { z } from "@hono/zod-openapi";
import { type FieldFault, prefixFault } from "@meter/catalog";
import type { ControlUseCases, LineToPrice, SimulateInvoiceInput } from "@meter/core";
import type { InvoiceLineId } from "@meter/invoicing";
import { assert, err, type Instant, ok, type Result } from "@meter/primitives";
import { isDeepStrictEqual } from "node:util";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { toDecimal } from "../../../wire/decimal.ts";
import { refuseFaults } from "../../../wire/not-supported-yet.ts";
import { numeric } from "../../../wire/numeric.ts";
import { dateTime, metadata, toInstant, ulid } from "../../../wire/params.ts";
import { toApiFaults } from "../../catalog/plans/plan.ts";
import { type ApiPrice, priceSchema } from "../../catalog/plans/price.ts";
import { type ApiTaxConfig, fromApiCharges, rateCardParts } from "../../catalog/plans/rate-card.ts";
import { invoiceSchema, toApiSimulatedInvoice } from "./invoice.ts";
import { type ApiLineRateCardInput, lineRateCardSchema } from "./line-rate-card.ts";

export const simulateInvoice = (app: HttpApp, deps: Pick<ControlUseCases, "simulateInvoice">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const input = fromApiSimulation(c.req.valid("param").customerId, body);
    if (!input.ok) return refuseFaults(c, input.error);
    const invoice = await deps.simulateInvoice(c.var.principal.namespace, input.value);
    if (invoice.ok) return c.json(toApiSimulatedInvoice(invoice.value), 200);
    const { error } = invoice;
    if (error.type !== "invalid_input") return refuse(c, error);
    const faults = error.faults.map((fault) => ({ ...fault, field: toSentField(fault.field, body) }));
    return refuse(c, toApiFaults({ ...error, faults }));
  });
};

const linesMax = 1_000;

type SimulationLine = {
  id?: string | undefined;
  name: string;
  description?: string | undefined;
  metadata?: Record<string, string> | null | undefined;
  period: { from: string; to: string };
  invoiceAt: string;
  quantity: string;
  preLinePeriodQuantity?: string | undefined;
  rateCard?: ApiLineRateCardInput | undefined;
  price?: ApiPrice | null | undefined;
  featureKey?: string | undefined;
  taxConfig?: ApiTaxConfig | undefined;
};

type Simulation = { number?: string | undefined; currency: string; lines: SimulationLine[] };

const twin = "Deprecated twin of the member of `rateCard`: alone, or equal to it";

const lineSchema: z.ZodType<SimulationLine, SimulationLine> = z
  .object({
    id: ulid.optional(),
    name: z.string().min(1).max(256),
    description: z.string().max(1_024).optional(),
    metadata,
    period: z.object({ from: dateTime, to: dateTime }),
    invoiceAt: dateTime,
    quantity: numeric.openapi({ description: "Of this line alone. A fixed price counts once, whatever it says" }),
    preLinePeriodQuantity: numeric.optional().openapi({
      description: "What was used in the service period before: the line is then the final one, and not the first",
    }),
    rateCard: lineRateCardSchema.optional(),
    price: priceSchema.nullish().openapi({ deprecated: true, description: twin }),
    featureKey: z.string().min(1).max(64).optional().openapi({ deprecated: true, description: twin }),
    taxConfig: rateCardParts.taxConfig.openapi({ deprecated: true, description: twin }),
  })
  .openapi("InvoiceSimulationLine") as unknown as z.ZodType<SimulationLine, SimulationLine>; // as listed

const bodySchema: z.ZodType<Simulation, Simulation> = z
  .object({
    number: z.string().min(1).max(256).optional().openapi({ default: "INV-SIMULATED" }),
    currency: z.string().openapi({ example: "USD" }),
    lines: z.array(lineSchema).min(1).max(linesMax),
  })
  .openapi("InvoiceSimulationInput");

const fromApiSimulation = (
  customer: string,
  { number = "INV-SIMULATED", currency, lines: sent }: Simulation,
): Result<SimulateInvoiceInput, readonly FieldFault[]> => {
  const lines = sent.map(fromApiLine);
  const faults = lines.flatMap((line, index) =>
    line.ok ? [] : line.error.map((fault) => prefixFault(`lines.${index}`, fault)),
  );
  if (faults.length > 0) return err(faults);
  return ok({ customer, number, currency, lines: lines.flatMap((line) => (line.ok ? [line.value] : [])) });
};

const fromApiLine = (line: SimulationLine): Result<LineToPrice, readonly FieldFault[]> => {
  const { featureKey, ...charges } = chargesOf(line);
  const rateCard = fromApiCharges(charges);
  const quantity = toDecimal(line.quantity, "quantity");
  const { preLinePeriodQuantity: before } = line;
  const quantityBefore = before === undefined ? ok(null) : toDecimal(before, "preLinePeriodQuantity");
  const twins = findUnequalTwins(line);
  if (!rateCard.ok || !quantity.ok || !quantityBefore.ok || twins.length > 0)
    return err([
      ...twins,
      ...(rateCard.ok
        ? []
        : rateCard.error.map((fault) => (line.rateCard === undefined ? fault : prefixFault("rateCard", fault)))),
      ...(quantity.ok ? [] : quantity.error),
      ...(quantityBefore.ok ? [] : quantityBefore.error),
    ]);
  return ok({
    id: (line.id ?? null) as InvoiceLineId | null, // a ULID by its schema
    name: line.name,
    description: line.description ?? null,
    metadata: line.metadata ?? null,
    servicePeriod: { start: toGivenInstant(line.period.from), end: toGivenInstant(line.period.to) },
    invoiceAt: toGivenInstant(line.invoiceAt),
    rateCard: { ...rateCard.value, featureKey: featureKey ?? null },
    quantity: quantity.value,
    quantityBefore: quantityBefore.value,
  });
};

const chargesOf = (line: SimulationLine): ApiLineRateCardInput =>
  line.rateCard ?? { price: line.price ?? null, featureKey: line.featureKey, taxConfig: line.taxConfig };

const twins = ["price", "featureKey", "taxConfig"] as const;

const findUnequalTwins = (line: SimulationLine): readonly FieldFault[] =>
  twins.flatMap((field) => {
    if (line.rateCard === undefined || (line[field] ?? null) === null) return [];
    if (isDeepStrictEqual(meaningOf(field, line), meaningOf(field, line.rateCard))) return [];
    return [{ field, code: "unequal_twins", message: `${field} is given here and in rateCard, and not the same` }];
  });

/** So that 1.50 is 1.5. */
const meaningOf = (field: (typeof twins)[number], of: Pick<SimulationLine, (typeof twins)[number]>): unknown =>
  field === "featureKey" ? of.featureKey : fromApiCharges({ [field]: of[field] });

/** Where the client said what a fault is about: in the rate card, or in its deprecated twin. */
const toSentField = (field: string, { lines }: Simulation): string =>
  field.replace(/^lines\.(\d+)\.rateCard\./, (found, index: string) =>
    lines[Number(index)]?.rateCard === undefined ? `lines.${index}.` : found,
  );

/** Of a text that passed `dateTime`. */
const toGivenInstant = (text: string): Instant => {
  const at = toInstant(text);
  assert(at !== null, "a date-time that passed its check");
  return at;
};

const route = defineRoute("billing:read", {
  method: "post",
  path: "/api/v1/billing/customers/{customerId}/invoices/simulate",
  operationId: "simulateInvoice",
  tags: ["Billing"],
  summary: "What an invoice over given lines would say",
  description:
    "Prices the lines by the quantities that are given: no meter is read, and nothing is stored. What earlier parts of a service period came to follows from `preLinePeriodQuantity`; prices and aggregations that are not billed in parts are then billed as a whole.",
  request: {
    params: z.object({ customerId: z.string().min(1).max(256) }),
    body: { required: true, content: { "application/json": { schema: bodySchema } } },
  },
  responses: {
    200: { description: "The invoice", content: { "application/json": { schema: invoiceSchema } } },
    ...problems(400, 404, 412, 413, 415),
  },
});
