import {
  type CatalogFault,
  checkPlanFeatures,
  type Feature,
  type Meter,
  type Plan,
  planStatusAt,
  type PriceModels,
} from "@meter/catalog";
import { err, type Instant, ok, type Result } from "@meter/primitives";
import {
  type CreateSubscription,
  type CreateSubscriptionError,
  decideCreateSubscription,
  hasBillables,
  nothingBilled,
  type Subscription,
} from "@meter/subscriptions";
import type { DraftDeps } from "../billing/draft-over.ts";
import { settle } from "../billing/settle.ts";
import { dueOf } from "../billing/state.ts";
import type { Customer } from "../shared/customer.ts";
import type { BillingStore } from "../billing/billing-store.ts";
import type { FeatureStore, PlanStore } from "../catalog/catalog-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import type { MeterStore } from "../metering/meter-store.ts";
import { checkMetadata, checkText } from "../shared/check-text.ts";
import { type CustomerDeleted, type CustomerNotFound, findLiveCustomer } from "../shared/find-customer.ts";
import type { PlanNotFound } from "../catalog/get-plan.ts";
import type { SubscriptionView } from "./get-subscription.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { checkPlanMeters } from "../catalog/plan-meters.ts";
import type { IdSource } from "../shared/sources.ts";

export type CreateSubscriptionInput = Omit<CreateSubscription, "namespace" | "customer" | "plan"> &
  Readonly<{
    customerIdOrKey: string;
    planKey: string;
    /** Null: the active one. Any other than the active one is refused. */
    planVersion: number | null;
  }>;

/** What the active version needs is not there any more: a feature or a meter. */
export type PlanNotSubscribable = Readonly<{ type: "plan_not_subscribable"; faults: readonly CatalogFault[] }>;

export type CreateSubscriptionDeps = DraftDeps &
  Readonly<{
    billing: Pick<BillingStore, "withCustomer">;
    customers: Pick<CustomerStore, "find">;
    plans: Pick<PlanStore, "find" | "list">;
    features: Pick<FeatureStore, "find">;
    meters: Pick<MeterStore, "find">;
    models: PriceModels;
    clock: Clock;
    ids: IdSource;
  }>;

type Refused =
  | InvalidInput
  | CustomerNotFound
  | CustomerDeleted
  | PlanNotFound
  | PlanNotSubscribable
  | CreateSubscriptionError;

/**
 * Subscribes a customer to the version of a plan that is active now: nobody bills the customer meanwhile, and it is due from
 * then on.
 */
export const createSubscription =
  (deps: CreateSubscriptionDeps) =>
  async (
    namespace: string,
    { customerIdOrKey, planKey, planVersion, ...terms }: CreateSubscriptionInput,
  ): Promise<Result<SubscriptionView, Refused>> => {
    const faults = [
      ...checkText("name", terms.name, { min: 1, max: 256 }),
      ...checkText("description", terms.description, { min: 0, max: 1_024 }),
      ...checkMetadata(terms.metadata),
    ];
    if (faults.length > 0) return invalidInput(...faults);
    const customer = await findLiveCustomer(deps.customers, namespace, customerIdOrKey);
    if (!customer.ok) return customer;
    const at = deps.clock.now();
    const plan = await findPlan(deps, { namespace, key: planKey, version: planVersion, at });
    if (!plan.ok) return plan;
    const subscribable = planStatusAt(plan.value, at) === "active" ? await checkCatalog(deps, plan.value) : ok(null);
    if (!subscribable.ok) return subscribable;

    const { id } = customer.value;
    const created = await deps.billing.withCustomer<Result<SubscriptionView, Refused>>(namespace, id, async (tx) => {
      const held = await tx.findCustomer();
      if (held === null || held.deletedAt !== null) return err({ type: "customer_deleted", customer: customerIdOrKey });
      const now = deps.clock.now();
      const { subscriptions, drafts } = await settle(deps, tx, now);
      const others = subscriptions.map(({ subscription }) => subscription);
      const decided = decideCreateSubscription(
        { namespace, customer: { id, currency: currencyOf(held, others) }, plan: plan.value, ...terms },
        { now, others, nextId: deps.ids.ulid },
      );
      if (!decided.ok) return decided;
      const { subscription } = decided.value;
      await tx.insertSubscription(subscription);
      const all = [...subscriptions, { subscription, billed: nothingBilled }];
      await tx.setDue(dueOf({ subscriptions: all, drafts }));
      return ok({ subscription, at: now });
    });
    return created ?? err({ type: "customer_not_found", customers: [customerIdOrKey] });
  };

/** A customer without a currency has that of the first subscription it had that costs anything. */
const currencyOf = ({ currency }: Customer, subscriptions: readonly Subscription[]): string | null =>
  currency ?? subscriptions.find(hasBillables)?.currency ?? null;

type PlanToFind = Readonly<{ namespace: string; key: string; version: number | null; at: Instant }>;

/** The version asked for, else the active one, else the latest; one that is not active is then refused with its status. */
const findPlan = async (
  { plans }: Pick<CreateSubscriptionDeps, "plans">,
  { namespace, key, version, at }: PlanToFind,
): Promise<Result<Plan, PlanNotFound>> => {
  if (version !== null) {
    const filter = { keyVersions: new Map([[key, [version]]]), includeDeleted: true };
    const order = { by: "id", direction: "desc" } as const;
    const [found] = (await plans.list(namespace, { at, filter, order, page: 1, pageSize: 1 })).items;
    return found === undefined ? err({ type: "plan_not_found", plan: `${key} v${version}` }) : ok(found);
  }
  const active = await plans.find(namespace, key, { at, includeLatest: false });
  const plan = active ?? (await plans.find(namespace, key, { at, includeLatest: true }));
  // An id finds a version, too, and is not what was asked for.
  return plan === null || plan.key !== key ? err({ type: "plan_not_found", plan: key }) : ok(plan);
};

/** Neither features nor meters can go below an active plan. Where one is missing all the same, what it would measure is not free. */
const checkCatalog = async (
  deps: Pick<CreateSubscriptionDeps, "features" | "meters" | "models">,
  { namespace, phases }: Plan,
): Promise<Result<null, PlanNotSubscribable>> => {
  const features = new Map<string, Feature>();
  const meters = new Map<string, Meter>();
  const named = phases.flatMap(({ rateCards }) => rateCards.flatMap(({ featureKey }) => featureKey ?? []));
  for (const key of new Set(named)) {
    const feature = await deps.features.find(namespace, key);
    if (feature === null) continue;
    features.set(key, feature);
    const found = feature.meterKey === null ? null : await deps.meters.find(namespace, feature.meterKey);
    if (found !== null && found.meter.deletedAt === null) meters.set(found.meter.key, found.meter);
  }
  const catalog = { features, meters, models: deps.models };
  const faults = [...checkPlanFeatures(phases, catalog), ...checkPlanMeters(phases, catalog)];
  return faults.length === 0 ? ok(null) : err({ type: "plan_not_subscribable", faults });
};
