import { z } from "@hono/zod-openapi";
import { type Aggregation, findMeterWarnings, type Meter } from "@meter/catalog";
import { formatInstant } from "@meter/primitives";
import { alwaysNull } from "../../../wire/params.ts";

export const apiAggregations = ["SUM", "COUNT", "UNIQUE_COUNT", "AVG", "MIN", "MAX", "LATEST"] as const;
export type ApiAggregation = (typeof apiAggregations)[number];

export const toAggregation = (aggregation: ApiAggregation): Aggregation => aggregations[aggregation];

const aggregations: Readonly<Record<ApiAggregation, Aggregation>> = {
  SUM: "sum",
  COUNT: "count",
  UNIQUE_COUNT: "unique_count",
  AVG: "avg",
  MIN: "min",
  MAX: "max",
  LATEST: "latest",
};

const apiAggregation: Readonly<Record<Aggregation, ApiAggregation>> = {
  sum: "SUM",
  count: "COUNT",
  unique_count: "UNIQUE_COUNT",
  avg: "AVG",
  min: "MIN",
  max: "MAX",
  latest: "LATEST",
};

export type ApiMeter = {
  id: string;
  slug: string;
  name: string;
  description?: string | undefined;
  aggregation: ApiAggregation;
  eventType: string;
  eventFrom?: string | undefined;
  valueProperty?: string | undefined;
  groupBy?: Record<string, string> | undefined;
  metadata: Record<string, string> | null;
  annotations: null;
  createdAt: string;
  updatedAt: string;
  deletedAt?: string | undefined;
  warnings?: { field: string; code: string; message: string }[] | undefined;
};

export const meterSchema: z.ZodType<ApiMeter> = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    description: z.string().optional(),
    aggregation: z.enum(apiAggregations),
    eventType: z.string(),
    eventFrom: z.string().openapi({ format: "date-time" }).optional(),
    valueProperty: z.string().optional(),
    groupBy: z.record(z.string(), z.string()).optional(),
    metadata: z.record(z.string(), z.string()).nullable(),
    annotations: alwaysNull,
    createdAt: z.string().openapi({ format: "date-time" }),
    updatedAt: z.string().openapi({ format: "date-time" }),
    deletedAt: z.string().openapi({ format: "date-time" }).optional(),
    warnings: z
      .array(z.object({ field: z.string(), code: z.string(), message: z.string() }))
      .optional()
      .openapi({ description: "What the definition does that may surprise. Absent when there is nothing to say." }),
  })
  .openapi("Meter");

export const toApiMeter = (meter: Meter): ApiMeter => {
  const warnings = findMeterWarnings(meter).map((warning) => ({ ...warning }));
  return {
    id: meter.id,
    slug: meter.key,
    name: meter.name,
    ...(meter.description === null ? {} : { description: meter.description }),
    aggregation: apiAggregation[meter.aggregation],
    eventType: meter.eventType,
    ...(meter.eventFrom === null ? {} : { eventFrom: formatInstant(meter.eventFrom) }),
    ...(meter.valueProperty === null ? {} : { valueProperty: meter.valueProperty }),
    ...(Object.keys(meter.groupBy).length === 0 ? {} : { groupBy: { ...meter.groupBy } }),
    metadata: meter.metadata === null ? null : { ...meter.metadata },
    annotations: null,
    createdAt: formatInstant(meter.createdAt),
    updatedAt: formatInstant(meter.updatedAt),
    ...(meter.deletedAt === null ? {} : { deletedAt: formatInstant(meter.deletedAt) }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
};
