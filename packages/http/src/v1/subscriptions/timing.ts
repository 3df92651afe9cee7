import { z } from "@hono/zod-openapi";
import { assert, explainInstantError, parseInstant } from "@meter/primitives";
import type { Timing } from "@meter/subscriptions";
import { toInstant } from "../../wire/params.ts";

/** When a change takes effect. Stays text: `toTiming` makes the value. */
export const timing: z.ZodType<string, string> = z
  .string()
  .max(64)
  .superRefine((text, context) => {
    if (text === "immediate" || text === "next_billing_cycle") return;
    const parsed = parseInstant(text);
    if (parsed.ok) return;
    const message = `must be immediate, next_billing_cycle or an instant, which ${explainInstantError(parsed.error)}`;
    context.addIssue({ code: "custom", message });
  })
  .openapi({ type: "string", example: "immediate", description: "`immediate`, `next_billing_cycle`, or a date-time" });

/** Of a text that passed `timing`. */
export const toTiming = (text: string): Timing => {
  if (text === "immediate" || text === "next_billing_cycle") return { type: text };
  const at = toInstant(text);
  assert(at !== null, "a timing that passed its check");
  return { type: "at", at };
};
