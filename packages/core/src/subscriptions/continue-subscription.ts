import type { Result } from "@meter/primitives";
import { decideContinueSubscription, type SubscriptionOverlap, type TransitionNotAllowed } from "@meter/subscriptions";
import { changeSubscription, type ChangeSubscriptionDeps } from "./change-subscription.ts";
import type { SubscriptionNotFound, SubscriptionView } from "./get-subscription.ts";

/** Takes back the end of a canceled subscription that has not come yet. */
export const continueSubscription =
  (deps: ChangeSubscriptionDeps) =>
  async (
    namespace: string,
    id: string,
  ): Promise<Result<SubscriptionView, SubscriptionNotFound | TransitionNotAllowed | SubscriptionOverlap>> =>
    changeSubscription(deps, { namespace, id }, decideContinueSubscription);
