import { z } from "@hono/zod-openapi";

export type IgnoredAlignment = { billablesMustAlign?: boolean | undefined } | undefined;

/** Of plans and subscriptions, which are always aligned. */
export const ignoredAlignment: z.ZodType<IgnoredAlignment, IgnoredAlignment> = z
  .object({ billablesMustAlign: z.boolean().optional() })
  .optional()
  .openapi({ deprecated: true, description: "Accepted, and without effect" });
