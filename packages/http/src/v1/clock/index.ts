import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../define-route.ts";
import { getClock } from "./get.ts";
import { setClock } from "./set.ts";

export const addClockRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  getClock(app, deps);
  setClock(app, deps);
};
