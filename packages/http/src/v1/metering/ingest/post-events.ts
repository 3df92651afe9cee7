import type { Clock, IngestEvents } from "@meter/core";
import { eventLimits, type EventsError, parseBinaryEvent, parseEventsInSteps } from "@meter/events";
import { createPart, defineRoute, type HttpApp } from "../../../define-route.ts";
import type { HttpContext } from "../../../env.ts";
import { readBody, refuseBody } from "../../../middleware/read-body.ts";
import { inTurns } from "../../../turns.ts";
import { problem, type ProblemResponse, problems } from "../../../problems/problem.ts";
import { critical, refuse, sentences } from "../../../problems/refuse.ts";
import { contentModeOf } from "./content-mode.ts";
import { eventBodies } from "./event-schema.ts";

export type IngestDeps = Readonly<{ ingestEvents: IngestEvents; clock: Clock }>;

/** `POST /api/v1/events` alone, so that it can be served apart from everything else. */
export const createIngestRoutes = (deps: IngestDeps): HttpApp => {
  const app = createPart();
  app.openapi(route, async (c) => {
    const mode = contentModeOf(c.req.raw.headers);
    if (mode.type === "unsupported") return problem(c, "unsupported_content_type", { detail: mode.detail });
    const encoding = c.req.header("content-encoding");
    if (encoding !== undefined && encoding.toLowerCase() !== "identity")
      return problem(c, "unsupported_content_encoding", {
        detail: `the content encoding ${encoding} is not supported: send the body as it is`,
      });

    const body = await readBody(c, eventLimits.bodyBytesMax);
    if (!body.ok) return refuseBody(c, body.error);

    const now = deps.clock.now();
    const events =
      mode.type === "binary"
        ? parseBinaryEvent({ attributes: mode.attributes, body: body.value }, { now })
        : await inTurns(parseEventsInSteps(body.value, { shape: mode.shape, now }));
    if (!events.ok) {
      if (events.error.type !== "invalid_events") return refuse(c, events.error);
      const isArray = mode.type === "structured" && mode.shape !== "single" && /^\s*\[/.test(body.value);
      return refuseEvents(c, events.error, isArray);
    }
    if (events.value.length > 0) {
      const ingested = await deps.ingestEvents(events.value, { namespace: c.var.principal.namespace });
      if (!ingested.ok) return refuse(c, ingested.error);
    }
    return c.body(null, 204);
  });
  return app;
};

const route = defineRoute(
  "events:write",
  {
    method: "post",
    path: "/api/v1/events",
    operationId: "ingestEvents",
    tags: ["Events"],
    summary: "Send usage events",
    description:
      "Takes one CloudEvent or an array of them. 204 means that every event is stored durably and will be counted exactly once, however often it is sent: " +
      "`source` and `id` together name an event. Either all events of a request are taken or none. " +
      "In the binary mode of CloudEvents one event has its attributes in headers, `ce-specversion`, `ce-id`, `ce-source`, `ce-type`, `ce-subject` and `ce-time`, " +
      "and its data alone as the body, `application/json`.",
    request: { body: { required: true, content: eventBodies } },
    responses: { 204: { description: "All events are stored" }, ...problems(400, 408, 409, 413, 415, 503) },
  },
  "raw",
);

const refuseEvents = (
  c: HttpContext,
  error: Extract<EventsError, { type: "invalid_events" }>,
  isArray: boolean,
): ProblemResponse<"invalid_events"> => {
  const errors = error.faults.map(({ index, field, code, message }) => {
    const name = isArray ? `events[${index}]${field === "" ? "" : `.${field}`}` : field;
    return critical({
      code,
      field: name,
      ...(isArray ? { index } : {}),
      message: `${name === "" ? "the body" : name} ${message}`,
    });
  });
  return problem(c, "invalid_events", {
    detail: sentences(
      errors.map(({ message }) => message),
      error.faultsTotal,
    ),
    validationErrors: errors,
  });
};
