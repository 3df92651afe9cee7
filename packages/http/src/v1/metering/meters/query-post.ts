import { z } from "@hono/zod-openapi";
import { groupByTextMax } from "../../../wire/text-filter.ts";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { clientId, dateTime, listLengthMax, meterPath, ulid } from "../../../wire/params.ts";
import { answerQuery, type QueryUseCases } from "./answer-query.ts";
import { queryAnswerSchema } from "./query-answer.ts";
import { apiWindowSizes } from "./query-input.ts";

export const queryMeterPost = (app: HttpApp, deps: QueryUseCases): void => {
  app.openapi(route, async (c) => answerQuery(c, deps, c.req.valid("param").meterIdOrSlug, c.req.valid("json")));
};

const texts = (lengthMax: number, otherwise?: string) =>
  z.array(z.string().max(lengthMax), otherwise).max(listLengthMax);

const inEachGroupBy = 'send the values to keep of each group-by, in a list: {"model": ["small"]}';
const conditionOfEach = 'send a condition for each group-by: {"model": {"$in": ["small"]}}';

const route = defineRoute("meters:read", {
  method: "post",
  path: "/api/v1/meters/{meterIdOrSlug}/query",
  operationId: "queryMeterPost",
  tags: ["Meters"],
  summary: "Read a meter's usage, asked by a body",
  description: "The same as the query by GET, for filters that are too long for an address.",
  request: {
    params: meterPath,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z
            .object({
              clientId,
              from: dateTime.optional(),
              to: dateTime.optional(),
              windowSize: z.enum(apiWindowSizes).optional(),
              windowTimeZone: z.string().max(64).optional(),
              subject: texts(1_024).optional(),
              filterCustomerId: z.array(ulid).max(listLengthMax).optional(),
              filterGroupBy: z.record(z.string(), texts(groupByTextMax, inEachGroupBy), inEachGroupBy).optional(),
              advancedMeterGroupByFilters: z.record(z.string(), z.unknown(), conditionOfEach).optional(),
              groupBy: texts(256).optional(),
            })
            .openapi("MeterQuery"),
        },
      },
    },
  },
  responses: {
    200: {
      description: "One row for each window and group that has usage",
      content: { "application/json": { schema: queryAnswerSchema }, "text/csv": { schema: { type: "string" } } },
    },
    ...problems(400, 404, 413, 415, 503),
  },
});
