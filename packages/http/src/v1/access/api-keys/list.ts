import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { apiKeySchema, toApiApiKey } from "./api-key.ts";

export const listApiKeys = (app: HttpApp, deps: Pick<ControlUseCases, "listApiKeys">): void => {
  app.openapi(route, async (c) => c.json((await deps.listApiKeys(c.var.principal)).map(toApiApiKey), 200));
};

const route = defineRoute("api-keys:read", {
  method: "get",
  path: "/api/v1/api-keys",
  operationId: "listApiKeys",
  tags: ["API keys"],
  summary: "List API keys",
  description: "Without their secrets, revoked ones too, newest first.",
  responses: { 200: { description: "The keys", content: { "application/json": { schema: z.array(apiKeySchema) } } } },
});
