import { z } from "@hono/zod-openapi";

export type ApiValidationIssue = {
  severity: "critical" | "warning";
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
    severity: z.enum(["critical", "warning"]),
    code: z.string(),
    component: z.string(),
    field: z
      .string()
      .optional()
      .openapi({ description: "Which line it is about: `openLines.` or `lines/` and its id" }),
    message: z.string(),
    createdAt: dateTime,
    updatedAt: dateTime,
  })
  .openapi("InvoiceValidationIssue");
