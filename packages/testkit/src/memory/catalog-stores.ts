import {
  affectedFeatures,
  type Feature,
  type FeatureId,
  type Meter,
  pickFeatureByKey,
  type Plan,
  type PlanId,
  planStatusAt,
} from "@meter/catalog";
import {
  applyPlanChange,
  type FeatureOrder,
  type FeatureStore,
  type FeatureUse,
  type FindMeterInUse,
  type MeterStore,
  type PlanFilter,
  type PlanOrder,
  type PlanStore,
} from "@meter/core";
import { err, type Instant, ok } from "@meter/primitives";

export type MemoryCatalog = Readonly<{
  features: FeatureStore;
  plans: PlanStore;
  /** For the meters that these features name. */
  findMeterInUse: FindMeterInUse;
}>;

/** Features and plans, which know of each other. */
export const createMemoryCatalog = ({ meters }: Readonly<{ meters: Pick<MeterStore, "list"> }>): MemoryCatalog => {
  const features = new Map<FeatureId, Feature>();
  const plans = new Map<PlanId, Plan>();
  return {
    features: createFeatures(features, plans),
    plans: createPlans(plans, features, meters),
    findMeterInUse: (meter, groupBy, at) => {
      const named = within(features, meter.namespace)
        .filter(({ meterKey, archivedAt }) => meterKey === meter.key && archivedAt === null)
        .toSorted((a, b) => compareBy(a.key, b.key));
      for (const { feature, dimension } of affectedFeatures(meter, groupBy, named)) {
        const uses = usesOf(plans, feature, at);
        if (uses.length > 0) return { type: "meter_in_use", meter: meter.key, feature: feature.key, dimension, uses };
      }
      return null;
    },
  };
};

const within = <T extends Readonly<{ namespace: string }>>(all: ReadonlyMap<unknown, T>, namespace: string) =>
  [...all.values()].filter((item) => item.namespace === namespace);

const usesOf = (plans: ReadonlyMap<PlanId, Plan>, { namespace, key }: Feature, at: Instant): readonly FeatureUse[] =>
  within(plans, namespace)
    .filter((plan) => plan.deletedAt === null && ["active", "scheduled"].includes(planStatusAt(plan, at)))
    .filter(({ phases }) => phases.some(({ rateCards }) => rateCards.some(({ featureKey }) => featureKey === key)))
    .toSorted((a, b) => compareBy(a.key, b.key) || a.version - b.version)
    .map(({ id, key: planKey, version }) => ({ type: "plan", id, key: planKey, version }));

const createFeatures = (features: Map<FeatureId, Feature>, plans: ReadonlyMap<PlanId, Plan>): FeatureStore => ({
  create: async (feature) => {
    const existing = within(features, feature.namespace).find(
      ({ key, archivedAt }) => key === feature.key && archivedAt === null,
    );
    if (existing !== undefined) {
      const message = `a feature with key "${feature.key}" exists already`;
      return err({ type: "conflict", message, conflictingId: existing.id });
    }
    features.set(feature.id, feature);
    return ok(feature);
  },
  find: async (namespace, idOrKey) => {
    const all = within(features, namespace);
    return all.find(({ id }) => id === idOrKey) ?? pickFeatureByKey(all.filter(({ key }) => key === idOrKey));
  },
  list: async (namespace, { meterKeys, includeArchived, order, limit, offset }) => {
    const all = within(features, namespace).filter(
      ({ archivedAt, meterKey }) =>
        (includeArchived || archivedAt === null) &&
        (meterKeys === undefined || (meterKey !== null && meterKeys.includes(meterKey))),
    );
    return { items: all.toSorted(inOrder(order)).slice(offset, offset + limit), totalCount: all.length };
  },
  archive: async (namespace, id, at) => {
    const feature = within(features, namespace).find((one) => one.id === id);
    if (feature === undefined) return null;
    if (feature.archivedAt !== null) return ok(feature);
    const uses = usesOf(plans, feature, at);
    if (uses.length > 0) return err({ type: "feature_in_use", feature: feature.key, uses });
    const archived: Feature = { ...feature, archivedAt: at, updatedAt: at };
    features.set(id, archived);
    return ok(archived);
  },
});

