import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { flag, ulid } from "../../../wire/params.ts";
import { revokedApiKeySchema, toApiRevokedApiKey } from "./api-key.ts";

export const revokeApiKey = (app: HttpApp, deps: Pick<ControlUseCases, "revokeApiKey">): void => {
  app.openapi(route, async (c) => {
    const revoked = await deps.revokeApiKey(c.var.principal, {
      id: c.req.valid("param").apiKeyId.toUpperCase(),
      cascade: c.req.valid("query").cascade,
    });
    return revoked.ok ? c.json(toApiRevokedApiKey(revoked.value), 200) : refuse(c, revoked.error);
  });
};

const route = defineRoute("api-keys:write", {
  method: "delete",
  path: "/api/v1/api-keys/{apiKeyId}",
  operationId: "revokeApiKey",
  tags: ["API keys"],
  summary: "Revoke an API key",
  description:
    "For good. Other processes refuse it within two seconds. A key is revoked by one that has all its scopes and lives as long, by itself, and by a root key; the last root key stays. The answer lists what the key minted; with `cascade=true` that is revoked as well.",
  request: { params: z.object({ apiKeyId: ulid }), query: z.object({ cascade: flag }) },
  responses: {
    200: { description: "It is revoked", content: { "application/json": { schema: revokedApiKeySchema } } },
    ...problems(400, 401, 403, 404, 409),
  },
});
