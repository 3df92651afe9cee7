import { noCommitments, noDiscounts } from "@meter/catalog";
import type { FlatPrice, Plan, PlanId, PlanPhase, Price, RateCard, UnitPrice } from "@meter/catalog";
import { createUlid, dec, formatInstant, instant, parseDuration, parseInstant } from "@meter/primitives";
import type { Instant, IsoDuration, Period, Ulid } from "@meter/primitives";

import { decideCreateSubscription } from "./create-subscription.ts";
import type { CreateSubscription } from "./create-subscription.ts";
import type { SubscriptionLife } from "./overlap.ts";
import { evolveSubscription } from "./subscription-event.ts";
import type { Subscription } from "./subscription.ts";

/** A date is midnight UTC. */
export const at = (text: string): Instant => {
  const parsed = parseInstant(text.includes("T") ? text : `${text}T00:00:00Z`);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

export const duration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

/** Midnight as a date. */
export const date = (moment: Instant): string => formatInstant(moment).replace("T00:00:00Z", "");
export const dates = ({ start, end }: Period): string => `${date(start)}/${date(end)}`;

export const id = (n: number): Ulid => createUlid(instant(n), new Uint8Array(10));

/** 1, 2, 3, … as ids. */
export const createIds = (): (() => Ulid) => {
  let last = 0;
  return () => id(++last);
};

export const inAdvance: FlatPrice = { type: "flat", amount: dec("10"), paymentTerm: "in_advance" };
export const inArrears: FlatPrice = { type: "flat", amount: dec("10"), paymentTerm: "in_arrears" };
export const perUnit: UnitPrice = { type: "unit", amount: dec("0.5") };

/** `cadence` null: billed once. */
export const rateCard = (key: string, price: Price | null, cadence: string | null): RateCard => ({
  key,
  name: key,
  description: null,
  metadata: null,
  featureKey: null,
  billingCadence: cadence === null ? null : duration(cadence),
  price,
  discounts: noDiscounts,
  unitConfig: null,
  commitments: noCommitments,
  taxConfig: null,
});

/** `lasts` null: to the end. */
export const phase = (key: string, lasts: string | null, rateCards: readonly RateCard[]): PlanPhase => ({
  key,
  name: key,
  description: null,
  metadata: null,
  duration: lasts === null ? null : duration(lasts),
  rateCards,
});

/** Active from 1970 on, monthly, in USD, with proration. */
export const plan = (phases: readonly PlanPhase[], change: Partial<Plan> = {}): Plan => ({
  id: id(0) as PlanId, // an id of a new plan
  namespace: "default",
  key: "pro",
  version: 3,
  name: "Pro",
  description: "For many",
  metadata: { tier: "2" },
  currency: "USD",
  billingCadence: duration("P1M"),
  proRatingConfig: { enabled: true, mode: "prorate_prices" },
  settlementMode: "credit_then_invoice",
  phases,
  effectiveFrom: instant(0),
  effectiveTo: null,
  createdAt: instant(0),
  updatedAt: instant(0),
  deletedAt: null,
  ...change,
});

export const command = (
  change: Partial<CreateSubscription> & Pick<CreateSubscription, "plan">,
): CreateSubscription => ({
  namespace: "default",
  customer: { id: id(999), currency: null },
  timing: { type: "immediate" },
  startingPhase: null,
  billingAnchor: null,
  name: null,
  description: null,
  metadata: null,
  settlementMode: null,
  ...change,
});

type Context = Readonly<{ now: Instant; others?: readonly SubscriptionLife[]; nextId?: () => Ulid }>;

/** Throws when the subscription is refused. */
export const subscribe = (
  { now, others = [], nextId = createIds() }: Context,
  change: Parameters<typeof command>[0],
): Subscription => {
  const created = decideCreateSubscription(command(change), { now, others, nextId });
  if (!created.ok) throw new Error(created.error.type);
  return evolveSubscription(null, created.value);
};
