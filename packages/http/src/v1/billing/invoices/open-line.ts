import { z } from "@hono/zod-openapi";
import type { LineIssue, OpenLine } from "@meter/invoicing";
import { formatInstant, type Instant } from "@meter/primitives";
import { type ApiPeriod, periodSchema, toApiPeriod } from "../../subscriptions/subscription.ts";
import {
  type ApiLineRateCard,
  type ApiUsage,
  lineRateCardSchema,
  toApiLineRateCard,
  toApiUsage,
  usageSchema,
} from "./line.ts";
import { type ApiValidationIssue, validationIssueSchema } from "./validation-issue.ts";

/** A line that cannot be rated, as the reference's wire does not know it: without a figure, with the reason. */
export type ApiOpenLine = {
  id: string;
  name: string;
  description?: string | undefined;
  period: ApiPeriod;
  invoiceAt: string;
  rateCard: ApiLineRateCard;
  subscription: { subscription: { id: string }; phase: { id: string }; item: { id: string } };
  chargeKey: string;
  usage: ApiUsage | null;
  validationIssues: ApiValidationIssue[];
};

const id = z.object({ id: z.string() });

export const openLineSchema: z.ZodType<ApiOpenLine> = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().optional(),
    period: periodSchema.openapi({ description: "What it will bill" }),
    invoiceAt: z.string().openapi({ format: "date-time" }),
    rateCard: lineRateCardSchema,
    subscription: z.object({ subscription: id, phase: id, item: id }),
    chargeKey: z.string().openapi({ description: "Names what is to be billed; nothing else bills it meanwhile" }),
    usage: usageSchema.nullable().openapi({ description: "As it was last read; null when it is none or cannot be" }),
    validationIssues: z.array(validationIssueSchema).openapi({ description: "Why it cannot be rated" }),
  })
  .openapi("OpenInvoiceLine", {
    description:
      "A line that cannot be rated: in no total, and tried again every day; an addition to the reference's wire",
  });

export const toApiOpenLine = (line: OpenLine, since: Instant): ApiOpenLine => ({
  id: line.id,
  name: line.name,
  ...(line.description === null ? {} : { description: line.description }),
  period: toApiPeriod(line.servicePeriod),
  invoiceAt: formatInstant(line.invoiceAt),
  rateCard: toApiLineRateCard(line),
  subscription: {
    subscription: { id: line.subscription.id },
    phase: { id: line.subscription.phaseId },
    item: { id: line.subscription.itemId },
  },
  chargeKey: line.chargeKey,
  usage: toApiUsage(line.usage),
  validationIssues: [toApiLineIssue(line.issue, since)],
});

export const toApiLineIssue = ({ code, message }: LineIssue, since: Instant): ApiValidationIssue => ({
  severity: "critical",
  code: `invoice_line_${code}`,
  component: "meter.billing",
  message,
  createdAt: formatInstant(since),
  updatedAt: formatInstant(since),
});
