import { z } from "@hono/zod-openapi";
import { err, ok, type Result } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problem, type ProblemDetails, problems } from "../../../problems/problem.ts";
import { fromFaults } from "../../../problems/refuse.ts";
import { clientId, dateTime, many, meterPath, ulid } from "../../../wire/params.ts";
import { parseJsonParameter } from "../../../wire/json-parameter.ts";
import { answerQuery, type QueryUseCases } from "./answer-query.ts";
import { queryAnswerSchema } from "./query-answer.ts";
import { apiWindowSizes } from "./query-input.ts";

export const queryMeter = (app: HttpApp, deps: QueryUseCases): void => {
  app.openapi(route, async (c) => {
    const { advancedMeterGroupByFilters: advanced, filterGroupBy: _, ...query } = c.req.valid("query");
    const filterGroupBy = readFilterGroupBy(c.req.queries());
    if (!filterGroupBy.ok) return problem(c, "invalid_input", filterGroupBy.error);
    const filters =
      advanced === undefined ? ok(undefined) : parseJsonParameter("advancedMeterGroupByFilters", advanced);
    if (!filters.ok) return problem(c, "invalid_input", fromFaults([filters.error]));
    return answerQuery(c, deps, c.req.valid("param").meterIdOrSlug, {
      ...query,
      filterGroupBy: filterGroupBy.value,
      advancedMeterGroupByFilters: filters.value,
    });
  });
};

const filtersMax = 100;

/** `filterGroupBy[key]=value`, each key once; one that cannot be read is refused, not left out. Undefined: none is given. */
const readFilterGroupBy = (
  queries: Readonly<Record<string, readonly string[]>>,
): Result<Readonly<Record<string, readonly string[]>> | undefined, ProblemDetails> => {
  const filters = Object.entries(queries).flatMap(([name, values]) => {
    const key = /^filterGroupBy\[(.*)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, values] as const];
  });
  if (filters.length > filtersMax)
    return err(fromFaults([{ field: "filterGroupBy", code: "too_many", message: `at most ${filtersMax} filters` }]));
  const repeated = filters.find(([, values]) => values.length > 1);
  if (repeated !== undefined)
    return err(
      fromFaults([
        {
          field: `filterGroupBy[${repeated[0]}]`,
          code: "repeated",
          message: `filterGroupBy[${repeated[0]}] must be given once`,
        },
      ]),
    );
  return ok(filters.length === 0 ? undefined : Object.fromEntries(filters));
};

const route = defineRoute("meters:read", {
  method: "get",
  path: "/api/v1/meters/{meterIdOrSlug}/query",
  operationId: "queryMeter",
  tags: ["Meters"],
  summary: "Read a meter's usage",
  description:
    "Sees every event that was acknowledged before the call. `from` is included, `to` excluded. With `Accept: text/csv` the answer is CSV. " +
    "A subject filter groups by subject, a customer filter by customer. At most 100,000 rows, windows and groups counted together; beyond them 400 `too_many_groups`.",
  request: {
    params: meterPath,
    query: z.object({
      clientId,
      from: dateTime.optional(),
      to: dateTime.optional(),
      windowSize: z.enum(apiWindowSizes).optional(),
      windowTimeZone: z
        .string()
        .max(64)
        .optional()
        .openapi({ example: "Europe/Budapest", description: "IANA name; UTC without it" }),
      subject: many(z.string().max(1_024)),
      filterCustomerId: many(ulid),
      filterGroupBy: z
        .record(z.string(), z.string(), "name the group-by in brackets: filterGroupBy[model]=small")
        .optional()
        .openapi({
          param: { style: "deepObject", explode: true },
          description: "`filterGroupBy[key]=value`; all must hold",
        }),
      advancedMeterGroupByFilters: z
        .string()
        .max(8_192)
        .optional()
        .openapi({ description: 'JSON object from group-by key to a filter such as `{"$in":["a","b"]}`' }),
      groupBy: many(z.string().max(256)),
    }),
  },
  responses: {
    200: {
      description: "One row for each window and group that has usage",
      content: { "application/json": { schema: queryAnswerSchema }, "text/csv": { schema: { type: "string" } } },
    },
    ...problems(400, 404, 503),
  },
});
