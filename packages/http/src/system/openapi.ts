import { z } from "@hono/zod-openapi";
import { defineRoute, type HttpApp } from "../define-route.ts";

/** The same document at our address and at the one that clients of the v1 API know. */
export const addOpenApiRoutes = (app: HttpApp): void => {
  app.openapi(openApiRoute, (c) => c.json(c.var.openApiDocument(), 200));
  app.openapi(swaggerRoute, (c) => c.json(c.var.openApiDocument(), 200));
};

const responses = {
  200: { description: "An OpenAPI 3.0 document", content: { "application/json": { schema: z.looseObject({}) } } },
};

const openApiRoute = defineRoute("public", {
  method: "get",
  path: "/api/openapi.json",
  operationId: "openApiDocument",
  tags: ["System"],
  summary: "This API, described for programs",
  responses,
});

const swaggerRoute = defineRoute("public", {
  method: "get",
  path: "/api/swagger.json",
  operationId: "swaggerDocument",
  tags: ["System"],
  summary: "The same document at its older address",
  responses,
});
