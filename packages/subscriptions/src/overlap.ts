import { spansOverlap } from "./span.ts";
import type { Lifespan, SubscriptionId } from "./subscription.ts";

/** A subscription in the life of its customer. */
export type SubscriptionLife = Lifespan & Readonly<{ id: SubscriptionId }>;

/**
 * Those of the customer's other subscriptions that live at some instant of this one's life; a customer has one subscription at
 * a time. Touching is fine, deleted ones do not count.
 */
export const findOverlapping = (
  subscription: SubscriptionLife,
  others: readonly SubscriptionLife[],
): readonly SubscriptionLife[] =>
  subscription.deletedAt === null
    ? others.filter(
        (other) =>
          other.id !== subscription.id && other.deletedAt === null && spansOverlap(toSpan(subscription), toSpan(other)),
      )
    : [];

const toSpan = ({ activeFrom, activeTo }: Lifespan): Parameters<typeof spansOverlap>[0] => ({
  start: activeFrom,
  end: activeTo,
});
