import { err, ok } from "@meter/primitives";
import type { Instant, Result } from "@meter/primitives";

import type { CatalogFault } from "./catalog-fault.ts";
import { checkPlanDefinition, checkPlanFeatures } from "./plan-rules.ts";
import type { ReferencedFeature } from "./plan-rules.ts";
import { planStatusAt } from "./plan.ts";
import type { Plan, PlanId, PlanStatus } from "./plan.ts";
import type { PriceModels } from "./price-model.ts";

export type PlanOperation = "update" | "publish" | "archive" | "delete";

/** The statuses in which a version that is not deleted takes an operation. */
export const planStatusesAllowing: Readonly<Record<PlanOperation, readonly PlanStatus[]>> = {
  update: ["draft", "scheduled"],
  publish: ["draft", "scheduled"],
  archive: ["active"],
  delete: ["draft", "scheduled", "archived"],
};

export type PlanStatusError =
  | Readonly<{
      type: "plan_invalid_status";
      operation: PlanOperation;
      status: PlanStatus;
      allowed: readonly PlanStatus[];
    }>
  | Readonly<{ type: "plan_deleted" }>;

export type PublishPlanError =
  | PlanStatusError
  | Readonly<{ type: "plan_not_publishable"; faults: readonly CatalogFault[] }>;

export type PlanPublished = Readonly<{
  type: "plan_published";
  planId: PlanId;
  effectiveFrom: Instant;
  /** The version that was on offer until then; it ends where this one starts. Null for the first one. */
  superseded: PlanId | null;
}>;
export type PlanArchived = Readonly<{ type: "plan_archived"; planId: PlanId; effectiveTo: Instant }>;
export type PlanDeleted = Readonly<{ type: "plan_deleted"; planId: PlanId; deletedAt: Instant }>;
export type PlanEvent = PlanPublished | PlanArchived | PlanDeleted;

/** Whether the plan takes the operation now. */
export const checkPlanOperation = (
  plan: Plan,
  operation: PlanOperation,
  now: Instant,
): Result<null, PlanStatusError> => {
  if (plan.deletedAt !== null) return err({ type: "plan_deleted" });
  const status = planStatusAt(plan, now);
  const allowed = planStatusesAllowing[operation];
  return allowed.includes(status) ? ok(null) : err({ type: "plan_invalid_status", operation, status, allowed });
};

/** The refusal in words, for people. */
export const describePlanStatusError = (error: PlanStatusError): string =>
  error.type === "plan_deleted"
    ? "plan is deleted"
    : `only Plans in [${error.allowed.join(" ")}] can be ${pastTense[error.operation]}, and this one is ${error.status}`;

const pastTense: Readonly<Record<PlanOperation, string>> = {
  update: "updated",
  publish: "published",
  archive: "archived",
  delete: "deleted",
};

/**
 * Puts a version on offer from now on. Every fault blocks, warnings too. `current` is the version of the same key that is
 * active now, if any.
 */
export const decidePublishPlan = (
  plan: Plan,
  context: Readonly<{
    current: Plan | null;
    features: ReadonlyMap<string, ReferencedFeature>;
    models: PriceModels;
    now: Instant;
  }>,
): Result<PlanPublished, PublishPlanError> => {
  const allowed = checkPlanOperation(plan, "publish", context.now);
  if (!allowed.ok) return allowed;
  const faults = [...checkPlanDefinition(plan, context.models), ...checkPlanFeatures(plan.phases, context)];
  if (faults.length > 0) return err({ type: "plan_not_publishable", faults });
  return ok({
    type: "plan_published",
    planId: plan.id,
    effectiveFrom: context.now,
    superseded: context.current?.id ?? null,
  });
};

/** Takes a version off the offer from now on; subscriptions that have it go on. */
export const decideArchivePlan = (plan: Plan, now: Instant): Result<PlanArchived, PlanStatusError> => {
  const allowed = checkPlanOperation(plan, "archive", now);
  return allowed.ok ? ok({ type: "plan_archived", planId: plan.id, effectiveTo: now }) : allowed;
};

/** The version stays readable by its id, and its number stays used. */
export const decideDeletePlan = (plan: Plan, now: Instant): Result<PlanDeleted, PlanStatusError> => {
  const allowed = checkPlanOperation(plan, "delete", now);
  return allowed.ok ? ok({ type: "plan_deleted", planId: plan.id, deletedAt: now }) : allowed;
};

/** The plan after an event, of its own or of the version that supersedes it; the same for an event about others. */
export const evolvePlan = (plan: Plan, event: PlanEvent): Plan => {
  switch (event.type) {
    case "plan_published":
      if (event.planId === plan.id) {
        return { ...plan, effectiveFrom: event.effectiveFrom, effectiveTo: null, updatedAt: event.effectiveFrom };
      }
      if (event.superseded !== plan.id) return plan;
      return { ...plan, effectiveTo: event.effectiveFrom, updatedAt: event.effectiveFrom };
    case "plan_archived":
      if (event.planId !== plan.id) return plan;
      return { ...plan, effectiveTo: event.effectiveTo, updatedAt: event.effectiveTo };
    case "plan_deleted":
      if (event.planId !== plan.id) return plan;
      return { ...plan, deletedAt: event.deletedAt, updatedAt: event.deletedAt };
  }
};
