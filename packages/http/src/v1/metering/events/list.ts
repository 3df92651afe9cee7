import { z } from "@hono/zod-openapi";
import type { FieldFault } from "@meter/catalog";
import type { ControlUseCases, TimeFilter } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problem, problems } from "../../../problems/problem.ts";
import { fromFaults, refuse } from "../../../problems/refuse.ts";
import { listedEventSchema, toApiEventJson } from "../../../wire/event.ts";
import { jsonText } from "../../../wire/json-text.ts";
import { clientId, dateTime, integer, listLengthMax, many, toInstant, ulid } from "../../../wire/params.ts";

export const listEvents = (app: HttpApp, deps: Pick<ControlUseCases, "listEvents">): void => {
  app.openapi(route, async (c) => {
    const query = c.req.valid("query");
    const faults = [...checkRange(query, "from", "to"), ...checkRange(query, "ingestedAtFrom", "ingestedAtTo")];
    if (faults.length > 0) return problem(c, "invalid_input", fromFaults(faults));
    const events = await deps.listEvents(c.var.principal.namespace, {
      filter: {
        ...(query.id === undefined ? {} : { id: [{ op: "like", value: `%${escapeLike(query.id)}%` }] }),
        ...(query.subject === undefined ? {} : { subject: [{ op: "eq", value: query.subject }] }),
        time: [toTimeFilter(query.from, query.to)],
        ingestedAt: [toTimeFilter(query.ingestedAtFrom, query.ingestedAtTo)],
      },
      customerIds: query.customerId ?? null,
      limit: query.limit ?? listLengthMax,
      after: null,
    });
    if (events.ok) return jsonText<object[]>(c, `[${events.value.map(toApiEventJson).join(",")}]`);
    if (events.error.type === "customer_not_found")
      return problem(c, "unknown_customer", { detail: `there is no customer ${events.error.customers.join(", ")}` });
    return refuse(c, events.error);
  });
};

type Bounds = Readonly<Record<"from" | "to" | "ingestedAtFrom" | "ingestedAtTo", string | undefined>>;

const checkRange = (query: Partial<Bounds>, from: keyof Bounds, to: keyof Bounds): readonly FieldFault[] => {
  const start = toInstant(query[from]);
  const end = toInstant(query[to]);
  return start !== null && end !== null && end < start
    ? [{ field: to, code: "before_from", message: `${to} must not be before ${from}` }]
    : [];
};

const toTimeFilter = (from: string | undefined, to: string | undefined): TimeFilter => {
  const start = toInstant(from);
  const end = toInstant(to);
  return { ...(start === null ? {} : { gte: start }), ...(end === null ? {} : { lt: end }) };
};

const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`);

const route = defineRoute("events:read", {
  method: "get",
  path: "/api/v1/events",
  operationId: "listEvents",
  tags: ["Events"],
  summary: "List usage events",
  description:
    "Newest first, one page. `from` is included, `to` excluded; there is no limit on how far back. `id` finds events whose id contains it, " +
    "`subject` is matched whole. `validationError` says why an event does not count.",
  request: {
    query: z.object({
      clientId,
      from: dateTime.optional(),
      to: dateTime.optional(),
      ingestedAtFrom: dateTime.optional(),
      ingestedAtTo: dateTime.optional(),
      id: z.string().min(1).max(1_024).optional(),
      subject: z.string().min(1).max(1_024).optional(),
      customerId: many(ulid),
      limit: integer({ min: 1, max: listLengthMax }),
    }),
  },
  responses: {
    200: { description: "The events", content: { "application/json": { schema: z.array(listedEventSchema) } } },
    ...problems(400, 503),
  },
});
