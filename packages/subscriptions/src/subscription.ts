import type { Labels, PlanId, ProRatingConfig, RateCard, SettlementMode } from "@meter/catalog";
import type { Instant, IsoDuration, Ulid } from "@meter/primitives";

export type SubscriptionId = Ulid & { readonly __subscription: "SubscriptionId" };
export type SubscriptionPhaseId = Ulid & { readonly __subscriptionPhase: "SubscriptionPhaseId" };
export type SubscriptionItemId = Ulid & { readonly __subscriptionItem: "SubscriptionItemId" };

/**
 * One version of a priced or entitled thing in a phase, with its own copy of the rate card. Versions of one key follow one
 * another in time; a version is an identity, not a quantity.
 */
export type SubscriptionItem = Readonly<{
  id: SubscriptionItemId;
  /** The rate card's key. Unique in its phase together with `version`. */
  key: string;
  /** 0 for what came with the plan; each edit of the key in this phase counts one up. */
  version: number;
  rateCard: RateCard;
  /** Begins so long after the start of its phase; null: with the phase. */
  activeFromOverride: IsoDuration | null;
  /** Ends so long after the start of its phase; null: with the phase. */
  activeToOverride: IsoDuration | null;
}>;

/** Where the phase lies in time says `phaseSpans`. */
export type SubscriptionPhase = Labels &
  Readonly<{
    id: SubscriptionPhaseId;
    /** Unique within the subscription. */
    key: string;
    /** From the start of the subscription to the start of the phase. It ends where the next one starts. */
    startAfter: IsoDuration;
    /** In the order of the plan; versions of one key ascending. */
    items: readonly SubscriptionItem[];
  }>;

/** The plan version that was copied. */
export type PlanReference = Readonly<{ id: PlanId; key: string; version: number }>;

/**
 * [activeFrom, activeTo): how long a subscription lives, to the millisecond. `activeTo` null: no end is known.
 */
export type Lifespan = Readonly<{ activeFrom: Instant; activeTo: Instant | null; deletedAt: Instant | null }>;

/**
 * What a customer has agreed to: a frozen copy of a plan version, placed in time. Nothing here refers to the plan's content,
 * so that later versions and edits of the plan change nothing. All calendar arithmetic is done in UTC.
 */
export type Subscription = Labels &
  Lifespan &
  Readonly<{
    id: SubscriptionId;
    namespace: string;
    customerId: Ulid;
    /** Null for one that was written by hand. */
    plan: PlanReference | null;
    /** Code of the currency of every price in it and of its invoices. */
    currency: string;
    billingCadence: IsoDuration;
    /** Billing periods and cadences are counted from here, in both directions. */
    billingAnchor: Instant;
    proRatingConfig: ProRatingConfig;
    settlementMode: SettlementMode;
    /** In the order in which they start. At least one. */
    phases: readonly SubscriptionPhase[];
    createdAt: Instant;
    updatedAt: Instant;
  }>;

/** Who is meant by an item, for people and keys: phase, item and version. */
export type ItemPath = Readonly<{ phaseKey: string; itemKey: string; version: number }>;
