import type { PlanFilter, PlanOrder, PlanStore } from "./catalog-store.ts";
import { type PlanView, type PlanViewDeps, viewPlan } from "./plan-view.ts";

export type ListPlansInput = Readonly<{ filter: PlanFilter; order: PlanOrder; page: number; pageSize: number }>;
export type PlanViewPage = Readonly<{ items: readonly PlanView[]; totalCount: number }>;

export const listPlans =
  (deps: PlanViewDeps & Readonly<{ plans: Pick<PlanStore, "list"> }>) =>
  async (namespace: string, input: ListPlansInput): Promise<PlanViewPage> => {
    const { items, totalCount } = await deps.plans.list(namespace, { ...input, at: deps.clock.now() });
    return { items: items.map((plan) => viewPlan(deps, plan)), totalCount };
  };
