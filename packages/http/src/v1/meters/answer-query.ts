import type { ControlUseCases } from "@meter/core";
import type { TypedResponse } from "hono";
import type { HttpContext } from "../../env.ts";
import { problem, type ProblemResponse } from "../../problems/problem.ts";
import { fromFaults, refuse } from "../../problems/refuse.ts";
import { type ApiQueryAnswer, toApiAnswer, toCsvAnswer, wantsCsv } from "./query-answer.ts";
import { type QueryInput, toMeterQuery } from "./query-input.ts";

export type QueryUseCases = Pick<ControlUseCases, "queryMeter" | "findDisplayNames">;

type QueryResponse =
  | (Response & TypedResponse<ApiQueryAnswer, 200, "json">)
  | ProblemResponse<
      | "invalid_input"
      | "meter_not_found"
      | "customer_not_found"
      | "usage_behind"
      | "usage_building"
      | "usage_unavailable"
    >;

/** Both spellings of the query end here. */
export const answerQuery = async (
  c: HttpContext,
  deps: QueryUseCases,
  meterIdOrSlug: string,
  input: QueryInput,
): Promise<QueryResponse> => {
  const query = toMeterQuery(input);
  if (!query.ok) return problem(c, "invalid_input", fromFaults(query.error));
  const { namespace } = c.var.principal;
  const answer = await deps.queryMeter(namespace, meterIdOrSlug, query.value);
  if (!answer.ok) return refuse(c, answer.error);
  const { groupBy } = query.value;
  if (!wantsCsv(c.req.header("accept"))) return c.json(toApiAnswer(input, answer.value, groupBy), 200);

  const subjects = answer.value.rows.flatMap(({ group }) => group["subject"] ?? []);
  const displayNames = await deps.findDisplayNames(namespace, subjects);
  const csv = c.body(toCsvAnswer(answer.value, groupBy, displayNames), 200, {
    "Content-Type": "text/csv",
    "Content-Disposition": `attachment; filename=${answer.value.meter.key}.csv`,
  });
  return csv as unknown as QueryResponse; // the same status in the other declared media type
};
