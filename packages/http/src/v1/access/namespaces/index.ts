import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { createNamespace } from "./create.ts";
import { listNamespaces } from "./list.ts";

export const addNamespaceRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listNamespaces(app, deps);
  createNamespace(app, deps);
};
