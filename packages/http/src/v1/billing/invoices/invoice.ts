import { z } from "@hono/zod-openapi";
import type { GatheringInvoice, InvoiceView, UnservedLine } from "@meter/core";
import type { BillingProfile, DraftInvoice, Invoice, SimulatedInvoice } from "@meter/invoicing";
import {
  assert,
  type Currency,
  findCurrency,
  formatDuration,
  formatInstant,
  type Instant,
  type IsoDuration,
} from "@meter/primitives";
import { ulid } from "../../../wire/params.ts";
import { type ApiPeriod, periodSchema, toApiPeriod } from "../../subscriptions/subscription.ts";
import { type ApiInvoiceLine, invoiceLineSchema, numberOf, toApiInvoiceLine, toApiSimulatedLine } from "./line.ts";
import { type ApiOpenLine, openLineSchema, toApiLineIssue, toApiOpenLine } from "./open-line.ts";
import { type ApiTotals, toApiTotals, totalsSchema } from "./totals.ts";
import { type ApiValidationIssue, validationIssueSchema } from "./validation-issue.ts";

/** All statuses of the wire, of which ours are a part. */
export const invoiceStatuses = [
  "gathering",
  "draft",
  "issuing",
  "issued",
  "payment_processing",
  "overdue",
  "paid",
  "uncollectible",
  "voided",
] as const;

export type ExtendedStatus =
  | "gathering"
  | "draft.waiting_for_collection"
  | "draft.waiting_auto_approval"
  | "issued"
  | "voided";

type ApiWorkflow = {
  workflow: {
    collection: { alignment: { type: "subscription" }; interval: string };
    invoicing: {
      autoAdvance: boolean;
      draftPeriod: string;
      dueAfter: string;
      progressiveBilling: boolean;
      subscriptionEndProrationMode: BillingProfile["subscriptionEndProrationMode"];
    };
    payment: { collectionMethod: "send_invoice" };
    tax: { enabled: boolean; enforced: boolean };
  };
};

export type ApiInvoice = {
  id: string;
  type: "standard" | "gathering";
  number: string;
  currency: string;
  supplier: Record<string, never>;
  customer: {
    id: string;
    key?: string | undefined;
    name: string;
    usageAttribution: { subjectKeys: string[] };
  };
  status: Invoice["status"] | "gathering";
  statusDetails: {
    immutable: boolean;
    failed: boolean;
    extendedStatus: ExtendedStatus | "draft.created";
    availableActions: { void?: { resultingState: string } | undefined };
  };
  period: ApiPeriod;
  collectionAt?: string | undefined;
  draftUntil?: string | undefined;
  quantitySnapshotedAt?: string | undefined;
  issuedAt?: string | undefined;
  dueAt?: string | undefined;
  voidedAt?: string | undefined;
  voidReason?: string | undefined;
  workflow: ApiWorkflow;
  totals: ApiTotals;
  lines?: ApiInvoiceLine[] | undefined;
  openLines?: ApiOpenLine[] | undefined;
  validationIssues?: ApiValidationIssue[] | undefined;
  createdAt: string;
  updatedAt: string;
};

const dateTime = z.string().openapi({ format: "date-time" });
const duration = z.string().openapi({ format: "duration" });

const workflowSchema = z
  .object({
    workflow: z.object({
      collection: z.object({ alignment: z.object({ type: z.literal("subscription") }), interval: duration }),
      invoicing: z.object({
        autoAdvance: z.boolean(),
        draftPeriod: duration,
        dueAfter: duration,
        progressiveBilling: z.boolean(),
        subscriptionEndProrationMode: z.enum(["bill_actual_period", "bill_full_period"]),
      }),
      payment: z.object({ collectionMethod: z.literal("send_invoice") }),
      tax: z.object({ enabled: z.boolean(), enforced: z.boolean() }),
    }),
  })
  .openapi("InvoiceWorkflow", { description: "The built-in billing profile, as it was when the invoice was drafted" });

