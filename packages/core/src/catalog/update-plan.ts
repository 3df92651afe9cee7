import { checkPlanDefinition, checkPlanOperation, isCritical } from "@meter/catalog";
import type { Plan, PlanDefinition, PlanId, PlanStatusError } from "@meter/catalog";
import { err, ok, type Result } from "@meter/primitives";
import type { PlanChange, PlanStore, PlanUpdated } from "./catalog-store.ts";
import type { PlanNotFound } from "./get-plan.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { type PlanReferences, type PlanView, type PlanViewDeps, viewPlanInFull } from "./plan-view.ts";

/** The whole content; an absent description or metadata stays as it is. */
export type PlanReplacement = Omit<PlanDefinition, "key" | "currency" | "description" | "metadata"> &
  Partial<Pick<PlanDefinition, "description" | "metadata">>;

/** New content for a version that is not on offer yet. */
export const updatePlan =
  (deps: PlanViewDeps & PlanReferences & Readonly<{ plans: Pick<PlanStore, "change"> }>) =>
  async (
    namespace: string,
    id: string,
    replacement: PlanReplacement,
  ): Promise<Result<PlanView, InvalidInput | PlanNotFound | PlanStatusError>> => {
    const planId = id as PlanId; // an id from outside finds a plan or none
    const changed = await deps.plans.change(
      namespace,
      planId,
      ({ plan }): Result<PlanChange, InvalidInput | PlanStatusError> => {
        const now = deps.clock.now();
        const allowed = checkPlanOperation(plan, "update", now);
        if (!allowed.ok) return allowed;
        const definition = replaceContent(plan, replacement);
        const refused = checkPlanDefinition({ ...plan, ...definition }, deps.models).filter(isCritical);
        if (refused.length > 0) return invalidInput(...refused);
        return ok({ type: "plan_updated", planId, definition, updatedAt: now });
      },
    );
    if (changed === null) return err({ type: "plan_not_found", plan: id });
    return changed.ok ? ok(await viewPlanInFull(deps, changed.value)) : changed;
  };

const replaceContent = (plan: Plan, replacement: PlanReplacement): PlanUpdated["definition"] => ({
  name: replacement.name,
  description: replacement.description === undefined ? plan.description : replacement.description,
  metadata: replacement.metadata === undefined ? plan.metadata : replacement.metadata,
  billingCadence: replacement.billingCadence,
  proRatingConfig: replacement.proRatingConfig,
  settlementMode: replacement.settlementMode,
  phases: replacement.phases,
});