const createPlans = (
  plans: Map<PlanId, Plan>,
  features: ReadonlyMap<FeatureId, Feature>,
  meters: Pick<MeterStore, "list">,
): PlanStore => {
  const versionsOf = (namespace: string, key: string) =>
    within(plans, namespace)
      .filter((plan) => plan.key === key)
      .toSorted((a, b) => a.version - b.version);
  return {
    create: async (draft) => {
      const versions = versionsOf(draft.namespace, draft.key);
      const existing = versions.find(({ effectiveFrom, deletedAt }) => effectiveFrom === null && deletedAt === null);
      if (existing !== undefined) return err({ type: "plan_draft_exists", key: draft.key, draftId: existing.id });
      const plan: Plan = {
        ...draft,
        version: (versions.at(-1)?.version ?? 0) + 1,
        effectiveFrom: null,
        effectiveTo: null,
        updatedAt: draft.createdAt,
        deletedAt: null,
      };
      plans.set(plan.id, plan);
      return ok(plan);
    },
    find: async (namespace, idOrKey, { at, includeLatest }) => {
      const byId = within(plans, namespace).find(({ id }) => id === idOrKey);
      const versions = versionsOf(namespace, idOrKey);
      const active = (plan: Plan) => plan.deletedAt === null && planStatusAt(plan, at) === "active";
      return byId ?? (includeLatest ? versions.at(-1) : versions.findLast(active)) ?? null;
    },
    list: async (namespace, { at, filter, order, page, pageSize }) => {
      const all = within(plans, namespace)
        .filter((plan) => matches(filter, plan, at))
        .toSorted(inOrder(order));
      return { items: all.slice((page - 1) * pageSize, page * pageSize), totalCount: all.length };
    },
    change: async (namespace, id, decide) => {
      // Read before, so that there is nothing to wait for between the decision and what it was decided on.
      const live = await meters.list(namespace, { order: { by: "key", direction: "asc" }, includeDeleted: false });
      const plan = within(plans, namespace).find((one) => one.id === id);
      if (plan === undefined) return null;
      const others = versionsOf(namespace, plan.key).filter((other) => other !== plan && other.deletedAt === null);
      const decided = decide({ plan, others, ...namedBy(plan, within(features, namespace), live) });
      if (!decided.ok) return decided;
      for (const version of [plan, ...others]) plans.set(version.id, applyPlanChange(version, decided.value));
      return ok(applyPlanChange(plan, decided.value));
    },
  };
};

/** The features that rate cards name, by key, and the meters that these name. */
const namedBy = ({ phases }: Plan, features: readonly Feature[], meters: readonly Meter[]) => {
  const found = new Map<string, Feature>();
  for (const { featureKey } of phases.flatMap(({ rateCards }) => rateCards)) {
    const feature = pickFeatureByKey(features.filter(({ key }) => key === featureKey));
    if (feature !== null) found.set(feature.key, feature);
  }
  const meterKeys = [...found.values()].map(({ meterKey }) => meterKey);
  const named = meters.filter(({ key }) => meterKeys.includes(key));
  return { features: found, meters: new Map(named.map((meter) => [meter.key, meter])) };
};

const matches = (filter: PlanFilter, plan: Plan, at: Instant): boolean => {
  const versions = filter.keyVersions?.get(plan.key);
  const named = [
    filter.ids?.includes(plan.id),
    filter.keys?.includes(plan.key),
    filter.keyVersions === undefined
      ? undefined
      : versions !== undefined && (versions.length === 0 || versions.includes(plan.version)),
    filter.currencies?.includes(plan.currency),
  ].filter((one) => one !== undefined);
  return (
    (filter.includeDeleted || plan.deletedAt === null) &&
    (named.length === 0 || named.includes(true)) &&
    (filter.statuses === undefined || filter.statuses.includes(planStatusAt(plan, at)))
  );
};

const compareBy = (a: string | number, b: string | number): number => (a === b ? 0 : a < b ? -1 : 1);

const inOrder =
  <By extends (FeatureOrder | PlanOrder)["by"]>({ by, direction }: Readonly<{ by: By; direction: "asc" | "desc" }>) =>
  <T extends Readonly<{ id: string } & Record<By, string | number>>>(a: T, b: T): number =>
    (compareBy(a[by], b[by]) || compareBy(a.id, b.id)) * (direction === "asc" ? 1 : -1);
