import { z } from "@hono/zod-openapi";
import { assert, type IsoDuration, parseDuration } from "@meter/primitives";

/** An ISO 8601 duration of whole parts. Stays text: `toDuration` makes the value. */
export const duration: z.ZodType<string, string> = z
  .string()
  .max(64)
  .refine((text) => parseDuration(text).ok, "must be an ISO 8601 duration of whole parts, such as P1M")
  .openapi({ format: "duration", example: "P1M" });

/** Of a text that passed `duration`. */
export const toDuration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  assert(parsed.ok, "a duration that passed its check");
  return parsed.value;
};
