import type { z } from "@hono/zod-openapi";
import type { Scope } from "@meter/core";
import { defineRoute, type HttpApp } from "../define-route.ts";
import { problem, problems } from "../problems/problem.ts";
import { fromFaults } from "../problems/refuse.ts";
import { notSupportedYet } from "./not-supported-yet.ts";

export type UnsupportedRoute = Readonly<{
  scope: Scope;
  method: "get" | "post" | "put" | "patch" | "delete";
  path: string;
  operationId: string;
  tag: string;
  /** What cannot be done so far, as the beginning of a sentence. */
  what: string;
  params?: z.ZodObject;
}>;

/** A route of the reference that is known and cannot be served so far: 400 with what it is, not 404. */
export const addUnsupportedRoute = (
  app: HttpApp,
  { scope, method, path, operationId, tag, what, params }: UnsupportedRoute,
): void => {
  const route = defineRoute(
    scope,
    {
      method,
      path,
      operationId,
      tags: [tag],
      summary: `${what}: not supported yet`,
      request: params === undefined ? {} : { params },
      responses: problems(400),
    },
    "raw",
  );
  app.openapi(route, (c) => problem(c, "not_supported_yet", fromFaults([notSupportedYet("", what)])));
};
