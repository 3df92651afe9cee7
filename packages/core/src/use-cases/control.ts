import { builtInPriceModels } from "@meter/catalog";
import { type BillingProfile, builtInBillingProfile } from "@meter/invoicing";
import { builtInModels, createPricing, type Pricing } from "@meter/pricing";
import { gatherInvoices } from "../billing/gather-invoices.ts";
import { invoicePending } from "../billing/invoice-pending.ts";
import type { BillingStore } from "../ports/billing-store.ts";
import type { FeatureStore, PlanStore } from "../ports/catalog-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { ApiKeyStore, CustomerStore, MeterStore, NamespaceStore, SubjectStore } from "../ports/control-store.ts";
import type { EventLogHead } from "../ports/event-log.ts";
import type { UsageFreshness } from "../ports/freshness.ts";
import type { ParkedEvents } from "../ports/parked-events.ts";
import type { UsageReader } from "../ports/usage-reader.ts";
import type { ApiKeyCache } from "./api-key-cache.ts";
import { archiveFeature } from "./archive-feature.ts";
import { archivePlan } from "./archive-plan.ts";
import { cancelSubscription } from "./cancel-subscription.ts";
import { checkInvariants } from "./check-invariants.ts";
import { continueSubscription } from "./continue-subscription.ts";
import { createApiKey } from "./create-api-key.ts";
import { createCustomer } from "./create-customer.ts";
import { createFeature } from "./create-feature.ts";
import { createNamespace } from "./create-namespace.ts";
import { createPlan } from "./create-plan.ts";
import { createSubscription } from "./create-subscription.ts";
import { defineMeter } from "./define-meter.ts";
import { deleteCustomer } from "./delete-customer.ts";
import { deleteMeter } from "./delete-meter.ts";
import { deletePlan } from "./delete-plan.ts";
import { deleteSubject } from "./delete-subject.ts";
import { deleteSubscription } from "./delete-subscription.ts";
import type { ClockSetting } from "./clock-setting.ts";
import { getClock } from "./get-clock.ts";
import { getCustomer } from "./get-customer.ts";
import { getFeature } from "./get-feature.ts";
import { getInvoice } from "./get-invoice.ts";
import { getMeter } from "./get-meter.ts";
import { getPlan } from "./get-plan.ts";
import { getSubject } from "./get-subject.ts";
import { getSubscription } from "./get-subscription.ts";
import { listApiKeys } from "./list-api-keys.ts";
import { listCustomers } from "./list-customers.ts";
import { listEvents } from "./list-events.ts";
import { listFeatures } from "./list-features.ts";
import { listGroupByValues } from "./list-group-by-values.ts";
import { listInvoices } from "./list-invoices.ts";
import { listLateUsage } from "./list-late-usage.ts";
import { listMeterSubjects } from "./list-meter-subjects.ts";
import { listMeters } from "./list-meters.ts";
import { listNamespaces } from "./list-namespaces.ts";
import { listParkedBilling } from "./list-parked-billing.ts";
import { listParkedEvents } from "./list-parked-events.ts";
import { listPlans } from "./list-plans.ts";
import { findDisplayNames, listSubjects } from "./list-subjects.ts";
import { listSubscriptions } from "./list-subscriptions.ts";
import { nextPlan } from "./next-plan.ts";
import { previewPrice } from "./preview-price.ts";
import { publishPlan } from "./publish-plan.ts";
import { queryMeter } from "./query-meter.ts";
import { recomputeInvoice } from "./recompute-invoice.ts";
import { revokeApiKey } from "./revoke-api-key.ts";
import { setClock } from "./set-clock.ts";
import { simulateInvoice } from "./simulate-invoice.ts";
import type { Crypto, IdSource, MonotonicNow } from "./sources.ts";
import { updateCustomer } from "./update-customer.ts";
import { updateMeter } from "./update-meter.ts";
import { updatePlan } from "./update-plan.ts";
import { upsertSubjects } from "./upsert-subjects.ts";
import { voidInvoice } from "./void-invoice.ts";

