import { evolvePlan, type Plan } from "@meter/catalog";
import type { PlanChange } from "./catalog-store.ts";

/** The plan after a change of its own, or of the version that supersedes it; the very same after one of others. */
export const applyPlanChange = (plan: Plan, change: PlanChange): Plan => {
  if (change.type !== "plan_updated") return evolvePlan(plan, change);
  return change.planId === plan.id ? { ...plan, ...change.definition, updatedAt: change.updatedAt } : plan;
};
