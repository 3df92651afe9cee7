import type { ControlUseCases } from "@meter/core";
import type { TypedResponse } from "hono";
import { askWithinBounds } from "../../../answers/ask.ts";
import { textAnswer } from "../../../answers/text-answer.ts";
import type { HttpContext } from "../../../env.ts";
import { problem, type ProblemResponse } from "../../../problems/problem.ts";
import { fromFaults, refuse } from "../../../problems/refuse.ts";
import { type ApiQueryAnswer, toCsvPieces, toJsonPieces, wantsCsv } from "./query-answer.ts";
import { type QueryInput, toMeterQuery } from "./query-input.ts";

export type QueryUseCases = Pick<ControlUseCases, "queryMeter" | "findDisplayNames">;

type QueryResponse =
  | (Response & TypedResponse<ApiQueryAnswer, 200, "json">)
  | ProblemResponse<
      | "invalid_input"
      | "meter_not_found"
      | "customer_not_found"
      | "too_many_groups"
      | "answers_overloaded"
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
  const answer = await askWithinBounds(c, (bound) => deps.queryMeter(namespace, meterIdOrSlug, query.value, bound));
  if (!answer.ok) return refuse(c, answer.error);
  const { value, leave } = answer.value;
  const { groupBy } = query.value;
  // The same status in one or the other declared media type.
  if (!wantsCsv(c.req.header("accept")))
    return textAnswer(c, toJsonPieces(input, value, groupBy), {
      headers: { "Content-Type": "application/json" },
      leave,
    }) as unknown as QueryResponse;

  try {
    const subjects = new Set(value.rows.flatMap(({ group }) => group["subject"] ?? []));
    const displayNames = await deps.findDisplayNames(namespace, [...subjects]);
    const headers = {
      "Content-Type": "text/csv",
      "Content-Disposition": `attachment; filename=${value.meter.key}.csv`,
    };
    return textAnswer(c, toCsvPieces(value, groupBy, displayNames), { headers, leave }) as unknown as QueryResponse;
  } catch (error) {
    leave?.();
    throw error;
  }
};
