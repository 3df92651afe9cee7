import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { namespaceSchema, toApiNamespace } from "./namespace.ts";

export const listNamespaces = (app: HttpApp, deps: Pick<ControlUseCases, "listNamespaces">): void => {
  app.openapi(route, async (c) => c.json((await deps.listNamespaces()).map(toApiNamespace), 200));
};

const route = defineRoute("namespaces:read", {
  method: "get",
  path: "/api/v1/namespaces",
  operationId: "listNamespaces",
  tags: ["Namespaces"],
  summary: "List namespaces",
  description: "Only a root key may.",
  responses: {
    200: { description: "The namespaces", content: { "application/json": { schema: z.array(namespaceSchema) } } },
  },
});