export const invoiceSchema: z.ZodType<ApiInvoice> = z
  .object({
    id: z.string(),
    type: z.enum(["standard", "gathering"]),
    number: z.string().openapi({ example: "INV-ACME-1" }),
    currency: z.string(),
    supplier: z.object({}),
    customer: z.object({
      id: z.string(),
      key: z.string().optional(),
      name: z.string(),
      usageAttribution: z.object({ subjectKeys: z.array(z.string()) }),
    }),
    status: z.enum(["gathering", "draft", "issued", "voided"]),
    statusDetails: z.object({
      immutable: z.boolean(),
      failed: z.boolean(),
      extendedStatus: z.enum([
        "gathering",
        "draft.created",
        "draft.waiting_for_collection",
        "draft.waiting_auto_approval",
        "issued",
        "voided",
      ]),
      availableActions: z.object({ void: z.object({ resultingState: z.string() }).optional() }),
    }),
    period: periodSchema,
    collectionAt: dateTime.optional().openapi({ description: "When usage counts as complete; none depends on usage" }),
    draftUntil: dateTime.optional(),
    quantitySnapshotedAt: dateTime
      .optional()
      .openapi({ description: "When usage was read last; none was, or none is needed" }),
    issuedAt: dateTime.optional(),
    dueAt: dateTime.optional(),
    voidedAt: dateTime.optional(),
    voidReason: z.string().optional(),
    workflow: workflowSchema,
    totals: totalsSchema,
    lines: z.array(invoiceLineSchema).optional(),
    openLines: z
      .array(openLineSchema)
      .optional()
      .openapi({ description: "What of a draft cannot be rated, when there is any" }),
    validationIssues: z
      .array(validationIssueSchema)
      .optional()
      .openapi({ description: "What keeps a draft from being issued although it is time" }),
    createdAt: dateTime,
    updatedAt: dateTime,
  })
  .openapi("Invoice") as unknown as z.ZodType<ApiInvoice>; // the supplier has no members

/** A draft waits for its usage to be complete and read, then for its draft period to be over. */
export const extendedStatusAt = (invoice: Invoice | GatheringInvoice, at: Instant): ExtendedStatus => {
  if (invoice.status !== "draft") return invoice.status;
  const { collectionAt, waitingFor } = invoice;
  return (collectionAt !== null && at < collectionAt) || waitingFor !== null
    ? "draft.waiting_for_collection"
    : "draft.waiting_auto_approval";
};

export const toApiInvoice = (
  { invoice, at, unserved }: Readonly<{ invoice: Invoice | GatheringInvoice }> & Omit<InvoiceView, "invoice">,
  { expandLines }: Readonly<{ expandLines: boolean }>,
): ApiInvoice => {
  const currency = findCurrency(invoice.currency);
  assert(currency !== null, `the currency ${invoice.currency} of an invoice is known`);
  return {
    ...toApiHead(invoice, currency),
    type: invoice.status === "gathering" ? "gathering" : "standard",
    number: numberOf(invoice),
    status: invoice.status,
    statusDetails: {
      immutable: invoice.status !== "draft" && invoice.status !== "gathering",
      failed: false,
      extendedStatus: extendedStatusAt(invoice, at),
      availableActions: invoice.status === "issued" ? { void: { resultingState: "voided" } } : {},
    },
    ...toApiCollection(invoice),
    ...(invoice.quantitySnapshotAt === null ? {} : { quantitySnapshotedAt: formatInstant(invoice.quantitySnapshotAt) }),
    ...toApiDates(invoice),
    ...(expandLines ? { lines: invoice.lines.map((line) => toApiInvoiceLine(invoice, line, currency)) } : {}),
    ...(expandLines ? toApiOpenLines(invoice) : {}),
    ...toApiIssues(invoice, unserved),
    createdAt: formatInstant(invoice.createdAt),
    updatedAt: formatInstant(invoice.updatedAt),
  };
};

/** As a draft that nobody will ever advance: it is not stored. */
export const toApiSimulatedInvoice = (invoice: SimulatedInvoice): ApiInvoice => {
  const currency = findCurrency(invoice.currency);
  assert(currency !== null, `the currency ${invoice.currency} of an invoice is known`);
  const at = formatInstant(invoice.at);
  return {
    ...toApiHead(invoice, currency),
    type: "standard",
    number: invoice.number,
    status: "draft",
    statusDetails: { immutable: false, failed: false, extendedStatus: "draft.created", availableActions: {} },
    quantitySnapshotedAt: at,
    lines: invoice.lines.map((line) => toApiSimulatedLine(invoice, line, currency)),
    createdAt: at,
    updatedAt: at,
  };
};

type Head = Pick<ApiInvoice, "id" | "currency" | "supplier" | "customer" | "period" | "workflow" | "totals">;

