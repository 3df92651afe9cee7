import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../define-route.ts";
import { addUnsupportedRoute } from "../../wire/unsupported-route.ts";
import { addRefusedActions } from "./actions.ts";
import { getInvoice } from "./get.ts";
import { listInvoices } from "./list.ts";
import { recomputeInvoice } from "./recompute.ts";
import { voidInvoice } from "./void.ts";

export const addInvoiceRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listInvoices(app, deps);
  addUnsupportedRoute(app, {
    scope: "billing:write",
    method: "post",
    path: "/api/v1/billing/invoices/invoice",
    operationId: "invoicePendingLines",
    tag: "Billing",
    what: "invoicing before a billing period ends",
  });
  getInvoice(app, deps);
  voidInvoice(app, deps);
  recomputeInvoice(app, deps);
  addRefusedActions(app, deps);
};
