import type { PriceModels } from "@meter/catalog";
import type { Pricing } from "@meter/pricing";
import type { FeatureStore, PlanStore } from "./catalog-store.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { IdSource } from "../shared/sources.ts";
import { archiveFeature } from "./archive-feature.ts";
import { archivePlan } from "./archive-plan.ts";
import { createFeature } from "./create-feature.ts";
import { createPlan } from "./create-plan.ts";
import { deletePlan } from "./delete-plan.ts";
import { getFeature } from "./get-feature.ts";
import { getPlan } from "./get-plan.ts";
import { listFeatures } from "./list-features.ts";
import { listPlans } from "./list-plans.ts";
import { nextPlan } from "./next-plan.ts";
import { previewPrice } from "./preview-price.ts";
import { publishPlan } from "./publish-plan.ts";
import { updatePlan } from "./update-plan.ts";

export type CatalogDeps = Readonly<{
  features: FeatureStore;
  plans: PlanStore;
  meters: MeterStore;
  clock: Clock;
  ids: IdSource;
  models: PriceModels;
  pricing: Pricing;
}>;

/** Each verb with its parts in place. */
export type CatalogUseCases = Readonly<{
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
  previewPrice: ReturnType<typeof previewPrice>;
}>;

export const createCatalogUseCases = (deps: CatalogDeps): CatalogUseCases => ({
  createFeature: createFeature(deps),
  listFeatures: listFeatures(deps),
  getFeature: getFeature(deps),
  archiveFeature: archiveFeature(deps),
  createPlan: createPlan(deps),
  listPlans: listPlans(deps),
  getPlan: getPlan(deps),
  updatePlan: updatePlan(deps),
  deletePlan: deletePlan(deps),
  publishPlan: publishPlan(deps),
  archivePlan: archivePlan(deps),
  nextPlan: nextPlan(deps),
  previewPrice: previewPrice(deps),
});
