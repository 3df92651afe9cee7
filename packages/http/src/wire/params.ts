import { z } from "@hono/zod-openapi";
import { onlyNull } from "../openapi/plain-nulls.ts";
import { explainInstantError, type Instant, parseInstant } from "@meter/primitives";

/** RFC 3339 with a mandatory offset. Stays text: what is echoed must be what was written. */
export const dateTime: z.ZodType<string, string> = z
  .string()
  .max(64)
  .superRefine((text, context) => {
    const parsed = parseInstant(text);
    if (!parsed.ok) context.addIssue({ code: "custom", message: explainInstantError(parsed.error) });
  })
  .openapi({ type: "string", format: "date-time" });

/** Of a text that passed `dateTime`; finer than a millisecond is cut towards the past. */
export const toInstant = (text: string | undefined | null): Instant | null => {
  if (text === undefined || text === null) return null;
  const parsed = parseInstant(text);
  return parsed.ok ? parsed.value : null;
};

export const listLengthMax = 100;

/** A parameter that may be repeated. */
export const many = <T extends string>(item: z.ZodType<T, string>): z.ZodType<T[] | undefined, unknown> =>
  z
    .preprocess(
      (value) => (value === undefined || Array.isArray(value) ? value : [value]),
      z.array(item).max(listLengthMax).optional(),
    )
    .openapi({ type: "array", items: { type: "string" }, maxItems: listLengthMax });

/** A whole number in a query. */
export const integer = (
  bounds: Readonly<{ min: number; max: number }>,
): z.ZodType<number | undefined, string | undefined> =>
  z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number)
    .refine((value) => value >= bounds.min && value <= bounds.max, `must be ${bounds.min} to ${bounds.max}`)
    .optional()
    .openapi({ type: "integer", minimum: bounds.min, maximum: bounds.max });

/** `true` or `false` in a query; absent is false. */
export const flag: z.ZodType<boolean, string | undefined> = z
  .enum(["true", "false"])
  .optional()
  .transform((value) => value === "true")
  .openapi({ type: "boolean" });

export const orderOr = (otherwise: "ASC" | "DESC"): z.ZodType<"asc" | "desc", string | undefined> =>
  z
    .enum(["ASC", "DESC"])
    .default(otherwise)
    .transform((value) => (value === "ASC" ? "asc" : "desc"))
    .openapi({ type: "string", enum: ["ASC", "DESC"], default: otherwise });

export const order: z.ZodType<"asc" | "desc", string | undefined> = orderOr("ASC");

/** Either case, as the v1 wire has it. */
export const ulidPattern: RegExp = /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/;

export const ulid: z.ZodType<string, string> = z
  .string()
  .regex(ulidPattern, "must be a ULID")
  .openapi({ type: "string", pattern: ulidPattern.source });

const keyOrUlidPattern = /^(?:(?=.{1,64}$)[a-z0-9]+(?:_[a-z0-9]+)*|[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25})$/;

/** A key, or an id; `of` names the thing. */
export const keyOrUlid = (of: string): z.ZodType<string, string> =>
  z
    .string()
    .regex(keyOrUlidPattern, `must be the key or the id of ${of}`)
    .openapi({ type: "string", pattern: keyOrUlidPattern.source });

export const meterPath: z.ZodObject<{ meterIdOrSlug: z.ZodString }> = z.object({
  meterIdOrSlug: z.string().regex(keyOrUlidPattern, "must be the slug or the id of a meter"),
});

/** Part of the progress protocol of other servers: accepted, and without effect. */
export const clientId: z.ZodOptional<z.ZodString> = z.string().min(1).max(36).optional();

/** A member that the wire has and nothing fills. */
export const alwaysNull: z.ZodNull = z.null().openapi(onlyNull);

export const metadata: z.ZodType<Record<string, string> | null | undefined> = z
  .record(z.string(), z.string())
  .nullish();
