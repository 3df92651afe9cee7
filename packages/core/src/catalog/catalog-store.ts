import type { Feature, FeatureId, Meter, Plan, PlanDefinition, PlanEvent, PlanId, PlanStatus } from "@meter/catalog";
import type { Instant, Result } from "@meter/primitives";
import type { FeatureUse } from "../metering/meter-in-use.ts";
import type { Conflict } from "../shared/conflict.ts";

export type FeatureOrder = Readonly<{
  by: "id" | "key" | "name" | "createdAt" | "updatedAt";
  direction: "asc" | "desc";
}>;

export type FeaturePage = Readonly<{ items: readonly Feature[]; totalCount: number }>;

export type FeatureInUse = Readonly<{ type: "feature_in_use"; feature: string; uses: readonly FeatureUse[] }>;

export type FeatureStore = Readonly<{
  /** A feature of the same key that is not archived is a conflict. */
  create: (feature: Feature) => Promise<Result<Feature, Conflict>>;
  /** By id exactly that one; by key the one that `pickFeatureByKey` picks. */
  find: (namespace: string, idOrKey: string) => Promise<Feature | null>;
  /** Items from `offset` on, `limit` at most, and how many there are in all. */
  list: (
    namespace: string,
    options: Readonly<{
      /** Absent: of every meter, and of none. */
      meterKeys?: readonly string[];
      includeArchived: boolean;
      order: FeatureOrder;
      limit: number;
      offset: number;
    }>,
  ) => Promise<FeaturePage>;
  /**
   * Archives a feature that nothing uses at that instant: no plan that is active or scheduled, no subscription that lives
   * or will, or whose customer still has something to be billed. Decided in one step with publications, so that of a
   * publication and an archiving at once exactly one succeeds. An archived one stays as it is. Null when there is none.
   */
  archive: (namespace: string, id: FeatureId, at: Instant) => Promise<Result<Feature, FeatureInUse> | null>;
}>;

export type PlanOrder = Readonly<{
  by: "id" | "key" | "version" | "createdAt" | "updatedAt";
  direction: "asc" | "desc";
}>;

/** Versions that match one of the id, key, version and currency filters (all of them, without any) and every other one. */
export type PlanFilter = Readonly<{
  ids?: readonly string[];
  keys?: readonly string[];
  /** Versions by key; without a version, all of the key. */
  keyVersions?: ReadonlyMap<string, readonly number[]>;
  currencies?: readonly string[];
  /** One of these, at the instant of the question. */
  statuses?: readonly PlanStatus[];
  includeDeleted: boolean;
}>;

export type PlanPage = Readonly<{ items: readonly Plan[]; totalCount: number }>;

/** A draft before the store gives it its number. */
export type PlanDraft = PlanDefinition & Pick<Plan, "id" | "namespace" | "createdAt">;

/** The key has a draft, and takes one at a time. */
export type PlanDraftExists = Readonly<{ type: "plan_draft_exists"; key: string; draftId: PlanId | null }>;

/** New content for a version that is not on offer yet. */
export type PlanUpdated = Readonly<{
  type: "plan_updated";
  planId: PlanId;
  definition: Omit<PlanDefinition, "key" | "currency">;
  updatedAt: Instant;
}>;

export type PlanChange = PlanEvent | PlanUpdated;

/** What a change of a version is decided on. Nothing of it changes until the decision is written. */
export type PlanToChange = Readonly<{
  plan: Plan;
  /** The other versions of the key that are not deleted, in ascending order. */
  others: readonly Plan[];
  /** By key, what `pickFeatureByKey` picks for every feature that the plan's rate cards name. */
  features: ReadonlyMap<string, Feature>;
  /** By key, every live meter that one of these features names. */
  meters: ReadonlyMap<string, Meter>;
}>;

export type PlanStore = Readonly<{
  /** Version: one more than the highest that ever existed under the key, deleted ones included. Of several at once one succeeds. */
  create: (draft: PlanDraft) => Promise<Result<Plan, PlanDraftExists>>;
  /**
   * By id exactly that version, a deleted one, too. By key the version that is active at the instant; with
   * `includeLatest` the highest one, whatever its status, a deleted one, too.
   */
  find: (
    namespace: string,
    idOrKey: string,
    options: Readonly<{ at: Instant; includeLatest: boolean }>,
  ) => Promise<Plan | null>;
  list: (
    namespace: string,
    options: Readonly<{ at: Instant; filter: PlanFilter; order: PlanOrder; page: number; pageSize: number }>,
  ) => Promise<PlanPage>;
  /**
   * Writes what `decide` answers, for this version and the one it supersedes. Changes of the versions of one key come one
   * after the other. `decide` may be called again, and reads and waits for nothing. Null when there is no such version.
   */
  change: <E>(
    namespace: string,
    id: PlanId,
    decide: (state: PlanToChange) => Result<PlanChange, E>,
  ) => Promise<Result<Plan, E> | null>;
}>;
