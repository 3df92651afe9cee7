import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { namespaceSchema, toApiNamespace } from "./namespace.ts";

export const createNamespace = (app: HttpApp, deps: Pick<ControlUseCases, "createNamespace">): void => {
  app.openapi(route, async (c) => {
    const { key, name } = c.req.valid("json");
    const namespace = await deps.createNamespace({ key, name: name ?? null });
    return namespace.ok ? c.json(toApiNamespace(namespace.value), 201) : refuse(c, namespace.error);
  });
};

const route = defineRoute("namespaces:write", {
  method: "post",
  path: "/api/v1/namespaces",
  operationId: "createNamespace",
  tags: ["Namespaces"],
  summary: "Create a namespace",
  description: "A tenant of its own: nothing of one namespace can be read from another. Only a root key may.",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.object({ key: z.string(), name: z.string().optional() }).openapi("NamespaceCreate"),
        },
      },
    },
  },
  responses: {
    201: { description: "The namespace", content: { "application/json": { schema: namespaceSchema } } },
    ...problems(400, 409, 413, 415),
  },
});
