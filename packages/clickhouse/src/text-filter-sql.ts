import type { TextFilter } from "@meter/metering";
import type { Parameters } from "./statement.ts";

/** A condition with the meaning of `matchesText`, on a column or an expression over columns. */
export const toSqlCondition = (filter: TextFilter, column: string, parameters: Parameters): string => {
  const value = (text: string): string => parameters.text("text", text);
  switch (filter.op) {
    case "eq":
      return `${column} = ${value(filter.value)}`;
    case "ne":
      return `${column} != ${value(filter.value)}`;
    case "like":
      return `${column} LIKE ${value(toLikePattern(filter.value))}`;
    case "nlike":
      return `${column} NOT LIKE ${value(toLikePattern(filter.value))}`;
    // The engine's own ILIKE folds letters in its own way: both sides are lower-cased by one rule instead.
    case "ilike":
      return `lowerUTF8(${column}) LIKE ${value(toLikePattern(filter.value.toLowerCase()))}`;
    case "nilike":
      return `lowerUTF8(${column}) NOT LIKE ${value(toLikePattern(filter.value.toLowerCase()))}`;
    case "gt":
      return `${column} > ${value(filter.value)}`;
    case "gte":
      return `${column} >= ${value(filter.value)}`;
    case "lt":
      return `${column} < ${value(filter.value)}`;
    case "lte":
      return `${column} <= ${value(filter.value)}`;
    case "in":
      return filter.values.length === 0 ? "false" : `${column} IN ${parameters.texts("texts", filter.values)}`;
    case "nin":
      return filter.values.length === 0 ? "true" : `${column} NOT IN ${parameters.texts("texts", filter.values)}`;
    case "and":
      return joinConditions(
        filter.filters.map((part) => toSqlCondition(part, column, parameters)),
        "AND",
      );
    case "or":
      return joinConditions(
        filter.filters.map((part) => toSqlCondition(part, column, parameters)),
        "OR",
      );
  }
};

/** `true` for no conditions at all joined by AND, `false` by OR. */
export const joinConditions = (conditions: readonly string[], by: "AND" | "OR"): string => {
  if (conditions.length === 0) return by === "AND" ? "true" : "false";
  return conditions.length === 1 ? conditions.join() : `(${conditions.join(` ${by} `)})`;
};

/** A backslash that escapes nothing stands for itself; the engine would refuse it at the end of a pattern, so it is escaped here. */
const toLikePattern = (pattern: string): string =>
  pattern.replaceAll(/\\([%_\\])?/g, (_, escaped: string | undefined) => `\\${escaped ?? "\\"}`);
