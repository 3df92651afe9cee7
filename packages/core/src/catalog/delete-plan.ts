import { decideDeletePlan, type PlanId, type PlanStatusError } from "@meter/catalog";
import { err, ok, type Result } from "@meter/primitives";
import type { PlanStore } from "./catalog-store.ts";
import type { Clock } from "../shared/clock.ts";
import type { PlanNotFound } from "./get-plan.ts";

/** Soft: the version stays readable by its id, and its number used. Deleting again is the same as once. */
export const deletePlan =
  (deps: Readonly<{ plans: Pick<PlanStore, "change">; clock: Clock }>) =>
  async (
    namespace: string,
    id: string,
  ): Promise<Result<null, PlanNotFound | Extract<PlanStatusError, { type: "plan_invalid_status" }>>> => {
    const deleted = await deps.plans.change(
      namespace,
      id as PlanId, // an id from outside finds a plan or none
      ({ plan }) => decideDeletePlan(plan, deps.clock.now()),
    );
    if (deleted === null) return err({ type: "plan_not_found", plan: id });
    if (deleted.ok || deleted.error.type === "plan_deleted") return ok(null);
    return err(deleted.error);
  };
