import { z } from "@hono/zod-openapi";

const pattern = /^-?[0-9]+(\.[0-9]+)?$/;

/** A decimal as text. How many digits it may have says the rule for what it is. */
export const numeric: z.ZodType<string, string> = z
  .string()
  .max(128)
  .regex(pattern, "must be a decimal as text, such as 0.25")
  .openapi({ example: "0.25" });