/** Everything the control use cases stand on. */
export type ControlDeps = Readonly<{
  namespaces: NamespaceStore;
  apiKeys: ApiKeyStore;
  /** The cache that `authenticate` reads, so that a revoked key is refused at once. */
  apiKeyCache: ApiKeyCache;
  meters: MeterStore;
  customers: CustomerStore;
  subjects: SubjectStore;
  features: FeatureStore;
  plans: PlanStore;
  billing: BillingStore;
  parked: ParkedEvents;
  reader: UsageReader;
  freshness: UsageFreshness;
  log: EventLogHead;
  /** The product's. */
  clock: Clock;
  clockSetting: ClockSetting;
  /** For keys and namespaces, which are there before the product's clock is set, and for how long things are kept. */
  systemClock: Clock;
  ids: IdSource;
  crypto: Crypto;
  monotonicNow: MonotonicNow;
  /** How customers are invoiced. Absent: the built-in profile. */
  profile?: BillingProfile;
}>;

/** Each use case with its parts in place. */
export type ControlUseCases = Readonly<{
  getClock: ReturnType<typeof getClock>;
  setClock: ReturnType<typeof setClock>;
  createNamespace: ReturnType<typeof createNamespace>;
  listNamespaces: ReturnType<typeof listNamespaces>;
  createApiKey: ReturnType<typeof createApiKey>;
  listApiKeys: ReturnType<typeof listApiKeys>;
  revokeApiKey: ReturnType<typeof revokeApiKey>;
  defineMeter: ReturnType<typeof defineMeter>;
  listMeters: ReturnType<typeof listMeters>;
  getMeter: ReturnType<typeof getMeter>;
  updateMeter: ReturnType<typeof updateMeter>;
  deleteMeter: ReturnType<typeof deleteMeter>;
  queryMeter: ReturnType<typeof queryMeter>;
  listMeterSubjects: ReturnType<typeof listMeterSubjects>;
  listGroupByValues: ReturnType<typeof listGroupByValues>;
  listEvents: ReturnType<typeof listEvents>;
  listParkedEvents: ReturnType<typeof listParkedEvents>;
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
  createFeature: ReturnType<typeof createFeature>;
  listFeatures: ReturnType<typeof listFeatures>;
  getFeature: ReturnType<typeof getFeature>;
  archiveFeature: ReturnType<typeof archiveFeature>;
  createPlan: ReturnType<typeof createPlan>;
  listPlans: ReturnType<typeof listPlans>;
  getPlan: ReturnType<typeof getPlan>;
  updatePlan: ReturnType<typeof updatePlan>;
  deletePlan: ReturnType<typeof deletePlan>;
  publishPlan: ReturnType<typeof publishPlan>;
  archivePlan: ReturnType<typeof archivePlan>;
  nextPlan: ReturnType<typeof nextPlan>;
  createSubscription: ReturnType<typeof createSubscription>;
  getSubscription: ReturnType<typeof getSubscription>;
  listSubscriptions: ReturnType<typeof listSubscriptions>;
  cancelSubscription: ReturnType<typeof cancelSubscription>;
  continueSubscription: ReturnType<typeof continueSubscription>;
  deleteSubscription: ReturnType<typeof deleteSubscription>;
  listInvoices: ReturnType<typeof listInvoices>;
  gatherInvoices: ReturnType<typeof gatherInvoices>;
  invoicePending: ReturnType<typeof invoicePending>;
  getInvoice: ReturnType<typeof getInvoice>;
  voidInvoice: ReturnType<typeof voidInvoice>;
  recomputeInvoice: ReturnType<typeof recomputeInvoice>;
  simulateInvoice: ReturnType<typeof simulateInvoice>;
  previewPrice: ReturnType<typeof previewPrice>;
  listParkedBilling: ReturnType<typeof listParkedBilling>;
  listLateUsage: ReturnType<typeof listLateUsage>;
  checkInvariants: ReturnType<typeof checkInvariants>;
}>;

