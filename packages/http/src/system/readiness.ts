import { z } from "@hono/zod-openapi";
import { defineRoute, type HttpApp } from "../define-route.ts";

/**
 * `degraded`: everything is served, but something needs a look, such as parked events. `not_ready`: starting, stopping, or a store
 * does not answer. Reasons are sentences for operators; they hold no secrets, for anybody can read them.
 */
export type Readiness =
  | Readonly<{ status: "ready" }>
  | Readonly<{ status: "degraded" | "not_ready"; reasons: readonly string[] }>;

export const addReadinessRoute = (app: HttpApp, deps: Readonly<{ readiness: () => Promise<Readiness> }>): void => {
  app.openapi(route, async (c) => {
    const readiness = await deps.readiness();
    if (readiness.status === "ready") return c.json({ status: readiness.status }, 200);
    const body = { status: readiness.status, reasons: [...readiness.reasons] };
    if (readiness.status === "degraded") return c.json(body, 200);
    c.header("Retry-After", "1");
    return c.json(body, 503);
  });
};

const schema = z
  .object({ status: z.enum(["ready", "degraded", "not_ready"]), reasons: z.array(z.string()).optional() })
  .openapi("Readiness");

const route = defineRoute("public", {
  method: "get",
  path: "/readyz",
  operationId: "readiness",
  tags: ["System"],
  summary: "Whether requests can be served",
  description: "`degraded` still serves everything; the reasons say what needs a look.",
  responses: {
    200: { description: "Ready, perhaps degraded", content: { "application/json": { schema } } },
    503: { description: "Starting, stopping, or a store does not answer", content: { "application/json": { schema } } },
  },
});
