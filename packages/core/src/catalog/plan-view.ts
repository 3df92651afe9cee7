import {
  type CatalogFault,
  checkPlanDefinition,
  checkPlanFeatures,
  type Feature,
  type Meter,
  type Plan,
  planStatusAt,
  type PlanStatus,
  type PriceModels,
} from "@meter/catalog";
import type { FeatureStore } from "./catalog-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import { checkPlanMeters } from "./plan-meters.ts";

/**
 * A version as it looks now: its status, and what is wrong with its content; of a draft that is looked at by itself, also
 * with the features and meters that it names.
 */
export type PlanView = Readonly<{ plan: Plan; status: PlanStatus; faults: readonly CatalogFault[] }>;

export type PlanViewDeps = Readonly<{ clock: Clock; models: PriceModels }>;

/** Where the features and meters are that a plan names. */
export type PlanReferences = Readonly<{ features: Pick<FeatureStore, "find">; meters: Pick<MeterStore, "find"> }>;

/** The content by itself. */
export const viewPlan = ({ clock, models }: PlanViewDeps, plan: Plan): PlanView => ({
  plan,
  status: planStatusAt(plan, clock.now()),
  faults: checkPlanDefinition(plan, models),
});

/** The same, and of a draft everything that would keep it from being published now. */
export const viewPlanInFull = async (deps: PlanViewDeps & PlanReferences, plan: Plan): Promise<PlanView> => {
  const view = viewPlan(deps, plan);
  if (view.status !== "draft" || plan.deletedAt !== null) return view;
  const { phases } = plan;
  const named = await findNamed(deps, plan);
  const faults = [
    ...checkPlanFeatures(phases, { ...named, models: deps.models }),
    ...checkPlanMeters(phases, { ...named, models: deps.models }),
  ];
  return { ...view, faults: [...view.faults, ...faults] };
};

const findNamed = async (
  { features, meters }: PlanReferences,
  { namespace, phases }: Plan,
): Promise<Readonly<{ features: ReadonlyMap<string, Feature>; meters: ReadonlyMap<string, Meter> }>> => {
  const featuresByKey = new Map<string, Feature>();
  const metersByKey = new Map<string, Meter>();
  for (const key of new Set(phases.flatMap(({ rateCards }) => rateCards.map(({ featureKey }) => featureKey)))) {
    const feature = key === null ? null : await features.find(namespace, key);
    if (feature !== null) featuresByKey.set(feature.key, feature);
  }
  for (const key of new Set([...featuresByKey.values()].map(({ meterKey }) => meterKey))) {
    const found = key === null ? null : await meters.find(namespace, key);
    if (found !== null && found.meter.deletedAt === null) metersByKey.set(found.meter.key, found.meter);
  }
  return { features: featuresByKey, meters: metersByKey };
};
