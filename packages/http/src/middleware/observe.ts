import type { IdSource, MonotonicNow } from "@meter/core";
import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "../env.ts";
import type { HttpMetrics } from "./metrics.ts";

/** The part of a pino logger that is used here. */
export type RequestLog = Readonly<{
  info: (fields: object, message: string) => void;
  error: (fields: object, message: string) => void;
}>;

/** Nobody sees it: what the log and the metrics say of a request whose client went away before its answer. */
export const clientGoneStatus = 499;

const unmatchedRoute = "unmatched";
const methods: readonly string[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const requestIdPattern = /^[A-Za-z0-9._-]{8,64}$/;

/**
 * Gives each request its id (the caller's `X-Request-Id` when it has a safe form), and records how it ended. Headers, queries and
 * bodies are never logged: they hold keys and personal data; the route is its pattern.
 */
export const createObserver =
  (
    deps: Readonly<{ ids: IdSource; monotonicNow: MonotonicNow; log: RequestLog; metrics: HttpMetrics }>,
  ): MiddlewareHandler<HttpEnv> =>
  async (c, next) => {
    const startedAt = deps.monotonicNow();
    const asked = c.req.header("x-request-id");
    const requestId = asked !== undefined && requestIdPattern.test(asked) ? asked : deps.ids.ulid();
    c.set("requestId", requestId);
    c.set("route", unmatchedRoute);
    try {
      await next();
    } finally {
      (c.var as Partial<HttpEnv["Variables"]>).bodyShare?.release();
    }
    c.res.headers.set("X-Request-Id", requestId);
    c.res.headers.set("X-Content-Type-Options", "nosniff");
    const method = methods.includes(c.req.method) ? c.req.method : "other";
    const { route } = c.var;
    const { status } = c.res;
    const seconds = (deps.monotonicNow() - startedAt) / 1_000;
    // Not set on public routes and refusals, and not set on answers that are no problem.
    const { principal, problem } = c.var as Partial<HttpEnv["Variables"]>;
    deps.metrics.observe({ method, route, status, problem: problem?.code ?? null, seconds });
    deps.log.info(
      {
        requestId,
        method,
        route,
        status,
        durationMs: Math.round(seconds * 1_000_000) / 1_000,
        namespace: principal?.namespace,
        keyId: principal?.keyId,
        problem: problem?.code,
        reason: problem?.reason,
      },
      "request",
    );
  };
