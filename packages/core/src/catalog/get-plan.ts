import { err, ok, type Result } from "@meter/primitives";
import type { PlanStore } from "./catalog-store.ts";
import { type PlanReferences, type PlanView, type PlanViewDeps, viewPlanInFull } from "./plan-view.ts";

export type PlanNotFound = Readonly<{ type: "plan_not_found"; plan: string }>;

/** By id exactly that version; by key the active one, or with `includeLatest` the highest. */
export const getPlan =
  (deps: PlanViewDeps & PlanReferences & Readonly<{ plans: Pick<PlanStore, "find"> }>) =>
  async (
    namespace: string,
    idOrKey: string,
    { includeLatest }: Readonly<{ includeLatest: boolean }>,
  ): Promise<Result<PlanView, PlanNotFound>> => {
    const plan = await deps.plans.find(namespace, idOrKey, { at: deps.clock.now(), includeLatest });
    return plan === null ? err({ type: "plan_not_found", plan: idOrKey }) : ok(await viewPlanInFull(deps, plan));
  };
