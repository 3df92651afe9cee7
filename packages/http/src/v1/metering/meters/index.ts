import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { createMeter } from "./create.ts";
import { deleteMeter } from "./delete.ts";
import { getMeter } from "./get.ts";
import { listGroupByValues } from "./group-by-values.ts";
import { listMeters } from "./list.ts";
import { queryMeterPost } from "./query-post.ts";
import { queryMeter } from "./query.ts";
import { listMeterSubjects } from "./subjects.ts";
import { updateMeter } from "./update.ts";

export const addMeterRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listMeters(app, deps);
  createMeter(app, deps);
  getMeter(app, deps);
  updateMeter(app, deps);
  deleteMeter(app, deps);
  queryMeter(app, deps);
  queryMeterPost(app, deps);
  listMeterSubjects(app, deps);
  listGroupByValues(app, deps);
};
