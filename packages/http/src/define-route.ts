import { OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import { hasScope, type Scope } from "@meter/core";
import { assert } from "@meter/primitives";
import type { MiddlewareHandler } from "hono";
import type { HttpContext, HttpEnv } from "./env.ts";
import { readJsonBody, readNoBody, refuseBodyOfRead } from "./middleware/json-body.ts";
import { fromZodError } from "./problems/from-zod-error.ts";
import { problem, problems } from "./problems/problem.ts";
import { refuse } from "./problems/refuse.ts";
import { ignoredMembers, ignoredParameters } from "./strict/ignored.ts";
import { refuseHeaders } from "./strict/refuse-headers.ts";
import { refuseUnknownMembers, refuseUnknownParameters } from "./strict/refuse-unknown.ts";
import { nothing, shapeOf } from "./strict/shape.ts";

/** What a caller must hold: a scope, any valid key, or nothing. */
export type Access = Scope | "any-key" | "public";

export type HttpApp = OpenAPIHono<HttpEnv>;

/** A part of the API: its routes are declared with defineRoute and mounted by createHttpApp. */
export const createPart = (): HttpApp =>
  new OpenAPIHono<HttpEnv>({
    defaultHook: (result, c) =>
      result.success ? undefined : problem(c, "invalid_input", fromZodError(result.target, result.error)),
  });

/**
 * The only way to declare a route: with what it takes to call it. Before anything of the request is parsed or its body is
 * read, the caller is authenticated and its scope is checked. Parameters and members that the route does not have are refused.
 * A JSON body is read with a bound; `body: "raw"` leaves it, and what may be in it, to the handler, which may refuse it unread.
 */
export const defineRoute = <P extends string, R extends Omit<RouteConfig, "path" | "middleware"> & { path: P }>(
  access: Access,
  route: R,
  body: "json" | "raw" = "json",
): R => {
  const ofBody = route.method === "get" ? {} : problems(408, 413, 415);
  return {
    ...route,
    "x-required-scope": access,
    security: access === "public" ? [] : [{ apiKey: [] }],
    responses: {
      ...problems(400, 414, 421, 431, 500, 503), // before a route is looked for, or by what it stands on
      ...(access === "public" ? {} : problems(401, 403, 404)), // 404: no namespace has the key of the header
      ...ofBody,
      ...route.responses,
    },
    middleware: [createGuard(access, route.path), ...createChecks(route, body)],
  };
};

/** What is looked at before the validators of a route, which leave aside what they do not know. */
const createChecks = (
  { method, operationId = "", request = {} }: Omit<RouteConfig, "path">,
  body: "json" | "raw",
): readonly MiddlewareHandler<HttpEnv>[] => {
  const query = request.query === undefined ? nothing : shapeOf(request.query);
  assert(query.kind === "object", `the parameters of ${operationId} are an object`);
  const parameters = refuseUnknownParameters(query, ignoredParameters[operationId] ?? []);
  if (method === "get") return [parameters, refuseBodyOfRead];
  const head = [parameters, refuseHeaders(method, operationId)];
  if (body === "raw") return head;
  if (request.body === undefined) return [...head, readNoBody, refuseUnknownMembers(nothing, {})];
  const media = request.body.content["application/json"];
  const json = media !== undefined && "schema" in media ? media.schema : null;
  assert(json instanceof z.ZodType, `the body of ${operationId} has a schema that can be checked`);
  return [...head, readJsonBody, refuseUnknownMembers(shapeOf(json), ignoredMembers[operationId] ?? {})];
};

const accessByGuard = new WeakMap<object, Access>();

const createGuard = (access: Access, route: string): MiddlewareHandler<HttpEnv> => {
  const guard: MiddlewareHandler<HttpEnv> = async (c, next) => {
    c.set("route", route);
    if (access === "public") return next();
    const refused = await authenticateCaller(c);
    if (refused !== null) return refused;
    if (access !== "any-key" && !hasScope(c.var.principal, access))
      return problem(c, "scope_missing", { detail: `this API key does not have the scope ${access}` });
    return next();
  };
  accessByGuard.set(guard, access);
  return guard;
};

/** Null when the caller is known: then it is the principal of the request. */
export const authenticateCaller = async (c: HttpContext): Promise<Response | null> => {
  const authenticated = await c.var.authenticate({
    authorization: c.req.header("authorization") ?? null,
    namespace: c.req.header("meter-namespace") ?? null,
  });
  if (!authenticated.ok) return refuse(c, authenticated.error);
  c.set("principal", authenticated.value);
  return null;
};

export type DeclaredRoute = Readonly<{ method: string; path: string; access: Access | null }>;

/** Every route an app serves, with what it takes to call it; null where nothing was declared. */
export const listRoutes = (app: HttpApp): readonly DeclaredRoute[] => {
  const routes = new Map<string, DeclaredRoute>();
  for (const { method, path, handler } of app.routes) {
    if (method === "ALL") continue; // shared middleware
    const known = routes.get(`${method} ${path}`)?.access ?? null;
    routes.set(`${method} ${path}`, { method, path, access: known ?? accessByGuard.get(handler) ?? null });
  }
  return [...routes.values()];
};
