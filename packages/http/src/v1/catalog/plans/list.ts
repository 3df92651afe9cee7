import { z } from "@hono/zod-openapi";
import { type FieldFault, planStatuses } from "@meter/catalog";
import type { ControlUseCases, PlanOrder } from "@meter/core";
import { err, ok, type Result } from "@meter/primitives";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problem, problems } from "../../../problems/problem.ts";
import { fromFaults } from "../../../problems/refuse.ts";
import { flag, integer, many, orderOr, ulid } from "../../../wire/params.ts";
import { type ApiPlan, planSchema, toApiPlan } from "./plan.ts";

export const listPlans = (app: HttpApp, deps: Pick<ControlUseCases, "listPlans">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const keyVersions = readKeyVersions(c.req.queries());
    if (!keyVersions.ok) return problem(c, "invalid_input", fromFaults([keyVersions.error]));
    const page = query.page ?? 1;
    const pageSize = query.pageSize ?? pageSizeDefault;
    const plans = await deps.listPlans(c.var.principal.namespace, {
      page,
      pageSize,
      filter: {
        ...(query.id === undefined ? {} : { ids: query.id }),
        ...(query.key === undefined ? {} : { keys: query.key }),
        ...(keyVersions.value.size === 0 ? {} : { keyVersions: keyVersions.value }),
        ...(query.currency === undefined ? {} : { currencies: query.currency }),
        ...(query.status === undefined ? {} : { statuses: planStatuses.filter((one) => query.status?.includes(one)) }),
        includeDeleted: query.includeDeleted,
      },
      order: { by: orderBy[query.orderBy], direction: query.order },
    });
    return c.json({ totalCount: plans.totalCount, page, pageSize, items: plans.items.map(toApiPlan) }, 200);
  });
};

const pageSizeDefault = 100;
const pageMax = 1_000_000;

const orderBy = {
  id: "id",
  key: "key",
  version: "version",
  created_at: "createdAt",
  updated_at: "updatedAt",
} as const satisfies Record<string, PlanOrder["by"]>;

const keyVersionsMax = 100;
const keyVersionForm = "name the plan in brackets: keyVersion[pro]=1";

/** `keyVersion[pro]=1&keyVersion[pro]=2`: versions by key. */
const readKeyVersions = (
  queries: Readonly<Record<string, readonly string[]>>,
): Result<ReadonlyMap<string, readonly number[]>, FieldFault> => {
  const byKey = new Map<string, readonly number[]>();
  for (const [name, values] of Object.entries(queries)) {
    const key = /^keyVersion\[(.*)\]$/.exec(name)?.[1];
    if (key === undefined) continue;
    if (key === "") return err({ field: name, code: "invalid", message: keyVersionForm });
    if (byKey.size === keyVersionsMax || values.length > keyVersionsMax)
      return err({ field: "keyVersion", code: "too_many", message: `keyVersion takes at most ${keyVersionsMax}` });
    if (!values.every((value) => /^[1-9]\d{0,8}$/.test(value)))
      return err({ field: name, code: "invalid", message: `${name} must be the number of a version` });
    byKey.set(key, values.map(Number));
  }
  return ok(byKey);
};

const pageSchema: z.ZodType<{ totalCount: number; page: number; pageSize: number; items: ApiPlan[] }> = z
  .object({
    totalCount: z.number().int(),
    page: z.number().int(),
    pageSize: z.number().int(),
    items: z.array(planSchema),
  })
  .openapi("PlanPage");

const route = defineRoute("plans:read", {
  method: "get",
  path: "/api/v1/plans",
  operationId: "listPlans",
  tags: ["Plans"],
  summary: "List versions of plans",
  description: "One item a version. It matches one of `id`, `key`, `keyVersion` and `currency`, and `status`.",
  request: {
    query: z.object({
      id: many(ulid),
      key: many(z.string().max(64)),
      keyVersion: z
        .record(z.string(), z.string(), keyVersionForm)
        .optional()
        .openapi({ param: { style: "deepObject", explode: true }, description: "`keyVersion[key]=1`" }),
      status: many(z.enum(planStatuses)),
      currency: many(z.string().max(24)),
      includeDeleted: flag,
      page: integer({ min: 1, max: pageMax }),
      pageSize: integer({ min: 1, max: 1_000 }),
      orderBy: z.enum(["id", "key", "version", "created_at", "updated_at"]).default("id"),
      order: orderOr("DESC"),
    }),
  },
  responses: {
    200: { description: "A page of versions", content: { "application/json": { schema: pageSchema } } },
    ...problems(400, 409),
  },
});
