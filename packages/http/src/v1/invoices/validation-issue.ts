import { z } from "@hono/zod-openapi";

export type ApiValidationIssue = {
  severity: "critical";
  code: string;
  component: string;
  field?: string | undefined;
  message: string;
  createdAt: string;
  updatedAt: string;
};

const dateTime = z.string().openapi({ format: "date-time" });

export const validationIssueSchema: z.ZodType<ApiValidationIssue> = z
  .object({
    severity: z.literal("critical"),
    code: z.string(),
    component: z.string(),
    field: z.string().optional().openapi({ description: "Which open line it is about: `openLines.` and its id" }),
    message: z.string(),
    createdAt: dateTime,
    updatedAt: dateTime,
  })
  .openapi("InvoiceValidationIssue");
