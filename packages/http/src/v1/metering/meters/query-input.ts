import type { FieldFault } from "@meter/catalog";
import type { MeterQuery } from "@meter/core";
import type { TextFilter, WindowSize } from "@meter/metering";
import { err, ok, type Result } from "@meter/primitives";
import { toInstant } from "../../../wire/params.ts";
import { groupByTextMax, parseTextFilter } from "../../../wire/text-filter.ts";

export const apiWindowSizes = ["MINUTE", "HOUR", "DAY", "MONTH"] as const;
type ApiWindowSize = (typeof apiWindowSizes)[number];
const windowSizes: Readonly<Record<ApiWindowSize, WindowSize>> = {
  MINUTE: "minute",
  HOUR: "hour",
  DAY: "day",
  MONTH: "month",
};

/** What GET and POST ask, in one shape. */
export type QueryInput = Readonly<{
  from?: string | undefined;
  to?: string | undefined;
  windowSize?: ApiWindowSize | undefined;
  windowTimeZone?: string | undefined;
  subject?: readonly string[] | undefined;
  filterCustomerId?: readonly string[] | undefined;
  filterGroupBy?: Readonly<Record<string, readonly string[]>> | undefined;
  advancedMeterGroupByFilters?: Readonly<Record<string, unknown>> | undefined;
  groupBy?: readonly string[] | undefined;
}>;

/**
 * The wire's implications made explicit: a subject filter (an empty one, too) groups by subject, a customer filter by
 * customer. `groupBy` keeps the order of the request, implied columns behind it.
 */
export const toMeterQuery = (input: QueryInput): Result<MeterQuery, readonly FieldFault[]> => {
  const dimensions = toDimensions(input);
  if (!dimensions.ok) return dimensions;
  const implied = [
    ...(input.subject === undefined ? [] : ["subject"]),
    ...(input.filterCustomerId === undefined ? [] : ["customer_id"]),
  ];
  return ok({
    from: toInstant(input.from),
    to: toInstant(input.to),
    windowSize: input.windowSize === undefined ? null : windowSizes[input.windowSize],
    timeZone: input.windowTimeZone ?? null,
    subjects: input.subject === undefined || input.subject.length === 0 ? null : input.subject,
    customerIds: input.filterCustomerId ?? null,
    dimensions: dimensions.value,
    groupBy: [...new Set([...(input.groupBy ?? []), ...implied])],
  });
};

const toDimensions = (
  input: QueryInput,
): Result<readonly { key: string; filter: TextFilter }[], readonly FieldFault[]> => {
  if (input.filterGroupBy !== undefined && input.advancedMeterGroupByFilters !== undefined)
    return err([
      {
        field: "filterGroupBy",
        code: "exclusive_filters",
        message: "filterGroupBy and advancedMeterGroupByFilters cannot be used together",
      },
    ]);
  const simple = Object.entries(input.filterGroupBy ?? {}).map(
    ([key, values]) => [`filterGroupBy.${key}`, key, values.length === 0 ? {} : { $in: values }] as const,
  );
  const advanced = Object.entries(input.advancedMeterGroupByFilters ?? {}).map(
    ([key, filter]) => [`advancedMeterGroupByFilters.${key}`, key, filter] as const,
  );
  const faults: FieldFault[] = [];
  const dimensions: { key: string; filter: TextFilter }[] = [];
  for (const [field, key, wire] of [...simple, ...advanced]) {
    const filter = parseTextFilter(wire, { wholeTextMax: groupByTextMax });
    if (!filter.ok) faults.push({ field, code: "invalid_filter", message: `${field}: ${filter.error.reason}` });
    // No condition still names a dimension, which must be one of the meter's.
    else dimensions.push({ key, filter: filter.value ?? { op: "and", filters: [] } });
  }
  return faults.length > 0 ? err(faults) : ok(dimensions);
};
