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

type Deps = ClockDeps & AccessDeps & MeteringDeps & CustomersDeps & CatalogDeps & SubscriptionsDeps & BillingDeps;

/** Everything the control use cases stand on, but for the price models, which are the built-in ones. */
export type ControlDeps = Omit<Deps, "models" | "pricing" | "profile"> &
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
  const deps: Deps = {
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
