import type { ControlUseCases } from "@meter/core";
import { createPart, type HttpApp } from "./define-route.ts";
import { addApiKeyRoutes } from "./v1/api-keys/index.ts";
import { addBillingRoutes } from "./v1/billing/index.ts";
import { addClockRoutes } from "./v1/clock/index.ts";
import { addCustomerRoutes } from "./v1/customers/index.ts";
import { listEvents } from "./v1/events/list.ts";
import { addFeatureRoutes } from "./v1/features/index.ts";
import { addInvoiceRoutes } from "./v1/invoices/index.ts";
import { addMeterRoutes } from "./v1/meters/index.ts";
import { addNamespaceRoutes } from "./v1/namespaces/index.ts";
import { listParkedEvents } from "./v1/parked-events/list.ts";
import { addPlanRoutes } from "./v1/plans/index.ts";
import { addPriceRoutes } from "./v1/prices/index.ts";
import { addSubjectRoutes } from "./v1/subjects/index.ts";
import { addSubscriptionRoutes } from "./v1/subscriptions/index.ts";
import { listEventsV2 } from "./v2/events/list.ts";

/** Everything below /api, except that events are taken by createIngestRoutes. */
export const createApiRoutes = (deps: ControlUseCases): HttpApp => {
  const app = createPart();
  listEvents(app, deps);
  listEventsV2(app, deps);
  addMeterRoutes(app, deps);
  addCustomerRoutes(app, deps);
  addSubjectRoutes(app, deps);
  addFeatureRoutes(app, deps);
  addPlanRoutes(app, deps);
  addPriceRoutes(app, deps);
  addSubscriptionRoutes(app, deps);
  addInvoiceRoutes(app, deps);
  addBillingRoutes(app, deps);
  listParkedEvents(app, deps);
  addApiKeyRoutes(app, deps);
  addNamespaceRoutes(app, deps);
  addClockRoutes(app, deps);
  return app;
};
