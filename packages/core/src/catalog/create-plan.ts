import { checkPlanDefinition, isCritical, type PlanDefinition, type PlanId } from "@meter/catalog";
import { ok, type Result } from "@meter/primitives";
import type { PlanDraftExists, PlanStore } from "./catalog-store.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { type PlanReferences, type PlanView, type PlanViewDeps, viewPlanInFull } from "./plan-view.ts";
import type { IdSource } from "../shared/sources.ts";

export type CreatePlanDeps = PlanViewDeps &
  PlanReferences &
  Readonly<{ plans: Pick<PlanStore, "create">; ids: IdSource }>;

/** A draft: the first version of its key, or the next one. What only warns is kept, and shown with it. */
export const createPlan =
  (deps: CreatePlanDeps) =>
  async (namespace: string, definition: PlanDefinition): Promise<Result<PlanView, InvalidInput | PlanDraftExists>> => {
    const refused = checkPlanDefinition(definition, deps.models).filter(isCritical);
    if (refused.length > 0) return invalidInput(...refused);
    const created = await deps.plans.create({
      id: deps.ids.ulid() as PlanId, // a new ULID becomes a plan's id here
      namespace,
      key: definition.key,
      name: definition.name,
      description: definition.description,
      metadata: definition.metadata,
      currency: definition.currency,
      billingCadence: definition.billingCadence,
      proRatingConfig: definition.proRatingConfig,
      settlementMode: definition.settlementMode,
      phases: definition.phases,
      createdAt: deps.clock.now(),
    });
    return created.ok ? ok(await viewPlanInFull(deps, created.value)) : created;
  };
