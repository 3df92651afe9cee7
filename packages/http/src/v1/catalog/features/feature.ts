import { z } from "@hono/zod-openapi";
import { type Feature, type FeatureFilter, type FieldFault, plainFiltersOf } from "@meter/catalog";
import { err, formatInstant, ok, type Result } from "@meter/primitives";
import { notSupportedYet } from "../../../wire/not-supported-yet.ts";
import { keyOrUlid, metadata } from "../../../wire/params.ts";
import { parseTextFilter } from "../../../wire/text-filter.ts";

export type FeatureBody = {
  key: string;
  name: string;
  metadata?: Record<string, string> | null | undefined;
  meterSlug?: string | undefined;
  meterGroupByFilters?: Record<string, string> | undefined;
  advancedMeterGroupByFilters?: Record<string, unknown> | undefined;
  /** What is not supported yet: refused. */
  unitCost?: unknown;
};

/** Lengths, keys and the rest are the domain's rules. */
export const featureBody: z.ZodType<FeatureBody> = z
  .object({
    key: z.string().openapi({ example: "gpt_tokens" }),
    name: z.string(),
    metadata,
    meterSlug: z.string().optional().openapi({ example: "tokens_total" }),
    meterGroupByFilters: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ deprecated: true, example: { model: "gpt-4" } }),
    advancedMeterGroupByFilters: z
      .record(z.string(), z.unknown())
      .optional()
      .openapi({
        description: "From group-by key to a filter with one operator; alone, or the same as `meterGroupByFilters`",
        example: { model: { $in: ["gpt-4", "gpt-4o"] } },
      }),
    unitCost: z.unknown().optional().openapi({ description: "Not supported yet" }),
  })
  .openapi("FeatureCreateInputs");

export type ApiFeature = {
  id: string;
  key: string;
  name: string;
  metadata: Record<string, string> | null;
  meterSlug?: string | undefined;
  meterGroupByFilters?: Record<string, string> | undefined;
  advancedMeterGroupByFilters?: Record<string, Record<string, string | string[]>> | undefined;
  createdAt: string;
  updatedAt: string;
  archivedAt?: string | undefined;
};

const dateTime = z.string().openapi({ format: "date-time" });

export const featureSchema: z.ZodType<ApiFeature> = z
  .object({
    id: z.string(),
    key: z.string(),
    name: z.string(),
    metadata: z.record(z.string(), z.string()).nullable(),
    meterSlug: z.string().optional(),
    meterGroupByFilters: z
      .record(z.string(), z.string())
      .optional()
      .openapi({ description: "There when every filter is an equality" }),
    advancedMeterGroupByFilters: z
      .record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])))
      .optional(),
    createdAt: dateTime,
    updatedAt: dateTime,
    archivedAt: dateTime.optional(),
  })
  .openapi("Feature");

/** Fields of faults: unitCost, advancedMeterGroupByFilters.DIMENSION. */
export const fromApiFilters = (
  body: FeatureBody,
): Result<Readonly<Record<string, FeatureFilter>>, readonly FieldFault[]> => {
  if ((body.unitCost ?? null) !== null) return err([notSupportedYet("unitCost")]);
  const plain = Object.entries(body.meterGroupByFilters ?? {}).map(
    ([dimension, value]) => [dimension, { op: "eq", value }] as const,
  );
  if (body.advancedMeterGroupByFilters === undefined) return ok(Object.fromEntries(plain));
  const faults: FieldFault[] = [];
  const filters: (readonly [string, FeatureFilter])[] = [];
  for (const [dimension, wire] of Object.entries(body.advancedMeterGroupByFilters)) {
    const filter = parseTextFilter(wire);
    const field = `advancedMeterGroupByFilters.${dimension}`;
    if (!filter.ok) faults.push({ field, code: "invalid_filter", message: `${field}: ${filter.error.reason}` });
    else if (filter.value === null || "filters" in filter.value) {
      const message = `${field}: a feature's filter has exactly one operator, neither $and nor $or`;
      faults.push({ field, code: "invalid_filter", message });
    } else filters.push([dimension, filter.value]);
  }
  if (faults.length > 0) return err(faults);
  const advanced = Object.fromEntries(filters);
  // Both as they are answered: they say the same there.
  if (body.meterGroupByFilters !== undefined && !saysTheSame(body.meterGroupByFilters, advanced)) {
    const message = "meterGroupByFilters and advancedMeterGroupByFilters do not say the same: send one of them";
    return err([{ field: "meterGroupByFilters", code: "unequal_twins", message }]);
  }
  return ok(advanced);
};

const saysTheSame = (
  plain: Readonly<Record<string, string>>,
  filters: Readonly<Record<string, FeatureFilter>>,
): boolean => {
  const equal = plainFiltersOf(filters);
  const dimensions = Object.keys(plain);
  return (
    equal !== null &&
    dimensions.length === Object.keys(equal).length &&
    dimensions.every((dimension) => plain[dimension] === equal[dimension])
  );
};

export const toApiFeature = (feature: Feature): ApiFeature => {
  const filters = Object.entries(feature.meterGroupByFilters);
  const plain = plainFiltersOf(feature.meterGroupByFilters);
  return {
    id: feature.id,
    key: feature.key,
    name: feature.name,
    metadata: feature.metadata === null ? null : { ...feature.metadata },
    ...(feature.meterKey === null ? {} : { meterSlug: feature.meterKey }),
    ...(filters.length === 0 || plain === null ? {} : { meterGroupByFilters: { ...plain } }),
    ...(filters.length === 0
      ? {}
      : {
          advancedMeterGroupByFilters: toApiFilters(feature.meterGroupByFilters),
        }),
    createdAt: formatInstant(feature.createdAt),
    updatedAt: formatInstant(feature.updatedAt),
    ...(feature.archivedAt === null ? {} : { archivedAt: formatInstant(feature.archivedAt) }),
  };
};

/** Dimension → operator → operand. */
export const toApiFilters = (
  filters: Readonly<Record<string, FeatureFilter>>,
): Record<string, Record<string, string | string[]>> =>
  Object.fromEntries(
    Object.entries(filters).map(([dimension, filter]) => [
      dimension,
      { [`$${filter.op}`]: "values" in filter ? [...filter.values] : filter.value },
    ]),
  );

/** What a rule calls the meter's key, the v1 wire calls its slug. */
export const toApiFeatureFault = (fault: FieldFault): FieldFault =>
  fault.field === "meterKey" ? { ...fault, field: "meterSlug" } : fault;

export const featurePath: z.ZodObject<{ featureId: z.ZodType<string, string> }> = z.object({
  featureId: keyOrUlid("a feature"),
});
