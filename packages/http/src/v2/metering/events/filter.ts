import type { FieldFault } from "@meter/catalog";
import type { ListEventsInput, TimeFilter } from "@meter/core";
import { err, explainInstantError, findClosest, ok, parseInstant, type Result } from "@meter/primitives";
import { parseJsonParameter } from "../../../wire/json-parameter.ts";
import { listLengthMax, ulidPattern } from "../../../wire/params.ts";
import { parseTextFilter, unknownOperator } from "../../../wire/text-filter.ts";

type EventsFilter = Pick<ListEventsInput, "filter" | "customerIds">;

const fields: readonly string[] = ["id", "source", "subject", "type", "customerId", "time", "ingestedAt"];

/** The JSON of the `filter` parameter. */
export const parseEventsFilter = (text: string | undefined): Result<EventsFilter, readonly FieldFault[]> => {
  const json = text === undefined ? ok({}) : parseJsonParameter("filter", text);
  if (!json.ok) return err([json.error]);
  const wire: Readonly<Record<string, unknown>> = json.value;
  const faults = Object.keys(wire).flatMap((name) => (fields.includes(name) ? [] : [unknownField(name)]));
  const filter: { -readonly [Field in keyof ListEventsInput["filter"]]: ListEventsInput["filter"][Field] } = {};

  for (const field of ["id", "source", "subject", "type"] as const) {
    if (isAbsent(wire[field])) continue;
    const parsed = parseTextFilter(wire[field]);
    if (!parsed.ok) faults.push(invalid(field, parsed.error.reason));
    else if (parsed.value !== null) filter[field] = [parsed.value];
  }
  for (const field of ["time", "ingestedAt"] as const) {
    if (isAbsent(wire[field])) continue;
    const parsed = parseTimeFilter(wire[field], 1, { conditions: 0 });
    if (parsed.ok) filter[field] = parsed.value;
    else faults.push(invalid(field, parsed.error));
  }
  const customerIds = isAbsent(wire["customerId"]) ? ok(null) : parseCustomerIds(wire["customerId"]);
  if (!customerIds.ok) faults.push(invalid("customerId", customerIds.error));
  return faults.length > 0 || !customerIds.ok ? err(faults) : ok({ filter, customerIds: customerIds.value });
};

const unknownField = (name: string): FieldFault => {
  const meant = findClosest(name, fields);
  const field = `filter.${name.slice(0, 64)}`;
  const hint = meant === null ? `known: ${fields.join(", ")}` : `did you mean ${meant}?`;
  return { field, code: "unknown_member", message: `${field}: unknown member; ${hint}` };
};

const bounds = { $gt: "gt", $gte: "gte", $lt: "lt", $lte: "lte" } as const;
const timeOperators: readonly string[] = [...Object.keys(bounds), "$and", "$or"];
const depthMax = 8;
const conditionsMax = 256;

/** A list that is ANDed; an empty one is no condition. */
const parseTimeFilter = (
  value: unknown,
  depth: number,
  seen: { conditions: number },
): Result<readonly TimeFilter[], string> => {
  seen.conditions += 1;
  if (depth > depthMax) return err(`nested deeper than ${depthMax} levels`);
  if (seen.conditions > conditionsMax) return err(`more than ${conditionsMax} conditions`);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return err("a filter is an object with operators");
  const filters: TimeFilter[] = [];
  for (const [name, operand] of Object.entries(value) as [string, unknown][]) {
    if (isAbsent(operand) && timeOperators.includes(name)) continue;
    if (name === "$and" || name === "$or") {
      if (!Array.isArray(operand) || operand.length > listLengthMax)
        return err(`${name} takes at most ${listLengthMax} filters`);
      const alternatives: (readonly TimeFilter[])[] = [];
      for (const item of operand as readonly unknown[]) {
        const parsed = parseTimeFilter(item, depth + 1, seen);
        if (!parsed.ok) return parsed;
        if (parsed.value.length > 0) alternatives.push(parsed.value);
      }
      if (name === "$and") filters.push(...alternatives.flat());
      else if (alternatives.length > 0) filters.push({ anyOf: alternatives });
    } else if (isBound(name)) {
      if (typeof operand !== "string") return err(`${name} takes an RFC 3339 date-time as a string`);
      const at = parseInstant(operand);
      if (!at.ok) return err(`${name} ${explainInstantError(at.error)}`);
      filters.push({ [bounds[name]]: at.value });
    } else return err(unknownOperator(name, timeOperators));
  }
  return ok(filters);
};

const parseCustomerIds = (value: unknown): Result<readonly string[], string> => {
  const ids: unknown = typeof value === "object" && value !== null && "$in" in value ? value.$in : null;
  const others = Object.keys(value ?? {}).filter((name) => name !== "$in");
  return others.length === 0 && Array.isArray(ids) && ids.length <= listLengthMax && ids.every(isUlidText)
    ? ok(ids)
    : err(`takes $in with at most ${listLengthMax} ids`);
};

const isUlidText = (value: unknown): value is string => typeof value === "string" && ulidPattern.test(value);
const isAbsent = (value: unknown): value is null | undefined => value === null || value === undefined;
const isBound = (name: string): name is keyof typeof bounds => Object.hasOwn(bounds, name);
const invalid = (field: string, reason: string): FieldFault => ({
  field: `filter.${field}`,
  code: "invalid_filter",
  message: `filter.${field}: ${reason}`,
});
