import { z } from "@hono/zod-openapi";
import { defineRoute, type HttpApp } from "../define-route.ts";

export const addHealthRoute = (app: HttpApp): void => {
  app.openapi(route, (c) => c.json({ status: "ok" as const }, 200));
};

const route = defineRoute("public", {
  method: "get",
  path: "/healthz",
  operationId: "health",
  tags: ["System"],
  summary: "Whether the process answers",
  responses: {
    200: { description: "It does", content: { "application/json": { schema: z.object({ status: z.literal("ok") }) } } },
  },
});
