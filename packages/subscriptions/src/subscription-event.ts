import { assert } from "@meter/primitives";
import type { Instant } from "@meter/primitives";

import type { Subscription } from "./subscription.ts";

/** What happened to a subscription; `at` is when it was decided. */
export type SubscriptionEvent =
  | SubscriptionCreated
  | SubscriptionCanceled
  | SubscriptionContinued
  | SubscriptionDeleted;

export type SubscriptionCreated = Readonly<{ type: "subscription_created"; at: Instant; subscription: Subscription }>;
/** It ends at `activeTo`, exclusive. */
export type SubscriptionCanceled = Readonly<{ type: "subscription_canceled"; at: Instant; activeTo: Instant }>;
/** The end that was set is taken back. */
export type SubscriptionContinued = Readonly<{ type: "subscription_continued"; at: Instant }>;
export type SubscriptionDeleted = Readonly<{ type: "subscription_deleted"; at: Instant }>;

/** The subscription after an event that was decided on it. What was there before a creation does not matter. */
export const evolveSubscription = (subscription: Subscription | null, event: SubscriptionEvent): Subscription => {
  if (event.type === "subscription_created") return event.subscription;
  assert(subscription !== null, `${event.type} needs a subscription`);
  switch (event.type) {
    case "subscription_canceled":
      return { ...subscription, activeTo: event.activeTo, updatedAt: event.at };
    case "subscription_continued":
      return { ...subscription, activeTo: null, updatedAt: event.at };
    case "subscription_deleted":
      return { ...subscription, deletedAt: event.at, updatedAt: event.at };
  }
};
