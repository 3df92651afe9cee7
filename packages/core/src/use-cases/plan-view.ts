import {
  type CatalogFault,
  checkPlanDefinition,
  type Plan,
  planStatusAt,
  type PlanStatus,
  type PriceModels,
} from "@meter/catalog";
import type { Clock } from "../ports/clock.ts";

/** A version as it looks now: its status, and what is wrong with its content by itself. Features are checked at publication. */
export type PlanView = Readonly<{ plan: Plan; status: PlanStatus; faults: readonly CatalogFault[] }>;

export type PlanViewDeps = Readonly<{ clock: Clock; models: PriceModels }>;

export const viewPlan = ({ clock, models }: PlanViewDeps, plan: Plan): PlanView => ({
  plan,
  status: planStatusAt(plan, clock.now()),
  faults: checkPlanDefinition(plan, models),
});
