import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { createFeature } from "./create.ts";
import { deleteFeature } from "./delete.ts";
import { getFeature } from "./get.ts";
import { listFeatures } from "./list.ts";

export const addFeatureRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listFeatures(app, deps);
  createFeature(app, deps);
  getFeature(app, deps);
  deleteFeature(app, deps);
};
