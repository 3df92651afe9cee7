import type { Plan } from "@meter/catalog";
import { err, type Instant, type Result } from "@meter/primitives";
import type { PlanDraftExists, PlanStore } from "./catalog-store.ts";
import { createPlan, type CreatePlanDeps } from "./create-plan.ts";
import type { PlanNotFound } from "./get-plan.ts";
import type { InvalidInput } from "../shared/invalid-input.ts";
import type { PlanView } from "./plan-view.ts";

/** A draft with the content of a version: by key of the active one, without one of the highest. Deleted ones are no source. */
export const nextPlan =
  (deps: CreatePlanDeps & Readonly<{ plans: Pick<PlanStore, "find" | "list"> }>) =>
  async (
    namespace: string,
    idOrKey: string,
  ): Promise<Result<PlanView, PlanNotFound | PlanDraftExists | InvalidInput>> => {
    const at = deps.clock.now();
    const source =
      (await deps.plans.find(namespace, idOrKey, { at, includeLatest: false })) ??
      (await findHighest(deps.plans, namespace, idOrKey, at));
    if (source === null || source.deletedAt !== null) return err({ type: "plan_not_found", plan: idOrKey });
    return createPlan(deps)(namespace, source);
  };

const findHighest = async (
  plans: Pick<PlanStore, "list">,
  namespace: string,
  key: string,
  at: Instant,
): Promise<Plan | null> => {
  const { items } = await plans.list(namespace, {
    at,
    filter: { keys: [key], includeDeleted: false },
    order: { by: "version", direction: "desc" },
    page: 1,
    pageSize: 1,
  });
  return items[0] ?? null;
};
