import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { subjectPath, subjectSchema, toApiSubject } from "./subject.ts";

export const getSubject = (app: HttpApp, deps: Pick<ControlUseCases, "getSubject">): void => {
  app.openapi(route, async (c) => {
    const subject = await deps.getSubject(c.var.principal.namespace, c.req.valid("param").subjectIdOrKey);
    return subject.ok ? c.json(toApiSubject(subject.value), 200) : refuse(c, subject.error);
  });
};

const route = defineRoute("subjects:read", {
  method: "get",
  path: "/api/v1/subjects/{subjectIdOrKey}",
  operationId: "getSubject",
  tags: ["Subjects"],
  summary: "Read a subject",
  request: { params: subjectPath },
  responses: {
    200: { description: "The subject", content: { "application/json": { schema: subjectSchema } } },
    ...problems(400, 404),
  },
});
