import { decidePublishPlan, planStatusAt } from "@meter/catalog";
import type { Plan, PlanId, PlanPublished, PriceModels, PublishPlanError } from "@meter/catalog";
import { err, type Instant, ok, type Result } from "@meter/primitives";
import type { PlanStore, PlanToChange } from "./catalog-store.ts";
import type { PlanNotFound } from "./get-plan.ts";
import { checkPlanMeters } from "./plan-meters.ts";
import { type PlanView, type PlanViewDeps, viewPlan } from "./plan-view.ts";

/** Puts a version on offer from now on, and ends the one that was. Every fault blocks, warnings too. */
export const publishPlan =
  (deps: PlanViewDeps & Readonly<{ plans: Pick<PlanStore, "change"> }>) =>
  async (namespace: string, id: string): Promise<Result<PlanView, PlanNotFound | PublishPlanError>> => {
    const published = await deps.plans.change(
      namespace,
      id as PlanId, // an id from outside finds a plan or none
      (state) => decide(state, deps.models, notBefore(deps.clock.now(), state.others)),
    );
    if (published === null) return err({ type: "plan_not_found", plan: id });
    return published.ok ? ok(viewPlan(deps, published.value)) : published;
  };

const decide = (state: PlanToChange, models: PriceModels, now: Instant): Result<PlanPublished, PublishPlanError> => {
  const { plan, others, features } = state;
  const current = others.find((other) => planStatusAt(other, now) === "active") ?? null;
  const decided = decidePublishPlan(plan, { current, features, models, now });
  const meterFaults = checkPlanMeters(plan.phases, { ...state, models });
  if (meterFaults.length === 0) return decided;
  if (decided.ok) return err({ type: "plan_not_publishable", faults: meterFaults });
  if (decided.error.type !== "plan_not_publishable") return decided;
  return err({ type: "plan_not_publishable", faults: [...decided.error.faults, ...meterFaults] });
};

/** The clock of another process may be ahead: what it published starts before what is published after it. */
const notBefore = (now: Instant, others: readonly Plan[]): Instant =>
  others.reduce(
    (latest, { effectiveFrom }) => (effectiveFrom !== null && effectiveFrom > latest ? effectiveFrom : latest),
    now,
  );
