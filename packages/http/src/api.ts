import type { ControlUseCases } from "@meter/core";
import { createPart, type HttpApp } from "./define-route.ts";
import { addApiKeyRoutes } from "./v1/access/api-keys/index.ts";
import { addBillingRoutes } from "./v1/billing/index.ts";
import { addClockRoutes } from "./v1/clock/index.ts";
import { addCustomerRoutes } from "./v1/customers/customers/index.ts";
import { listEvents } from "./v1/metering/events/list.ts";
import { addFeatureRoutes } from "./v1/catalog/features/index.ts";
import { addInvoiceRoutes } from "./v1/billing/invoices/index.ts";
import { addMeterRoutes } from "./v1/metering/meters/index.ts";
import { addNamespaceRoutes } from "./v1/access/namespaces/index.ts";
import { listParkedEvents } from "./v1/metering/parked-events/list.ts";
import { addPlanRoutes } from "./v1/catalog/plans/index.ts";
import { addPriceRoutes } from "./v1/catalog/prices/index.ts";
import { addSubjectRoutes } from "./v1/customers/subjects/index.ts";
import { addSubscriptionRoutes } from "./v1/subscriptions/index.ts";
import { listEventsV2 } from "./v2/metering/events/list.ts";

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
