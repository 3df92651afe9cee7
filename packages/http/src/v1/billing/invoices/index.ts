import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { addRefusedActions } from "./actions.ts";
import { getInvoice } from "./get.ts";
import { invoicePending } from "./invoice-pending.ts";
import { listInvoices } from "./list.ts";
import { recomputeInvoice } from "./recompute.ts";
import { simulateInvoice } from "./simulate.ts";
import { voidInvoice } from "./void.ts";

export const addInvoiceRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listInvoices(app, deps);
  invoicePending(app, deps);
  getInvoice(app, deps);
  voidInvoice(app, deps);
  recomputeInvoice(app, deps);
  simulateInvoice(app, deps);
  addRefusedActions(app, deps);
};
