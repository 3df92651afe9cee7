import type { Instant, IsoDuration, Ulid } from "@meter/primitives";

import type { Labels } from "./label-rules.ts";
import type { RateCard } from "./rate-card.ts";

export type PlanId = Ulid & { readonly __plan: "PlanId" };

/** Whether a recurring flat fee shrinks with its service period. One mode exists; it counts only when enabled. */
export type ProRatingConfig = Readonly<{ enabled: boolean; mode: "prorate_prices" }>;

export const defaultProRatingConfig: ProRatingConfig = { enabled: true, mode: "prorate_prices" };

export const settlementModes = ["credit_then_invoice", "credit_only"] as const;
/** `credit_then_invoice`: credits first, the rest is invoiced. `credit_only`: never invoiced. */
export type SettlementMode = (typeof settlementModes)[number];

/** A stretch of a subscription with one set of rate cards. */
export type PlanPhase = Labels &
  Readonly<{
    /** Unique within the plan. */
    key: string;
    /** How long the phase lasts; null: until the subscription ends, which only the last phase may. */
    duration: IsoDuration | null;
    rateCards: readonly RateCard[];
  }>;

/** What one version of an offer says. A draft may break the rules that only warn; see `checkPlanDefinition`. */
export type PlanDefinition = Labels &
  Readonly<{
    key: string;
    /** Code of the currency of all prices: three capital letters of ISO 4217. */
    currency: string;
    /** The subscription's own rhythm, one of `planBillingCadences`. */
    billingCadence: IsoDuration;
    proRatingConfig: ProRatingConfig;
    settlementMode: SettlementMode;
    /** In the order in which they are lived through. */
    phases: readonly PlanPhase[];
  }>;

/**
 * [from, to): when a version is on offer. Both null: a draft. `to` null: no end is known.
 * A stored one passes `checkEffectivePeriod`.
 */
export type EffectivePeriod = Readonly<{ effectiveFrom: Instant | null; effectiveTo: Instant | null }>;

/** One version of an offer; unique by (namespace, key, version) among the versions that are not deleted. */
export type Plan = PlanDefinition &
  EffectivePeriod &
  Readonly<{
    id: PlanId;
    namespace: string;
    /** 1, 2, …: one more than the highest that ever existed under the key, deleted ones included. */
    version: number;
    createdAt: Instant;
    updatedAt: Instant;
    deletedAt: Instant | null;
  }>;

export const planStatuses = ["draft", "scheduled", "active", "archived"] as const;
export type PlanStatus = (typeof planStatuses)[number];

/**
 * The status at an instant, which is never stored. The start belongs to the offer, the end does not: at the very instant of
 * its publication a version is active, and its predecessor, which ends then, is archived.
 */
export const planStatusAt = ({ effectiveFrom, effectiveTo }: EffectivePeriod, at: Instant): PlanStatus => {
  if (effectiveFrom === null && effectiveTo === null) return "draft";
  if (effectiveTo !== null && effectiveTo <= at) return "archived";
  return effectiveFrom !== null && effectiveFrom > at ? "scheduled" : "active";
};
