import type { Result } from "@meter/primitives";
import { type CancelSubscriptionError, decideCancelSubscription, type Timing } from "@meter/subscriptions";
import { changeSubscription, type ChangeSubscriptionDeps } from "./change-subscription.ts";
import type { SubscriptionNotFound, SubscriptionView } from "./get-subscription.ts";

/** Sets the end of an active subscription. What was billed in advance stays billed. */
export const cancelSubscription =
  (deps: ChangeSubscriptionDeps) =>
  async (
    namespace: string,
    id: string,
    timing: Timing,
  ): Promise<Result<SubscriptionView, SubscriptionNotFound | CancelSubscriptionError>> =>
    changeSubscription(deps, { namespace, id }, (subscription, { now }) =>
      decideCancelSubscription(subscription, { timing, now }),
    );
