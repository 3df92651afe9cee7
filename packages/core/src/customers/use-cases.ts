import type { BillingProfile } from "@meter/invoicing";
import type { Pricing } from "@meter/pricing";
import type { BillingStore } from "../billing/billing-store.ts";
import type { FeatureStore } from "../catalog/catalog-store.ts";
import type { SubjectStore } from "./subject-store.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import type { IdSource } from "../shared/sources.ts";
import { createCustomer } from "./create-customer.ts";
import { deleteCustomer } from "./delete-customer.ts";
import { deleteSubject } from "./delete-subject.ts";
import { getCustomer } from "./get-customer.ts";
import { getSubject } from "./get-subject.ts";
import { listCustomers } from "./list-customers.ts";
import { findDisplayNames, listSubjects } from "./list-subjects.ts";
import { updateCustomer } from "./update-customer.ts";
import { upsertSubjects } from "./upsert-subjects.ts";

export type CustomersDeps = Readonly<{
  customers: CustomerStore;
  subjects: SubjectStore;
  features: FeatureStore;
  meters: MeterStore;
  billing: BillingStore;
  clock: Clock;
  ids: IdSource;
  pricing: Pricing;
  profile: BillingProfile;
}>;

/** Each verb with its parts in place. */
export type CustomersUseCases = Readonly<{
  createCustomer: ReturnType<typeof createCustomer>;
  listCustomers: ReturnType<typeof listCustomers>;
  getCustomer: ReturnType<typeof getCustomer>;
  updateCustomer: ReturnType<typeof updateCustomer>;
  deleteCustomer: ReturnType<typeof deleteCustomer>;
  upsertSubjects: ReturnType<typeof upsertSubjects>;
  listSubjects: ReturnType<typeof listSubjects>;
  findDisplayNames: ReturnType<typeof findDisplayNames>;
  getSubject: ReturnType<typeof getSubject>;
  deleteSubject: ReturnType<typeof deleteSubject>;
}>;

export const createCustomersUseCases = (deps: CustomersDeps): CustomersUseCases => ({
  createCustomer: createCustomer(deps),
  listCustomers: listCustomers(deps),
  getCustomer: getCustomer(deps),
  updateCustomer: updateCustomer(deps),
  deleteCustomer: deleteCustomer(deps),
  upsertSubjects: upsertSubjects(deps),
  listSubjects: listSubjects(deps),
  findDisplayNames: findDisplayNames(deps),
  getSubject: getSubject(deps),
  deleteSubject: deleteSubject(deps),
});
