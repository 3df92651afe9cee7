import {
  defaultProRatingConfig,
  noCommitments,
  noDiscounts,
  type Plan,
  type PlanId,
  type PlanPhase,
  type Price,
  type RateCard,
} from "@meter/catalog";
import { createUlid, instant, type Instant, type IsoDuration, type Ulid } from "@meter/primitives";
import {
  decideCreateSubscription,
  evolveSubscription,
  type CreateSubscription,
  type Subscription,
  type SubscriptionLife,
} from "@meter/subscriptions";
import { accepted } from "../calendar/read.ts";

/** 1, 2, 3, … as ids. */
export const createIds = (): (() => Ulid) => {
  let last = 0;
  return () => createUlid(instant(++last), new Uint8Array(10));
};

export const toRateCard = (
  key: string,
  { price, billingCadence }: Readonly<{ price: Price | null; billingCadence: IsoDuration | null }>,
): RateCard => ({
  key,
  name: key,
  description: null,
  metadata: null,
  featureKey: price === null || price.paymentTerm === undefined ? key : null,
  billingCadence,
  price,
  discounts: noDiscounts,
  unitConfig: null,
  commitments: noCommitments,
  taxConfig: null,
});

export const toPhase = (
  key: string,
  { duration, rateCards }: Readonly<{ duration: IsoDuration | null; rateCards: readonly RateCard[] }>,
): PlanPhase => ({ key, name: key, description: null, metadata: null, duration, rateCards });

export type PlanTerms = Readonly<{
  billingCadence: IsoDuration;
  phases: readonly PlanPhase[];
  currency?: string;
  isProRating?: boolean;
  effectiveFrom: Instant | null;
}>;

export const toPlan = ({ billingCadence, phases, currency, isProRating, effectiveFrom }: PlanTerms): Plan => ({
  id: createUlid(instant(0), new Uint8Array(10)) as PlanId, // an id of a new plan
  namespace: "default",
  key: "plan",
  version: 1,
  name: "Plan",
  description: null,
  metadata: null,
  currency: currency ?? "USD",
  billingCadence,
  proRatingConfig: { ...defaultProRatingConfig, enabled: isProRating ?? true },
  settlementMode: "credit_then_invoice",
  phases,
  effectiveFrom,
  effectiveTo: null,
  createdAt: effectiveFrom ?? instant(0),
  updatedAt: effectiveFrom ?? instant(0),
  deletedAt: null,
});

/** Subscribes a customer without a currency of its own. */
export const subscribe = (
  plan: Plan,
  {
    now,
    others,
    nextId,
    ...differing
  }: Readonly<{ now: Instant; others?: readonly SubscriptionLife[]; nextId?: () => Ulid }> &
    Partial<Pick<CreateSubscription, "timing" | "startingPhase" | "billingAnchor">>,
): Subscription => {
  const ids = nextId ?? createIds();
  const command: CreateSubscription = {
    namespace: "default",
    customer: { id: ids(), currency: null },
    plan,
    timing: { type: "immediate" },
    startingPhase: null,
    billingAnchor: null,
    name: null,
    description: null,
    metadata: null,
    settlementMode: null,
    ...differing,
  };
  return evolveSubscription(
    null,
    accepted(decideCreateSubscription(command, { now, others: others ?? [], nextId: ids })),
  );
};
