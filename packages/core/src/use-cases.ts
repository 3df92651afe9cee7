import { builtInPriceModels } from "@meter/catalog";
import { type BillingProfile, builtInBillingProfile } from "@meter/invoicing";
import { builtInModels, createPricing } from "@meter/pricing";
import { type AccessDeps, type AccessUseCases, createAccessUseCases } from "./access/use-cases.ts";
import { type BillingDeps, type BillingUseCases, createBillingUseCases } from "./billing/use-cases.ts";
import { type CatalogDeps, type CatalogUseCases, createCatalogUseCases } from "./catalog/use-cases.ts";
import { type ClockDeps, type ClockUseCases, createClockUseCases } from "./clock/use-cases.ts";
import { type CustomersDeps, type CustomersUseCases, createCustomersUseCases } from "./customers/use-cases.ts";
import { type MeteringDeps, type MeteringUseCases, createMeteringUseCases } from "./metering/use-cases.ts";
import {
  type SubscriptionsDeps,
  type SubscriptionsUseCases,
  createSubscriptionsUseCases,
} from "./subscriptions/use-cases.ts";

/** What the built-in price models and profile stand for. */
type Terms = "models" | "pricing" | "profile";

/** Everything the control use cases stand on. `clock` is the product's, `systemClock` the machine's. */
export type ControlDeps = Omit<ClockDeps, Terms> &
  Omit<AccessDeps, Terms> &
  Omit<MeteringDeps, Terms> &
  Omit<CustomersDeps, Terms> &
  Omit<CatalogDeps, Terms> &
  Omit<SubscriptionsDeps, Terms> &
  Omit<BillingDeps, Terms> &
  Readonly<{
    /** How customers are invoiced. Absent: the built-in profile. */
    profile?: BillingProfile;
  }>;

/** Each use case with its parts in place. */
export type ControlUseCases = ClockUseCases &
  AccessUseCases &
  MeteringUseCases &
  CustomersUseCases &
  CatalogUseCases &
  SubscriptionsUseCases &
  BillingUseCases;

export const createControlUseCases = (given: ControlDeps): ControlUseCases => {
  const deps = {
    ...given,
    models: builtInPriceModels,
    pricing: createPricing({ models: builtInModels }),
    profile: given.profile ?? builtInBillingProfile,
  };
  return {
    ...createClockUseCases(deps),
    ...createAccessUseCases(deps),
    ...createMeteringUseCases(deps),
    ...createCustomersUseCases(deps),
    ...createCatalogUseCases(deps),
    ...createSubscriptionsUseCases(deps),
    ...createBillingUseCases(deps),
  };
};
