import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { deleteSubject } from "./delete.ts";
import { getSubject } from "./get.ts";
import { listSubjects } from "./list.ts";
import { upsertSubjects } from "./upsert.ts";

export const addSubjectRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listSubjects(app, deps);
  upsertSubjects(app, deps);
  getSubject(app, deps);
  deleteSubject(app, deps);
};
