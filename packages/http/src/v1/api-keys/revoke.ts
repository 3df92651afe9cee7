import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../define-route.ts";
import { problems } from "../../problems/problem.ts";
import { refuse } from "../../problems/refuse.ts";
import { ulid } from "../../wire/params.ts";

export const revokeApiKey = (app: HttpApp, deps: Pick<ControlUseCases, "revokeApiKey">): void => {
  app.openapi(route, async (c) => {
    const revoked = await deps.revokeApiKey(c.var.principal, c.req.valid("param").apiKeyId.toUpperCase());
    return revoked.ok ? c.body(null, 204) : refuse(c, revoked.error);
  });
};

const route = defineRoute("api-keys:write", {
  method: "delete",
  path: "/api/v1/api-keys/{apiKeyId}",
  operationId: "revokeApiKey",
  tags: ["API keys"],
  summary: "Revoke an API key",
  description: "For good. Other processes refuse it within two seconds.",
  request: { params: z.object({ apiKeyId: ulid }) },
  responses: { 204: { description: "It is revoked" }, ...problems(400, 404) },
});
