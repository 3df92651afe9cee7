import { planStatusAt } from "@meter/catalog";
import type { Plan, PlanPhase, PlanStatus, SettlementMode } from "@meter/catalog";
import { err, instant, ok, zeroDuration } from "@meter/primitives";
import type { Instant, IsoDuration, Result, Ulid } from "@meter/primitives";

import { findOverlapping } from "./overlap.ts";
import type { SubscriptionLife } from "./overlap.ts";
import { hasBillables } from "./service-periods.ts";
import type { SubscriptionCreated } from "./subscription-event.ts";
import type {
  Subscription,
  SubscriptionId,
  SubscriptionItemId,
  SubscriptionPhase,
  SubscriptionPhaseId,
} from "./subscription.ts";
import { sumDurations } from "./timeline.ts";
import type { Timing } from "./timing.ts";

export type CreateSubscription = Readonly<{
  namespace: string;
  customer: Readonly<{ id: Ulid; currency: string | null }>;
  plan: Plan;
  /** Now, or an instant that is not older than `startAgeMsMax`. */
  timing: Timing;
  /** The phase to begin with; the ones before it become empty. Null: the first. */
  startingPhase: string | null;
  /** Null: the start. */
  billingAnchor: Instant | null;
  /** What differs from the plan; null: as the plan says. */
  name: string | null;
  description: string | null;
  metadata: Readonly<Record<string, string>> | null;
  settlementMode: SettlementMode | null;
}>;

export type CreateSubscriptionError =
  | Readonly<{ type: "plan_not_active"; status: PlanStatus | "deleted" }>
  | Readonly<{ type: "timing_not_supported"; timing: Timing["type"] }>
  | Readonly<{ type: "subscription_start_too_old"; oldest: Instant }>
  | Readonly<{ type: "starting_phase_not_found"; phaseKey: string }>
  | Readonly<{ type: "customer_currency_mismatch"; customerCurrency: string; currency: string }>
  | SubscriptionOverlap;

/** The customer would have two subscriptions at a time: `subscription` and each of `others`. */
export type SubscriptionOverlap = Readonly<{
  type: "only_single_subscription_allowed_per_customer_at_a_time";
  subscription: SubscriptionLife;
  others: readonly SubscriptionLife[];
}>;

/** How far in the past a subscription may begin, inclusive: what a request may take to arrive. */
export const startAgeMsMax = 120_000;

/**
 * A subscription to a plan version that is active now. It gets a copy of all phases and rate cards, with ids of its own from
 * `nextId`, the subscription's first. A plan with prices must have the customer's currency, if the customer has one;
 * `others` are the customer's subscriptions.
 */
export const decideCreateSubscription = (
  command: CreateSubscription,
  { now, others, nextId }: Readonly<{ now: Instant; others: readonly SubscriptionLife[]; nextId: () => Ulid }>,
): Result<SubscriptionCreated, CreateSubscriptionError> => {
  const { plan, customer } = command;
  const status = plan.deletedAt === null ? planStatusAt(plan, now) : "deleted";
  if (status !== "active") return err({ type: "plan_not_active", status });
  const start = resolveStart(command.timing, now);
  if (!start.ok) return start;
  const first = command.startingPhase === null ? 0 : plan.phases.findIndex(({ key }) => key === command.startingPhase);
  if (first < 0) return err({ type: "starting_phase_not_found", phaseKey: command.startingPhase ?? "" });

  // The casts: an id of a new thing is the id of that thing.
  const id = nextId() as SubscriptionId;
  const subscription: Subscription = {
    id,
    namespace: command.namespace,
    customerId: customer.id,
    plan: { id: plan.id, key: plan.key, version: plan.version },
    name: command.name ?? plan.name,
    description: command.description ?? plan.description,
    metadata: command.metadata ?? plan.metadata,
    currency: plan.currency,
    billingCadence: plan.billingCadence,
    billingAnchor: command.billingAnchor ?? start.value,
    proRatingConfig: plan.proRatingConfig,
    settlementMode: command.settlementMode ?? plan.settlementMode,
    activeFrom: start.value,
    activeTo: null,
    deletedAt: null,
    phases: copyPhases(plan.phases, { first, nextId }),
    createdAt: now,
    updatedAt: now,
  };
  if (customer.currency !== null && customer.currency !== plan.currency && hasBillables(subscription)) {
    const { currency: customerCurrency } = customer;
    return err({ type: "customer_currency_mismatch", customerCurrency, currency: plan.currency });
  }
  const overlapping = findOverlapping(subscription, others);
  if (overlapping.length > 0) {
    return err({
      type: "only_single_subscription_allowed_per_customer_at_a_time",
      subscription: { id, activeFrom: subscription.activeFrom, activeTo: null, deletedAt: null },
      others: overlapping,
    });
  }
  return ok({ type: "subscription_created", at: now, subscription });
};

const resolveStart = (timing: Timing, now: Instant): Result<Instant, CreateSubscriptionError> => {
  switch (timing.type) {
    case "immediate":
      return ok(now);
    case "next_billing_cycle":
      return err({ type: "timing_not_supported", timing: timing.type });
    case "at": {
      const oldest = instant(now - startAgeMsMax);
      return timing.at < oldest ? err({ type: "subscription_start_too_old", oldest }) : ok(timing.at);
    }
  }
};

/** A phase begins after the sum of the durations before it, so that ends of months do not drift from phase to phase. */
const copyPhases = (
  phases: readonly PlanPhase[],
  { first, nextId }: Readonly<{ first: number; nextId: () => Ulid }>,
): readonly SubscriptionPhase[] => {
  let startAfter: IsoDuration = zeroDuration;
  return phases.map((phase, index) => {
    const copy: SubscriptionPhase = {
      id: nextId() as SubscriptionPhaseId,
      key: phase.key,
      name: phase.name,
      description: phase.description,
      metadata: phase.metadata,
      startAfter,
      items: phase.rateCards.map((rateCard) => ({
        id: nextId() as SubscriptionItemId,
        key: rateCard.key,
        version: 0,
        rateCard,
        activeFromOverride: null,
        activeToOverride: null,
      })),
    };
    if (index >= first && phase.duration !== null) startAfter = sumDurations(startAfter, phase.duration);
    return copy;
  });
};