const toApiHead = (
  {
    id,
    customer,
    period,
    profile,
    totals,
  }: Readonly<{ id: string }> & Pick<Invoice, "customer" | "period" | "profile" | "totals">,
  currency: Currency,
): Head => ({
  id,
  currency: currency.code,
  supplier: {},
  customer: {
    id: customer.id,
    ...(customer.key === null ? {} : { key: customer.key }),
    name: customer.name,
    usageAttribution: { subjectKeys: [...customer.subjectKeys] },
  },
  period: toApiPeriod(period),
  workflow: toApiWorkflow(profile),
  totals: toApiTotals(totals, currency),
});

/** Of what is gathered, when the next of it is due. */
const toApiCollection = (invoice: Invoice | GatheringInvoice): Pick<ApiInvoice, "collectionAt"> => {
  const at = invoice.status === "gathering" ? invoice.nextCollectionAt : invoice.collectionAt;
  return at === null ? {} : { collectionAt: formatInstant(at) };
};

/** What only some states have. */
const toApiDates = (invoice: Invoice | GatheringInvoice): Partial<ApiInvoice> => {
  if (invoice.status === "gathering") return {};
  if (invoice.status === "draft") return { draftUntil: formatInstant(invoice.draftUntil) };
  return {
    issuedAt: formatInstant(invoice.issuedAt),
    dueAt: formatInstant(invoice.dueAt),
    ...(invoice.status === "voided"
      ? { voidedAt: formatInstant(invoice.voidedAt), voidReason: invoice.voidReason }
      : {}),
  };
};

const toApiOpenLines = (invoice: Invoice | GatheringInvoice): Pick<ApiInvoice, "openLines"> =>
  "openLines" in invoice && invoice.openLines.length > 0
    ? { openLines: invoice.openLines.map((line) => toApiOpenLine(line, invoice.updatedAt)) }
    : {};

/** What keeps the whole of it, then what keeps single lines; then what is not right about what cannot be changed any more. */
const toApiIssues = (
  invoice: Invoice | GatheringInvoice,
  unserved: readonly UnservedLine[],
): Pick<ApiInvoice, "validationIssues"> => {
  const issues = [...("openLines" in invoice ? toOpenIssues(invoice) : []), ...unserved.map(toUnservedIssue)];
  return issues.length === 0 ? {} : { validationIssues: issues };
};

const toOpenIssues = ({
  waitingFor,
  openLines,
  updatedAt,
}: Pick<DraftInvoice, "waitingFor" | "openLines" | "updatedAt">): readonly ApiValidationIssue[] => [
  ...(waitingFor === null ? [] : [toApiIssue(waitingFor, updatedAt)]),
  ...openLines.map(({ id, issue }) => ({ ...toApiLineIssue(issue, updatedAt), field: `openLines.${id}` })),
];

/** With the code that the reference has for changes of a subscription that an invoice cannot follow. */
const toUnservedIssue = ({ lineId, name, activeTo, setAt }: UnservedLine): ApiValidationIssue => ({
  severity: "warning",
  code: "immutable_invoice_handling_not_supported",
  component: "subscription-sync",
  field: `lines/${lineId}`,
  message: `${name} was charged in advance beyond ${formatInstant(activeTo)}, where the subscription ends since: what is not served is not given back by itself yet`,
  createdAt: formatInstant(setAt),
  updatedAt: formatInstant(setAt),
});

const toApiIssue = (message: string, since: Instant): ApiValidationIssue => ({
  severity: "critical",
  code: "invoice_line_snapshot_failed",
  component: "openmeter.metering",
  message,
  createdAt: formatInstant(since),
  updatedAt: formatInstant(since),
});

const toApiWorkflow = (profile: BillingProfile): ApiWorkflow => ({
  workflow: {
    collection: { alignment: { type: "subscription" }, interval: toApiDuration(profile.collectionInterval) },
    invoicing: {
      autoAdvance: true,
      draftPeriod: toApiDuration(profile.draftPeriod),
      dueAfter: toApiDuration(profile.dueAfter),
      progressiveBilling: true,
      subscriptionEndProrationMode: profile.subscriptionEndProrationMode,
    },
    payment: { collectionMethod: "send_invoice" },
    tax: { enabled: false, enforced: false },
  },
});

/** No time is written as days, as the reference does. */
const toApiDuration = (duration: IsoDuration): string => {
  const text = formatDuration(duration);
  return text === "PT0S" ? "P0D" : text;
};

export const invoicePath: z.ZodObject<{ invoiceId: typeof ulid }> = z.object({ invoiceId: ulid });
