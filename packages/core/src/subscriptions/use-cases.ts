import type { PriceModels } from "@meter/catalog";
import type { BillingProfile } from "@meter/invoicing";
import type { Pricing } from "@meter/pricing";
import type { BillingStore } from "../billing/billing-store.ts";
import type { FeatureStore, PlanStore } from "../catalog/catalog-store.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import type { IdSource } from "../shared/sources.ts";
import { cancelSubscription } from "./cancel-subscription.ts";
import { continueSubscription } from "./continue-subscription.ts";
import { createSubscription } from "./create-subscription.ts";
import { deleteSubscription } from "./delete-subscription.ts";
import { getSubscription } from "./get-subscription.ts";
import { listSubscriptions } from "./list-subscriptions.ts";

export type SubscriptionsDeps = Readonly<{
  billing: BillingStore;
  customers: CustomerStore;
  features: FeatureStore;
  plans: PlanStore;
  meters: MeterStore;
  clock: Clock;
  ids: IdSource;
  models: PriceModels;
  pricing: Pricing;
  profile: BillingProfile;
}>;

/** Each verb with its parts in place. */
export type SubscriptionsUseCases = Readonly<{
  createSubscription: ReturnType<typeof createSubscription>;
  getSubscription: ReturnType<typeof getSubscription>;
  listSubscriptions: ReturnType<typeof listSubscriptions>;
  cancelSubscription: ReturnType<typeof cancelSubscription>;
  continueSubscription: ReturnType<typeof continueSubscription>;
  deleteSubscription: ReturnType<typeof deleteSubscription>;
}>;

export const createSubscriptionsUseCases = (deps: SubscriptionsDeps): SubscriptionsUseCases => ({
  createSubscription: createSubscription(deps),
  getSubscription: getSubscription(deps),
  listSubscriptions: listSubscriptions(deps),
  cancelSubscription: cancelSubscription(deps),
  continueSubscription: continueSubscription(deps),
  deleteSubscription: deleteSubscription(deps),
});
