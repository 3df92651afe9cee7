import { z } from "@hono/zod-openapi";
import type { MeterAnswer } from "@meter/core";
import type { UsageRow } from "@meter/metering";
import { formatInstantInZone, toNumber } from "@meter/primitives";
import { toJsonArray } from "../../../answers/text-answer.ts";
import { toCsvRecord } from "../../../wire/csv.ts";
import { echoDateTime } from "../../../wire/echo-date-time.ts";
import { toFixed } from "../../../wire/fixed-decimal.ts";
import { apiWindowSizes, type QueryInput } from "./query-input.ts";

export type ApiQueryRow = {
  value: number;
  windowStart: string;
  windowEnd: string;
  subject: string | null;
  customerId?: string | undefined;
  groupBy: Record<string, string>;
};

export type ApiQueryAnswer = {
  from?: string | undefined;
  to?: string | undefined;
  windowSize?: (typeof apiWindowSizes)[number] | undefined;
  data: ApiQueryRow[];
};

export const queryAnswerSchema: z.ZodType<ApiQueryAnswer> = z
  .object({
    from: z.string().openapi({ format: "date-time" }).optional(),
    to: z.string().openapi({ format: "date-time" }).optional(),
    windowSize: z.enum(apiWindowSizes).optional(),
    data: z.array(
      z.object({
        value: z.number(),
        windowStart: z.string().openapi({ format: "date-time" }),
        windowEnd: z.string().openapi({ format: "date-time" }),
        subject: z.string().nullable(),
        customerId: z.string().optional(),
        groupBy: z.record(z.string(), z.string()),
      }),
    ),
  })
  .openapi("MeterQueryResult");

/** JSON text, piece by piece. `value` is the nearest double of the exact value, because the v1 wire has numbers. */
export function* toJsonPieces(input: QueryInput, answer: MeterAnswer, groupBy: readonly string[]): Generator<string> {
  const head: Omit<ApiQueryAnswer, "data"> = {
    ...(input.from === undefined ? {} : { from: echoDateTime(input.from) }),
    ...(input.to === undefined ? {} : { to: echoDateTime(input.to) }),
    ...(input.windowSize === undefined ? {} : { windowSize: input.windowSize }),
  };
  yield JSON.stringify({ ...head, data: null }).slice(0, -"null}".length);
  yield* toJsonArray(answer.rows, (row) => JSON.stringify(toApiRow(input, answer, row, groupBy)));
  yield "}";
}

const toApiRow = (input: QueryInput, { zone }: MeterAnswer, row: UsageRow, groupBy: readonly string[]): ApiQueryRow => {
  const [from, to] = input.windowSize === undefined ? [input.from, input.to] : [];
  const dimensions = groupBy.filter((key) => key !== "subject" && key !== "customer_id");
  return {
    value: toNumber(row.value),
    windowStart: from === undefined ? formatInstantInZone(row.windowStart, zone) : echoDateTime(from),
    windowEnd: to === undefined ? formatInstantInZone(row.windowEnd, zone) : echoDateTime(to),
    subject: row.group["subject"] ?? null,
    ...(row.group["customer_id"] === undefined ? {} : { customerId: row.group["customer_id"] }),
    groupBy: Object.fromEntries(dimensions.map((key) => [key, row.group[key] ?? ""])),
  };
};

/**
 * CSV text, record by record. Columns: the window, the subject first where it is grouped by (with its display name where any is known), the other keys in
 * the order asked for, the value with six decimals.
 */
export function* toCsvPieces(
  answer: MeterAnswer,
  groupBy: readonly string[],
  displayNames: ReadonlyMap<string, string | null>,
): Generator<string> {
  const bySubject = groupBy.includes("subject");
  const others = groupBy.filter((key) => key !== "subject");
  const named = bySubject && displayNames.size > 0;
  yield toCsvRecord([
    "window_start",
    "window_end",
    ...(bySubject ? ["subject"] : []),
    ...(named ? ["subject_display_name"] : []),
    ...others,
    "value",
  ]);
  for (const { group, windowStart, windowEnd, value } of answer.rows) {
    const subject = group["subject"] ?? "";
    yield toCsvRecord([
      formatInstantInZone(windowStart, answer.zone),
      formatInstantInZone(windowEnd, answer.zone),
      ...(bySubject ? [subject] : []),
      ...(named ? [displayNames.get(subject) ?? ""] : []),
      ...others.map((key) => group[key] ?? ""),
      { number: toFixed(value, 6) },
    ]);
  }
}

/** CSV is asked for by exactly one media type; a list of them means JSON. */
export const wantsCsv = (accept: string | undefined): boolean => /^\s*text\/csv\s*(;[^,]*)?$/i.test(accept ?? "");
