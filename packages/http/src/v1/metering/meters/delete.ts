import type { ControlUseCases } from "@meter/core";
import { defineRoute, type HttpApp } from "../../../define-route.ts";
import { problems } from "../../../problems/problem.ts";
import { refuse } from "../../../problems/refuse.ts";
import { meterPath } from "../../../wire/params.ts";

export const deleteMeter = (app: HttpApp, deps: Pick<ControlUseCases, "deleteMeter">): void => {
  app.openapi(route, async (c) => {
    const deleted = await deps.deleteMeter(c.var.principal.namespace, c.req.valid("param").meterIdOrSlug);
    return deleted.ok ? c.body(null, 204) : refuse(c, deleted.error);
  });
};

const route = defineRoute("meters:write", {
  method: "delete",
  path: "/api/v1/meters/{meterIdOrSlug}",
  operationId: "deleteMeter",
  tags: ["Meters"],
  summary: "Delete a meter",
  description:
    "Its events stay, and its slug can be used again. Refused while a feature of it is in use: by a plan on offer, by a subscription, or by what is still to be billed.",
  request: { params: meterPath },
  responses: { 204: { description: "It is deleted" }, ...problems(400, 404, 409) },
});
