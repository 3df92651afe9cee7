import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { subjectSchema, toApiSubject } from "./subject.ts";

export const listSubjects = (app: HttpApp, deps: Pick<ControlUseCases, "listSubjects">): void => {
  app.openapi(route, async (c) => c.json((await deps.listSubjects(c.var.principal.namespace)).map(toApiSubject), 200));
};

const route = defineRoute("subjects:read", {
  method: "get",
  path: "/api/v1/subjects",
  operationId: "listSubjects",
  tags: ["Subjects"],
  summary: "List subjects",
  description: "Those that were created; events of other subjects count, too.",
  responses: {
    200: { description: "The subjects", content: { "application/json": { schema: z.array(subjectSchema) } } },
  },
});
