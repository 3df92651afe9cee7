import { z } from "@hono/zod-openapi";
import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../define-route.ts";
import { ulid } from "../../wire/params.ts";
import { addUnsupportedRoute, type UnsupportedRoute } from "../../wire/unsupported-route.ts";
import { cancelSubscription } from "./cancel.ts";
import { createSubscription } from "./create.ts";
import { deleteSubscription } from "./delete.ts";
import { getSubscription } from "./get.ts";
import { listCustomerSubscriptions } from "./list.ts";
import { subscriptionPath } from "./subscription.ts";
import { unscheduleCancelation } from "./unschedule-cancelation.ts";

export const addSubscriptionRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  createSubscription(app, deps);
  getSubscription(app, deps);
  deleteSubscription(app, deps);
  cancelSubscription(app, deps);
  unscheduleCancelation(app, deps);
  listCustomerSubscriptions(app, deps);
  for (const { suffix, ...route } of unsupported)
    addUnsupportedRoute(app, {
      params: subscriptionPath,
      tag: "Subscriptions",
      path: `/api/v1/subscriptions/{subscriptionId}${suffix}`,
      ...route,
    });
};

const addonPath = z.object({ subscriptionId: ulid, subscriptionAddonId: ulid });

type Unsupported = Pick<UnsupportedRoute, "scope" | "method" | "operationId" | "what" | "params"> &
  Readonly<{ suffix: string }>;

const unsupported: readonly Unsupported[] = [
  { method: "patch", suffix: "", operationId: "editSubscription", what: "editing a subscription" },
  { method: "post", suffix: "/change", operationId: "changeSubscription", what: "changing the plan of a subscription" },
  { method: "post", suffix: "/migrate", operationId: "migrateSubscription", what: "migrating a subscription" },
  { method: "post", suffix: "/restore", operationId: "restoreSubscription", what: "restoring a subscription" },
  { method: "post", suffix: "/addons", operationId: "createSubscriptionAddon", what: "adding an add-on" },
  { method: "get", suffix: "/addons", operationId: "listSubscriptionAddons", what: "listing add-ons" },
  ...(["get", "patch"] as const).map((method) => ({
    method,
    suffix: "/addons/{subscriptionAddonId}",
    operationId: method === "get" ? "getSubscriptionAddon" : "updateSubscriptionAddon",
    what: method === "get" ? "reading an add-on of a subscription" : "changing an add-on of a subscription",
    params: addonPath,
  })),
].map((route) => ({
  ...route,
  method: route.method as UnsupportedRoute["method"], // as listed
  scope: route.method === "get" ? "subscriptions:read" : "subscriptions:write",
}));
