import { z } from "@hono/zod-openapi";
import { type ControlUseCases, scopes } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { dateTime, toInstant } from "../../../wire/params.ts";
import { createdApiKeySchema, toApiApiKey } from "./api-key.ts";

export const createApiKey = (app: HttpApp, deps: Pick<ControlUseCases, "createApiKey">): void => {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const created = await deps.createApiKey(c.var.principal, {
      name: body.name,
      scopes: body.scopes ?? [],
      root: body.root ?? false,
      expiresAt: toInstant(body.expiresAt),
      namespace: body.namespace ?? null,
    });
    if (!created.ok) return refuse(c, created.error);
    c.header("Cache-Control", "no-store");
    return c.json({ ...toApiApiKey(created.value.key), token: created.value.token }, 201);
  });
};

const route = defineRoute("api-keys:write", {
  method: "post",
  path: "/api/v1/api-keys",
  operationId: "createApiKey",
  tags: ["API keys"],
  summary: "Create an API key",
  description:
    "It can do what the caller can, or less: scopes that the caller holds, and no longer life; without `expiresAt` it expires when the caller does. A root key names the namespace with `namespace`, and makes another root key with `root`.",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z
            .object({
              name: z.string(),
              scopes: z
                .array(z.enum(scopes))
                .max(scopes.length)
                .optional()
                .openapi({ description: "At least one, and none for a root key" }),
              root: z
                .boolean()
                .optional()
                .openapi({ description: "Another root key, for all namespaces and without an end" }),
              expiresAt: dateTime.optional(),
              namespace: z.string().max(64).optional(),
            })
            .openapi("ApiKeyCreate"),
        },
      },
    },
  },
  responses: {
    201: { description: "The key, with its token", content: { "application/json": { schema: createdApiKeySchema } } },
    ...problems(400, 401, 403, 404, 413, 415),
  },
});
