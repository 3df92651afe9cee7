import { ok, type Result } from "@meter/primitives";
import { decideDeleteSubscription, type TransitionNotAllowed } from "@meter/subscriptions";
import { changeSubscription, type ChangeSubscriptionDeps } from "./change-subscription.ts";
import type { SubscriptionNotFound } from "./get-subscription.ts";

/** Soft: it can still be read by its id. Only one that has not begun, of which nothing was billed. */
export const deleteSubscription =
  (deps: ChangeSubscriptionDeps) =>
  async (namespace: string, id: string): Promise<Result<null, SubscriptionNotFound | TransitionNotAllowed>> => {
    const deleted = await changeSubscription(deps, { namespace, id }, (subscription, { now }) =>
      decideDeleteSubscription(subscription, now),
    );
    return deleted.ok ? ok(null) : deleted;
  };
