import type { NotFoundHandler } from "hono";
import type { DeclaredRoute } from "../define-route.ts";
import type { HttpEnv } from "../env.ts";
import { problem } from "../problems/problem.ts";
import { refuseUnbuilt } from "../unbuilt/refuse-unbuilt.ts";
import { toPathPattern } from "./path-pattern.ts";

/** 501 when the reference has the route, 405 with the methods that do exist when the path is known, else 404. */
export const createUnmatched = (routes: readonly DeclaredRoute[]): NotFoundHandler<HttpEnv> => {
  const patterns = routes.map(({ method, path }) => ({ method, pattern: toPathPattern(path) }));
  return async (c) => {
    const unbuilt = await refuseUnbuilt(c);
    if (unbuilt !== null) return unbuilt;
    const methods = new Set(patterns.filter(({ pattern }) => pattern.test(c.req.path)).map(({ method }) => method));
    if (methods.size === 0) return problem(c, "not_found", { detail: "there is nothing at this address" });
    if (methods.has("GET")) methods.add("HEAD");
    const allowed = [...methods].toSorted().join(", ");
    return problem(c, "method_not_allowed", {
      detail: `${c.req.method} is not possible here; possible: ${allowed}`,
      headers: { Allow: allowed },
    });
  };
};
