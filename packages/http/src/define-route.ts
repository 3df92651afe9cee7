import { OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { hasScope, type Scope } from "@meter/core";
import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "./env.ts";
import { readJsonBody } from "./middleware/json-body.ts";
import { fromZodError } from "./problems/from-zod-error.ts";
import { problem, problems } from "./problems/problem.ts";
import { refuse } from "./problems/refuse.ts";

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
 * read, the caller is authenticated and its scope is checked. A JSON body is read with a bound; `body: "raw"` leaves it to the handler.
 */
export const defineRoute = <P extends string, R extends Omit<RouteConfig, "path" | "middleware"> & { path: P }>(
  access: Access,
  route: R,
  body: "json" | "raw" = "json",
): R => {
  const readsJson = body === "json" && route.request?.body !== undefined;
  return {
    ...route,
    "x-required-scope": access,
    ...(access === "public" ? {} : { security: [{ apiKey: [] }] }),
    responses: {
      ...(access === "public" ? {} : problems(401, 403)),
      ...(readsJson ? problems(408, 413, 503) : {}),
      ...problems(500),
      ...route.responses,
    },
    middleware: [createGuard(access, route.path), ...(readsJson ? [readJsonBody] : [])],
  };
};

const accessByGuard = new WeakMap<object, Access>();

const createGuard = (access: Access, route: string): MiddlewareHandler<HttpEnv> => {
  const guard: MiddlewareHandler<HttpEnv> = async (c, next) => {
    c.set("route", route);
    if (access === "public") return next();
    const authenticated = await c.var.authenticate({
      authorization: c.req.header("authorization") ?? null,
      namespace: c.req.header("meter-namespace") ?? null,
    });
    if (!authenticated.ok) return refuse(c, authenticated.error);
    if (access !== "any-key" && !hasScope(authenticated.value, access))
      return problem(c, "scope_missing", { detail: `this API key does not have the scope ${access}` });
    c.set("principal", authenticated.value);
    return next();
  };
  accessByGuard.set(guard, access);
  return guard;
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
