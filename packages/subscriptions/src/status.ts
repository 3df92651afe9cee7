import type { Instant } from "@meter/primitives";

import type { Lifespan } from "./subscription.ts";

export const subscriptionStatuses = ["scheduled", "active", "canceled", "inactive"] as const;
/** `canceled`: alive, with a known end. `inactive`: over, deleted, or none at all. */
export type SubscriptionStatus = (typeof subscriptionStatuses)[number];

/** The status at an instant, which is never stored. The start belongs to the life of a subscription, its end does not. */
export const subscriptionStatusAt = (lifespan: Lifespan | null, at: Instant): SubscriptionStatus => {
  if (lifespan === null || lifespan.deletedAt !== null) return "inactive";
  const { activeFrom, activeTo } = lifespan;
  if (activeTo !== null && activeTo <= at) return "inactive";
  if (activeFrom > at) return "scheduled";
  return activeTo === null ? "active" : "canceled";
};
