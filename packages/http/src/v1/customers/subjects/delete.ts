import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { subjectPath } from "./subject.ts";

export const deleteSubject = (app: HttpApp, deps: Pick<ControlUseCases, "deleteSubject">): void => {
  app.openapi(route, async (c) => {
    const deleted = await deps.deleteSubject(c.var.principal.namespace, c.req.valid("param").subjectIdOrKey);
    return deleted.ok ? c.body(null, 204) : refuse(c, deleted.error);
  });
};

const route = defineRoute("subjects:write", {
  method: "delete",
  path: "/api/v1/subjects/{subjectIdOrKey}",
  operationId: "deleteSubject",
  tags: ["Subjects"],
  summary: "Delete a subject",
  description: "Its events are untouched.",
  request: { params: subjectPath },
  responses: { 204: { description: "It is deleted" }, ...problems(400, 404, 409) },
});
