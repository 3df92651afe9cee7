import { createUlid, dec, instant, parseDuration } from "@meter/primitives";
import type { IsoDuration } from "@meter/primitives";

import type { Plan, PlanId, PlanPhase } from "./plan.ts";
import type { Price } from "./price-model.ts";
import type { FlatPrice } from "./price-models/flat.ts";
import type { UnitPrice } from "./price-models/unit.ts";
import { noCommitments, noDiscounts } from "./rate-card.ts";
import type { RateCard } from "./rate-card.ts";

export const duration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};

export const planId = (n: number): PlanId => createUlid(instant(n), new Uint8Array(10)) as PlanId;

export const flat: FlatPrice = { type: "flat", amount: dec("10"), paymentTerm: "in_advance" };
export const perUnit: UnitPrice = { type: "unit", amount: dec("0.5") };

/** Monthly; with a feature of its key when it needs usage. */
export const rateCard = (key: string, price: Price | null, change: Partial<RateCard> = {}): RateCard => ({
  key,
  name: key,
  description: null,
  metadata: null,
  featureKey: price === perUnit ? key : null,
  billingCadence: duration("P1M"),
  price,
  discounts: noDiscounts,
  unitConfig: null,
  commitments: noCommitments,
  taxConfig: null,
  ...change,
});

export const phase = (key: string, change: Partial<PlanPhase> = {}): PlanPhase => ({
  key,
  name: key,
  description: null,
  metadata: null,
  duration: null,
  rateCards: [rateCard("seat", flat), rateCard("api", perUnit)],
  ...change,
});

/** A draft without a fault, monthly, in USD. */
export const plan = (change: Partial<Plan> = {}): Plan => ({
  id: planId(1),
  namespace: "default",
  key: "pro",
  version: 1,
  name: "Pro",
  description: null,
  metadata: null,
  currency: "USD",
  billingCadence: duration("P1M"),
  proRatingConfig: { enabled: true, mode: "prorate_prices" },
  settlementMode: "credit_then_invoice",
  phases: [phase("main")],
  effectiveFrom: null,
  effectiveTo: null,
  createdAt: instant(0),
  updatedAt: instant(0),
  deletedAt: null,
  ...change,
});
