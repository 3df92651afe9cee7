import { OpenAPIHono } from "@hono/zod-openapi";
import { type Authenticate, ClockNotSet, type IdSource, type MonotonicNow } from "@meter/core";
import { HTTPException } from "hono/http-exception";
import { createGate, type Gate } from "./answers/gate.ts";
import { type HttpApp, listRoutes } from "./define-route.ts";
import type { HttpEnv } from "./env.ts";
import { type BodyBudget, createBodyBudget } from "./middleware/body-budget.ts";
import { limitUri } from "./middleware/limit-uri.ts";
import type { HttpMetrics } from "./middleware/metrics.ts";
import { clientGoneStatus, createObserver, type RequestLog } from "./middleware/observe.ts";
import { onlyLocal } from "./middleware/only-local.ts";
import { ClientGone } from "./middleware/read-body.ts";
import { createUnmatched } from "./middleware/unmatched.ts";
import { toOpenApiDocument } from "./openapi/document.ts";
import { problem } from "./problems/problem.ts";

export type HttpAppDeps = Readonly<{
  ingest?: HttpApp;
  api?: HttpApp;
  system: HttpApp;
  authenticate: Authenticate;
  /** `off`: everybody on this machine is root, and nobody else; see onlyLocal. */
  auth: "on" | "off";
  ids: IdSource;
  monotonicNow: MonotonicNow;
  log: RequestLog;
  metrics: HttpMetrics;
  /** What bodies may hold; the process has one. */
  bodyBudget?: BodyBudget;
  /** What large answers pass; the process has one. */
  answerGate?: Gate;
  /** Where clients find Meter, without a slash at its end; null: where their requests go. */
  publicUrl: string | null;
  version: string;
}>;

/**
 * Mounts the given parts behind the shared middleware. Throws when a route does not say what it takes to call it: such an
 * app never serves a request.
 */
export const createHttpApp = (deps: HttpAppDeps): HttpApp => {
  const app: HttpApp = new OpenAPIHono<HttpEnv>();
  const { bodyBudget = createBodyBudget(), answerGate = createGate() } = deps;
  app.use(createObserver(deps));
  app.use(async (c, next) => {
    c.set("publicUrl", deps.publicUrl);
    await next();
  });
  app.use(limitUri);
  if (deps.auth === "off") app.use(onlyLocal);
  app.use(async (c, next) => {
    c.set("authenticate", deps.authenticate);
    c.set("bodyBudget", bodyBudget);
    c.set("answerGate", answerGate);
    c.set("openApiDocument", openApiDocument);
    await next();
  });
  for (const part of [deps.system, deps.ingest, deps.api]) if (part !== undefined) app.route("/", part);

  const routes = listRoutes(app);
  const undeclared = routes.filter(({ access }) => access === null);
  if (undeclared.length > 0)
    throw new Error(
      `routes without a declared scope: ${undeclared.map(({ method, path }) => `${method} ${path}`).join(", ")}`,
    );

  let document: object | null = null;
  const openApiDocument = (): object => (document ??= toOpenApiDocument(app, deps.version));

  app.notFound(createUnmatched(routes));
  app.onError((error, c) => {
    if (error instanceof ClientGone) return new Response(null, { status: clientGoneStatus });
    if (error instanceof ClockNotSet) return problem(c, "clock_not_set", { detail: error.message });
    // Hono's own refusals of what it was sent; everything of ours is answered as a problem before.
    if (error instanceof HTTPException && error.status === 415)
      return problem(c, "unsupported_content_type", { detail: "the content type of the body is not supported" });
    if (error instanceof HTTPException && error.status < 500)
      return problem(c, "invalid_input", { detail: error.message });
    deps.log.error({ requestId: c.var.requestId, route: c.var.route, err: error }, "request failed");
    return problem(c, "internal_error");
  });
  return app;
};
