import type { ControlUseCases } from "@meter/core";
import type { HttpApp } from "../../../define-route.ts";
import { createCustomer } from "./create.ts";
import { deleteCustomer } from "./delete.ts";
import { getCustomer } from "./get.ts";
import { listCustomers } from "./list.ts";
import { updateCustomer } from "./update.ts";

export const addCustomerRoutes = (app: HttpApp, deps: ControlUseCases): void => {
  listCustomers(app, deps);
  createCustomer(app, deps);
  getCustomer(app, deps);
  updateCustomer(app, deps);
  deleteCustomer(app, deps);
};
