import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { previewPrice } from "./preview.ts";

export const addPriceRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  previewPrice(app, deps);
};
