import { assert, err, ok } from "@meter/primitives";
import type { Instant, Period, Result } from "@meter/primitives";

import type { SubscriptionOverlap } from "./create-subscription.ts";
import { findOverlapping } from "./overlap.ts";
import type { SubscriptionLife } from "./overlap.ts";
import { subscriptionStatusAt } from "./status.ts";
import type { SubscriptionStatus } from "./status.ts";
import type { SubscriptionCanceled, SubscriptionContinued, SubscriptionDeleted } from "./subscription-event.ts";
import type { Subscription } from "./subscription.ts";
import { billingPeriodAt } from "./timeline.ts";
import type { Timing } from "./timing.ts";

export type SubscriptionTransition = "cancel" | "continue" | "delete";

/** The one status in which a subscription takes a transition. */
export const statusAllowing: Readonly<Record<SubscriptionTransition, SubscriptionStatus>> = {
  cancel: "active",
  continue: "canceled",
  delete: "scheduled",
};

export type TransitionNotAllowed = Readonly<{
  type: "subscription_transition_not_allowed";
  transition: SubscriptionTransition;
  status: SubscriptionStatus;
}>;

export type CancelSubscriptionError =
  | TransitionNotAllowed
  | Readonly<{ type: "cancel_in_the_past"; at: Instant }>
  /** Not a boundary of a billing period. */
  | Readonly<{ type: "cancel_not_aligned"; at: Instant }>;

/**
 * Sets the end of a subscription that is active: now, at the end of the billing period that runs now, or at an instant that is
 * the start of one of its billing periods, which phases cut.
 */
export const decideCancelSubscription = (
  subscription: Subscription,
  { timing, now }: Readonly<{ timing: Timing; now: Instant }>,
): Result<SubscriptionCanceled, CancelSubscriptionError> => {
  const allowed = checkTransition(subscription, "cancel", now);
  if (!allowed.ok) return allowed;
  const activeTo = resolveEnd(subscription, timing, now);
  if (!activeTo.ok) return activeTo;
  return ok({ type: "subscription_canceled", at: now, activeTo: activeTo.value });
};

/** Takes back an end that has not come. `others` are the customer's subscriptions, with which it must not meet again. */
export const decideContinueSubscription = (
  subscription: Subscription,
  { others, now }: Readonly<{ others: readonly SubscriptionLife[]; now: Instant }>,
): Result<SubscriptionContinued, TransitionNotAllowed | SubscriptionOverlap> => {
  const allowed = checkTransition(subscription, "continue", now);
  if (!allowed.ok) return allowed;
  const { id, activeFrom, deletedAt } = subscription;
  const continued: SubscriptionLife = { id, activeFrom, activeTo: null, deletedAt };
  const overlapping = findOverlapping(continued, others);
  if (overlapping.length === 0) return ok({ type: "subscription_continued", at: now });
  return err({
    type: "only_single_subscription_allowed_per_customer_at_a_time",
    subscription: continued,
    others: overlapping,
  });
};

/** Only what has not begun can be deleted. */
export const decideDeleteSubscription = (
  subscription: Subscription,
  now: Instant,
): Result<SubscriptionDeleted, TransitionNotAllowed> => {
  const allowed = checkTransition(subscription, "delete", now);
  return allowed.ok ? ok({ type: "subscription_deleted", at: now }) : allowed;
};

const checkTransition = (
  subscription: Subscription,
  transition: SubscriptionTransition,
  now: Instant,
): Result<null, TransitionNotAllowed> => {
  const status = subscriptionStatusAt(subscription, now);
  return status === statusAllowing[transition]
    ? ok(null)
    : err({ type: "subscription_transition_not_allowed", transition, status });
};

const resolveEnd = (
  subscription: Subscription,
  timing: Timing,
  now: Instant,
): Result<Instant, CancelSubscriptionError> => {
  switch (timing.type) {
    case "immediate":
      return ok(now);
    case "next_billing_cycle":
      return ok(currentBillingPeriod(subscription, now).end);
    case "at":
      if (timing.at < now) return err({ type: "cancel_in_the_past", at: timing.at });
      return startsBillingPeriod(subscription, timing.at)
        ? ok(timing.at)
        : err({ type: "cancel_not_aligned", at: timing.at });
  }
};

const startsBillingPeriod = (subscription: Subscription, at: Instant): boolean =>
  billingPeriodAt(subscription, at)?.start === at;

/** Of an active subscription, which is in a phase, as the first starts with it and the last is open. */
const currentBillingPeriod = (subscription: Subscription, now: Instant): Period => {
  const period = billingPeriodAt(subscription, now);
  assert(period !== null, "an active subscription is in one of its phases");
  return period;
};
