import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { subscriptionStatuses } from "@meter/subscriptions";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { integer, many, orderOr } from "../../wire/params.ts";
import { customerPath } from "../customers/customers/customer.ts";
import { type ApiSubscription, subscriptionSchema, toApiSubscription } from "./subscription.ts";

export const listCustomerSubscriptions = (app: HttpApp, deps: Pick<ControlUseCases, "listSubscriptions">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const page = query.page ?? 1;
    const pageSize = query.pageSize ?? pageSizeDefault;
    const listed = await deps.listSubscriptions(c.var.principal.namespace, c.req.valid("param").customerIdOrKey, {
      statuses: query.status ?? null,
      order: { by: query.orderBy, direction: query.order },
      page,
      pageSize,
    });
    if (!listed.ok) return refuse(c, listed.error);
    const { items, totalCount } = listed.value;
    return c.json({ totalCount, page, pageSize, items: items.map(toApiSubscription) }, 200);
  });
};

const pageSizeDefault = 100;
const pageMax = 1_000_000;

const pageSchema: z.ZodType<{ totalCount: number; page: number; pageSize: number; items: ApiSubscription[] }> = z
  .object({
    totalCount: z.number().int(),
    page: z.number().int(),
    pageSize: z.number().int(),
    items: z.array(subscriptionSchema),
  })
  .openapi("SubscriptionPage");

const route = defineRoute("subscriptions:read", {
  method: "get",
  path: "/api/v1/customers/{customerIdOrKey}/subscriptions",
  operationId: "listCustomerSubscriptions",
  tags: ["Subscriptions"],
  summary: "List a customer's subscriptions",
  description: "Those that are not deleted, the one that began last first.",
  request: {
    params: customerPath,
    query: z.object({
      status: many(z.enum(subscriptionStatuses)),
      page: integer({ min: 1, max: pageMax }),
      pageSize: integer({ min: 1, max: 1_000 }),
      orderBy: z.enum(["activeFrom", "activeTo"]).default("activeFrom"),
      order: orderOr("DESC"),
    }),
  },
  responses: {
    200: { description: "A page of subscriptions", content: { "application/json": { schema: pageSchema } } },
    ...problems(400, 404, 409),
  },
});
