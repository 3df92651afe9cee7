import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problem, problems } from "../../../problems/problem.ts";
import { fromFaults } from "../../../problems/refuse.ts";
import { flag, integer, many, order } from "../../../wire/params.ts";
import { type ApiFeature, featureSchema, toApiFeature } from "./feature.ts";

export const listFeatures = (app: HttpApp, deps: Pick<ControlUseCases, "listFeatures">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const paged = query.page !== undefined || query.pageSize !== undefined;
    if (paged && (query.limit !== undefined || query.offset !== undefined)) {
      const message = "page and pageSize do not go with limit and offset";
      return problem(c, "invalid_input", fromFaults([{ field: "limit", code: "exclusive_parameters", message }]));
    }
    const page = query.page ?? 1;
    const pageSize = query.pageSize ?? pageSizeDefault;
    const features = await deps.listFeatures(c.var.principal.namespace, {
      ...(query.meterSlug === undefined ? {} : { meterKeys: query.meterSlug }),
      includeArchived: query.includeArchived,
      order: { by: query.orderBy, direction: query.order },
      limit: paged ? pageSize : (query.limit ?? limitDefault),
      offset: paged ? (page - 1) * pageSize : (query.offset ?? 0),
    });
    const items = features.items.map(toApiFeature);
    return c.json(paged ? { totalCount: features.totalCount, page, pageSize, items } : items, 200);
  });
};

const pageSizeDefault = 100;
const limitDefault = 1_000;
const pageMax = 1_000_000;

type FeaturePage = { totalCount: number; page: number; pageSize: number; items: ApiFeature[] };

const listSchema: z.ZodType<ApiFeature[] | FeaturePage> = z.union([
  z.array(featureSchema),
  z
    .object({
      totalCount: z.number().int(),
      page: z.number().int(),
      pageSize: z.number().int(),
      items: z.array(featureSchema),
    })
    .openapi("FeaturePage"),
]);

const route = defineRoute("features:read", {
  method: "get",
  path: "/api/v1/features",
  operationId: "listFeatures",
  tags: ["Features"],
  summary: "List features",
  description: "A page with `page` or `pageSize`; else a bare list, from `offset` on and `limit` long.",
  request: {
    query: z.object({
      meterSlug: many(z.string().max(64)),
      includeArchived: flag,
      page: integer({ min: 1, max: pageMax }),
      pageSize: integer({ min: 1, max: 1_000 }),
      limit: integer({ min: 1, max: limitDefault }),
      offset: integer({ min: 0, max: 999_999_999 }),
      orderBy: z.enum(["id", "key", "name", "createdAt", "updatedAt"]).default("key"),
      order,
    }),
  },
  responses: {
    200: { description: "The features", content: { "application/json": { schema: listSchema } } },
    ...problems(400),
  },
});
