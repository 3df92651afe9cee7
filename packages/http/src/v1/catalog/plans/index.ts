import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { archivePlan } from "./archive.ts";
import { createPlan } from "./create.ts";
import { deletePlan } from "./delete.ts";
import { getPlan } from "./get.ts";
import { listPlans } from "./list.ts";
import { nextPlan } from "./next.ts";
import { publishPlan } from "./publish.ts";
import { updatePlan } from "./update.ts";

export const addPlanRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listPlans(app, deps);
  createPlan(app, deps);
  getPlan(app, deps);
  updatePlan(app, deps);
  deletePlan(app, deps);
  publishPlan(app, deps);
  archivePlan(app, deps);
  nextPlan(app, deps);
};
