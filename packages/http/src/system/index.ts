import type { Registry } from "prom-client";
import { createPart, type HttpApp } from "../define-route.ts";
import type { ReadProblemPage } from "../problems/pages.ts";
import { addHealthRoute } from "./health.ts";
import { addHomeRoute } from "./home.ts";
import { addMetricsRoute } from "./metrics.ts";
import { addOpenApiRoutes } from "./openapi.ts";
import { addProblemRoutes } from "./problem-page.ts";
import { addReadinessRoute, type Readiness } from "./readiness.ts";

export type SystemDeps = Readonly<{
  version: string;
  /** How the process and its stores stand now. Must answer in a bounded time. */
  readiness: () => Promise<Readiness>;
  registry: Registry;
  readProblemPage: ReadProblemPage;
}>;

/** What needs no key: what this is, how it is, and what its answers mean. */
export const createSystemRoutes = (deps: SystemDeps): HttpApp => {
  const app = createPart();
  addHomeRoute(app, deps);
  addHealthRoute(app);
  addReadinessRoute(app, deps);
  addMetricsRoute(app, deps);
  addProblemRoutes(app, deps);
  addOpenApiRoutes(app);
  return app;
};
