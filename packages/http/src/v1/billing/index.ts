import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../define-route.ts";
import { checkInvariants } from "./check-invariants.ts";
import { listLateUsage } from "./list-late-usage.ts";
import { listParkedBilling } from "./list-parked.ts";

export const addBillingRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listParkedBilling(app, deps);
  listLateUsage(app, deps);
  checkInvariants(app, deps);
};
