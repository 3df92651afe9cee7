import { authenticateCaller } from "../define-route.ts";
import type { HttpContext } from "../env.ts";
import { toPathPattern } from "../middleware/path-pattern.ts";
import { problem } from "../problems/problem.ts";
import { fromFaults } from "../problems/refuse.ts";
import { notSupportedYet } from "../wire/not-supported-yet.ts";
import { unbuiltRoutes } from "./table.ts";

const routes = unbuiltRoutes.map((route) => ({ ...route, pattern: toPathPattern(route.path) }));

/**
 * 501 with what cannot be done so far, for any caller with a key; null when the route is none of the reference's. So nobody
 * takes it for a thing that is missing, or for a wrong address.
 */
export const refuseUnbuilt = async (c: HttpContext): Promise<Response | null> => {
  const { method, path } = c.req;
  const route = routes.find((one) => one.method === method && one.pattern.test(path));
  if (route === undefined) return null;
  c.set("route", route.path);
  const refused = await authenticateCaller(c);
  if (refused !== null) return refused;
  const fault = notSupportedYet("", `${route.what} (${method} ${route.path})`);
  return problem(c, "not_supported_yet", { ...fromFaults([fault]), notImplemented: true });
};
