import { z } from "@hono/zod-openapi";
import type { Registry } from "prom-client";
import { defineRoute, type HttpApp } from "../define-route.ts";

export const addMetricsRoute = (app: HttpApp, deps: Readonly<{ registry: Registry }>): void => {
  app.openapi(route, async (c) =>
    c.text(await deps.registry.metrics(), 200, { "Content-Type": deps.registry.contentType }),
  );
};

const route = defineRoute("public", {
  method: "get",
  path: "/metrics",
  operationId: "metrics",
  tags: ["System"],
  summary: "Figures of the process, for Prometheus",
  responses: {
    200: { description: "In the Prometheus text format", content: { "text/plain": { schema: z.string() } } },
  },
});
