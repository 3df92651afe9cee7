import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../define-route.ts";
import { cancelSubscription } from "./cancel.ts";
import { createSubscription } from "./create.ts";
import { deleteSubscription } from "./delete.ts";
import { getSubscription } from "./get.ts";
import { listCustomerSubscriptions } from "./list.ts";
import { unscheduleCancelation } from "./unschedule-cancelation.ts";

export const addSubscriptionRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  createSubscription(app, deps);
  getSubscription(app, deps);
  deleteSubscription(app, deps);
  cancelSubscription(app, deps);
  unscheduleCancelation(app, deps);
  listCustomerSubscriptions(app, deps);
};
