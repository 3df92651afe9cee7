import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problem, problems } from "../../../problems/problem.ts";
import { fromFaults, refuse } from "../../../problems/refuse.ts";
import { listedEventSchema, toApiEventJson } from "../../../wire/event.ts";
import { jsonText } from "../../../wire/json-text.ts";
import { clientId, integer, listLengthMax } from "../../../wire/params.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import { parseEventsFilter } from "./filter.ts";

export const listEventsV2 = (app: HttpApp, deps: Pick<ControlUseCases, "listEvents">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const after = query.cursor === undefined ? null : parseCursor(query.cursor);
    if (query.cursor !== undefined && after === null)
      return problem(c, "invalid_cursor", { detail: "the cursor is not one that this server gave" });
    const filter = parseEventsFilter(query.filter);
    if (!filter.ok) return problem(c, "invalid_input", fromFaults(filter.error));
    const limit = query.limit ?? listLengthMax;
    const events = await deps.listEvents(c.var.principal.namespace, { ...filter.value, limit, after });
    if (!events.ok) {
      if (events.error.type === "customer_not_found")
        return problem(c, "unknown_customer", { detail: `there is no customer ${events.error.customers.join(", ")}` });
      return refuse(c, events.error);
    }
    const last = events.value.at(-1);
    const next =
      last !== undefined && events.value.length === limit
        ? formatCursor({ time: last.event.time, position: last.position })
        : null;
    const items = events.value.map(toApiEventJson).join(",");
    return jsonText<Page>(c, `{"items":[${items}]${next === null ? "" : `,"nextCursor":"${next}"`}}`);
  });
};

type Page = { items: object[]; nextCursor?: string | undefined };

const pageSchema: z.ZodType<Page> = z
  .object({ items: z.array(listedEventSchema), nextCursor: z.string().optional() })
  .openapi("IngestedEventPage");

const route = defineRoute("events:read", {
  method: "get",
  path: "/api/v2/events",
  operationId: "listEventsV2",
  tags: ["Events"],
  summary: "List usage events, page by page",
  description:
    "Newest first. `filter` is a JSON object: `id`, `source`, `subject`, `type` take one operator each (`$eq $ne $in $nin $like $nlike $ilike $nilike $gt $gte $lt $lte $and $or`), " +
    "`time` and `ingestedAt` take `$gt $gte $lt $lte $and $or`, `customerId` takes `$in`. `nextCursor` is there when the page is full.",
  request: {
    query: z.object({
      clientId,
      cursor: z.string().max(256).optional(),
      limit: integer({ min: 1, max: listLengthMax }),
      filter: z.string().max(8_192).optional().openapi({ example: '{"subject":{"$eq":"customer-1"}}' }),
    }),
  },
  responses: {
    200: { description: "A page of events", content: { "application/json": { schema: pageSchema } } },
    ...problems(400, 503),
  },
});
