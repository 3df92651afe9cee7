import { decideArchivePlan, type PlanId, type PlanStatusError } from "@meter/catalog";
import { err, ok, type Result } from "@meter/primitives";
import type { PlanStore } from "./catalog-store.ts";
import type { PlanNotFound } from "./get-plan.ts";
import { type PlanView, type PlanViewDeps, viewPlan } from "./plan-view.ts";

/** Takes the version that is on offer off it, from now on. */
export const archivePlan =
  (deps: PlanViewDeps & Readonly<{ plans: Pick<PlanStore, "change"> }>) =>
  async (namespace: string, id: string): Promise<Result<PlanView, PlanNotFound | PlanStatusError>> => {
    const archived = await deps.plans.change(
      namespace,
      id as PlanId, // an id from outside finds a plan or none
      ({ plan }) => decideArchivePlan(plan, deps.clock.now()),
    );
    if (archived === null) return err({ type: "plan_not_found", plan: id });
    return archived.ok ? ok(viewPlan(deps, archived.value)) : archived;
  };
