import type { TextFilter } from "@meter/metering";
import { assert, err, findClosest, ok, type Result } from "@meter/primitives";
import { listLengthMax } from "./params.ts";

export type FilterFault = Readonly<{ type: "invalid_filter"; reason: string }>;

const depthMax = 8;
const nodesMax = 256;

const comparisons = {
  $eq: "eq",
  $ne: "ne",
  $like: "like",
  $nlike: "nlike",
  $ilike: "ilike",
  $nilike: "nilike",
  $gt: "gt",
  $gte: "gte",
  $lt: "lt",
  $lte: "lte",
} as const;

const operators: readonly string[] = [...Object.keys(comparisons), "$in", "$nin", "$and", "$or"];

/** Why a filter with this operator is refused, and which ones there are. */
export const unknownOperator = (name: string, known: readonly string[]): string => {
  const meant = findClosest(name, known);
  const shown = name.length > 64 ? `${name.slice(0, 64)}…` : name;
  return `unknown operator ${shown}${meant === null ? "" : `; did you mean ${meant}?`}; known: ${known.join(", ")}`;
};

/**
 * A FilterString of the wire: an object with at most one operator. Null: no condition, which is what an empty object and
 * an operand null mean. Empty texts as operands are refused; so are more than 8 levels and 256 conditions. `wholeTextMax`
 * bounds texts that are compared as a whole; patterns stay within `filterTextMax`.
 */
export const parseTextFilter = (
  value: unknown,
  { wholeTextMax = filterTextMax }: Readonly<{ wholeTextMax?: number }> = {},
): Result<TextFilter | null, FilterFault> => parse(value, 1, { nodes: 0, wholeTextMax });

/** Characters (UTF-16 units) of a filter's text. */
export const filterTextMax = 1_024;

/** Of one that is held against whole texts of group-bys, which may have been longer than what is kept of them. */
export const groupByTextMax = 65_536;

type Seen = { nodes: number; readonly wholeTextMax: number };

const parse = (value: unknown, depth: number, seen: Seen): Result<TextFilter | null, FilterFault> => {
  seen.nodes += 1;
  if (depth > depthMax) return invalid(`nested deeper than ${depthMax} levels`);
  if (seen.nodes > nodesMax) return invalid(`more than ${nodesMax} conditions`);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return invalid("a filter is an object with one operator");
  const unknown = Object.keys(value).find((name) => !operators.includes(name));
  if (unknown !== undefined) return invalid(unknownOperator(unknown, operators));
  const present = Object.entries(value).filter(([, operand]) => operand !== null && operand !== undefined);
  const [first] = present;
  if (first === undefined) return ok(null);
  if (present.length > 1)
    return invalid(`only one operator in a filter, not ${present.map(([name]) => name).join(" and ")}`);
  const [name, operand] = first;
  if (name === "$in" || name === "$nin") return parseList(name === "$in" ? "in" : "nin", operand, seen);
  if (name === "$and" || name === "$or") return parseAll(name === "$and" ? "and" : "or", operand, depth, seen);
  assert(isComparison(name), "every other operator is a comparison");
  const max = name.endsWith("like") ? filterTextMax : seen.wholeTextMax;
  return isText(operand, max)
    ? ok({ op: comparisons[name], value: operand })
    : invalid(`${name} takes a text of 1 to ${max} characters`);
};

const parseList = (op: "in" | "nin", operand: unknown, { wholeTextMax: max }: Seen): Result<TextFilter, FilterFault> =>
  Array.isArray(operand) && operand.length <= listLengthMax && operand.every((text) => isText(text, max))
    ? ok({ op, values: operand })
    : invalid(`$${op} takes at most ${listLengthMax} texts of 1 to ${max} characters`);

const parseAll = (
  op: "and" | "or",
  operand: unknown,
  depth: number,
  seen: Seen,
): Result<TextFilter | null, FilterFault> => {
  if (!Array.isArray(operand) || operand.length > listLengthMax)
    return invalid(`$${op} takes at most ${listLengthMax} filters`);
  const filters: TextFilter[] = [];
  for (const item of operand as readonly unknown[]) {
    const filter = parse(item, depth + 1, seen);
    if (!filter.ok) return filter;
    if (filter.value !== null) filters.push(filter.value);
  }
  return ok(filters.length === 0 ? null : { op, filters });
};

const isComparison = (name: string): name is keyof typeof comparisons => Object.hasOwn(comparisons, name);
const isText = (value: unknown, max: number): value is string =>
  typeof value === "string" && value !== "" && value.length <= max;
const invalid = (reason: string): Result<never, FilterFault> => err({ type: "invalid_filter", reason });