/** What the API can price. */
const models = builtInPriceModels;
const pricing = createPricing({ models: builtInModels });

/** How invoices are drafted, here and by the scheduler. */
const draftingOf = ({ profile = builtInBillingProfile }: Pick<ControlDeps, "profile">): DraftingDeps => ({
  pricing,
  profile,
});

type DraftingDeps = Readonly<{ pricing: Pricing; profile: BillingProfile }>;

export const createControlUseCases = (deps: ControlDeps): ControlUseCases => ({
  getClock: getClock(deps),
  setClock: setClock(deps),
  createNamespace: createNamespace({ ...deps, clock: deps.systemClock }),
  listNamespaces: listNamespaces(deps),
  createApiKey: createApiKey({ ...deps, clock: deps.systemClock }),
  listApiKeys: listApiKeys(deps),
  revokeApiKey: revokeApiKey({ ...deps, clock: deps.systemClock, cache: deps.apiKeyCache }),
  defineMeter: defineMeter(deps),
  listMeters: listMeters(deps),
  getMeter: getMeter(deps),
  updateMeter: updateMeter(deps),
  deleteMeter: deleteMeter(deps),
  queryMeter: queryMeter(deps),
  listMeterSubjects: listMeterSubjects(deps),
  listGroupByValues: listGroupByValues(deps),
  listEvents: listEvents(deps),
  listParkedEvents: listParkedEvents(deps),
  createCustomer: createCustomer(deps),
  listCustomers: listCustomers(deps),
  getCustomer: getCustomer(deps),
  updateCustomer: updateCustomer({ ...deps, ...draftingOf(deps) }),
  deleteCustomer: deleteCustomer({ ...deps, ...draftingOf(deps) }),
  upsertSubjects: upsertSubjects(deps),
  listSubjects: listSubjects(deps),
  findDisplayNames: findDisplayNames(deps),
  getSubject: getSubject(deps),
  deleteSubject: deleteSubject(deps),
  createFeature: createFeature(deps),
  listFeatures: listFeatures(deps),
  getFeature: getFeature(deps),
  archiveFeature: archiveFeature(deps),
  createPlan: createPlan({ ...deps, models }),
  listPlans: listPlans({ ...deps, models }),
  getPlan: getPlan({ ...deps, models }),
  updatePlan: updatePlan({ ...deps, models }),
  deletePlan: deletePlan(deps),
  publishPlan: publishPlan({ ...deps, models }),
  archivePlan: archivePlan({ ...deps, models }),
  nextPlan: nextPlan({ ...deps, models }),
  createSubscription: createSubscription({ ...deps, ...draftingOf(deps), models }),
  getSubscription: getSubscription(deps),
  listSubscriptions: listSubscriptions(deps),
  cancelSubscription: cancelSubscription({ ...deps, ...draftingOf(deps) }),
  continueSubscription: continueSubscription({ ...deps, ...draftingOf(deps) }),
  deleteSubscription: deleteSubscription({ ...deps, ...draftingOf(deps) }),
  listInvoices: listInvoices(deps),
  gatherInvoices: gatherInvoices({ ...deps, ...draftingOf(deps) }),
  invoicePending: invoicePending({ ...deps, ...draftingOf(deps) }),
  getInvoice: getInvoice(deps),
  voidInvoice: voidInvoice({ ...deps, ...draftingOf(deps) }),
  recomputeInvoice: recomputeInvoice({ ...deps, pricing }),
  simulateInvoice: simulateInvoice({ ...deps, models, pricing }),
  previewPrice: previewPrice({ models, pricing }),
  listParkedBilling: listParkedBilling(deps),
  listLateUsage: listLateUsage({ ...deps, pricing }),
  checkInvariants: checkInvariants({ ...deps, pricing }),
});
