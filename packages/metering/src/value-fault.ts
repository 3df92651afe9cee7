import { createExtractor, parseDecimal } from "@meter/primitives";
import type { JsonFound, JsonPath } from "@meter/primitives";

import { boundText } from "./bounded-text.ts";
import type { MeterBuild } from "./build.ts";

/** Why an event has no value for a meter; `message` is worded as clients of the events list know it. */
export type ValueFault = Readonly<{
  type: "no_data" | "missing" | "null" | "nan" | "infinity" | "not_a_number" | "out_of_range" | "unsupported_type";
  message: string;
}>;

/**
 * What is wrong with the value of an event's `data`, null when nothing is. For a numeric aggregation there is a fault
 * exactly when the fold finds no value. unique_count accepts a string or a number; anything else is a fault, although
 * it counts (as "true", "false" or the empty text). A count has no value and no fault.
 */
export const findValueFault = (
  { aggregation, value: path }: Pick<MeterBuild, "aggregation" | "value">,
  data: string | null,
): ValueFault | null => {
  if (aggregation === "count" || path === null) return null;
  if (data === null || data === "null") return noData;
  const [found] = createExtractor([path])(data);
  if (found === undefined) return missing(path);
  switch (found.type) {
    case "missing":
      return missing(path);
    case "null":
      return nullValue;
    case "boolean":
      return unsupportedType("bool");
    case "object":
      return unsupportedType("map[string]interface {}");
    case "array":
      return unsupportedType("[]interface {}");
    case "number":
    case "string":
      return aggregation === "unique_count" ? null : findNumberFault(found);
  }
};

const findNumberFault = ({ text }: Extract<JsonFound, { text: string }>): ValueFault | null => {
  const parsed = parseDecimal(text);
  if (parsed.ok) return null;
  if (parsed.error.type === "decimal_out_of_range") {
    return { type: "out_of_range", message: `value is out of range: ${boundText(text)}` };
  }
  if (notANumberSpelling.test(text)) return { type: "nan", message: "value cannot be NaN" };
  if (infinitySpelling.test(text)) return { type: "infinity", message: "value cannot be infinity" };
  return { type: "not_a_number", message: `value cannot be parsed as float64: ${boundText(text)}` };
};

const noData: ValueFault = { type: "no_data", message: "null and missing value property" };

const nullValue: ValueFault = { type: "null", message: "value cannot be null" };

const missing = (path: JsonPath): ValueFault => ({
  type: "missing",
  message: `missing value property: "${path.text}"`,
});

/** The type is named as the reference system names it on the wire. */
const unsupportedType = (name: string): ValueFault => ({
  type: "unsupported_type",
  message: `unsupported value property type: ${name}`,
});

const notANumberSpelling = /^nan$/i;
const infinitySpelling = /^[+-]?inf(?:inity)?$/i;
