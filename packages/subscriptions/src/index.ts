export { billablePeriods } from "./billing-periods.ts";
export type { BillableItem, BillablePeriod, ItemBilling } from "./billing-periods.ts";
export { checkCadenceAlignment } from "./cadence.ts";
export type { CadenceError } from "./cadence.ts";
export { makesFlatLine, prorate, prorationRatio } from "./proration.ts";
export type { ProrationInput, ProrationRatio, SubscriptionEndProration } from "./proration.ts";
export { decideCreateSubscription, startAgeMsMax } from "./create-subscription.ts";
export type { CreateSubscription, CreateSubscriptionError, SubscriptionOverlap } from "./create-subscription.ts";
export {
  decideCancelSubscription,
  decideContinueSubscription,
  decideDeleteSubscription,
  statusAllowing,
} from "./end-subscription.ts";
export type { CancelSubscriptionError, SubscriptionTransition, TransitionNotAllowed } from "./end-subscription.ts";
export { findOverlapping } from "./overlap.ts";
export type { SubscriptionLife } from "./overlap.ts";
export { rebill } from "./rebill.ts";
export type { Covered } from "./rebill.ts";
export {
  afterBilling,
  hasBillables,
  itemKeyOf,
  nextDueAt,
  nothingBilled,
  partUntil,
  servicePeriodsBegun,
  servicePeriodsDue,
} from "./service-periods.ts";
export type { BilledItem, BilledUntil, BillingTerms, ServicePeriod } from "./service-periods.ts";
export type { Span } from "./span.ts";
export { subscriptionStatusAt, subscriptionStatuses } from "./status.ts";
export type { SubscriptionStatus } from "./status.ts";
export { evolveSubscription } from "./subscription-event.ts";
export type {
  SubscriptionCanceled,
  SubscriptionContinued,
  SubscriptionCreated,
  SubscriptionDeleted,
  SubscriptionEvent,
} from "./subscription-event.ts";
export type {
  ItemPath,
  Lifespan,
  PlanReference,
  Subscription,
  SubscriptionId,
  SubscriptionItem,
  SubscriptionItemId,
  SubscriptionPhase,
  SubscriptionPhaseId,
} from "./subscription.ts";
export { billingPeriodAt, itemSpans, phaseAt, phaseSpans, sumDurations } from "./timeline.ts";
export type { ItemSpan, PhaseSpan, Timed } from "./timeline.ts";
export type { Timing } from "./timing.ts";
