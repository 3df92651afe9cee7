import {
  defaultProRatingConfig,
  type FlatPrice,
  noCommitments,
  noDiscounts,
  type Plan,
  type PlanId,
  type Price,
  type RateCard,
  type UnitPrice,
} from "@meter/catalog";
import { builtInModels, createPricing, type Pricing } from "@meter/pricing";
import {
  assert,
  createUlid,
  type Currency,
  dec,
  findCurrency,
  instant,
  ok,
  type Instant,
  parseDuration,
  parseInstant,
  type Ulid,
} from "@meter/primitives";
import { decideCreateSubscription, nothingBilled, servicePeriodsDue, type Subscription } from "@meter/subscriptions";
import { builtInBillingProfile } from "./billing-profile.ts";
import { type BillablePeriodOf, draftInvoice, needsUsage } from "./draft.ts";
import type { DraftInvoice, InvoiceId, InvoiceLineId, LineUsage } from "./invoice.ts";

export const pricing: Pricing = createPricing({ models: builtInModels });

export const usd: Currency = findCurrency("USD") ?? ((): never => assert(false, "USD is known") as never)();

export const at = (text: string): Instant => {
  const parsed = parseInstant(text);
  assert(parsed.ok, `an instant: ${text}`);
  return parsed.value;
};

let ids = 0;
export const nextId = (): Ulid =>
  createUlid(instant(1_767_225_600_000), Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, ++ids >> 8, ids & 255));

const duration = (text: string): NonNullable<RateCard["billingCadence"]> => {
  const parsed = parseDuration(text);
  assert(parsed.ok, `a duration: ${text}`);
  return parsed.value;
};

export const rateCard = (key: string, price: Price, fields: Partial<RateCard> = {}): RateCard => ({
  key,
  name: key,
  description: null,
  metadata: null,
  featureKey: key,
  billingCadence: duration("P1M"),
  price,
  discounts: noDiscounts,
  unitConfig: null,
  commitments: noCommitments,
  taxConfig: null,
  ...fields,
});

export const fee: RateCard = rateCard(
  "fee",
  { type: "flat", amount: dec("29"), paymentTerm: "in_advance" } as FlatPrice,
  {
    featureKey: null,
  },
);
export const calls: RateCard = rateCard("calls", { type: "unit", amount: dec("0.005") } as UnitPrice);

/** A subscription to a plan of these rate cards, a month at a time. */
export const subscribe = (rateCards: readonly RateCard[], from: Instant): Subscription => {
  const plan: Plan = {
    id: nextId() as PlanId, // a new id
    namespace: "default",
    key: "pro",
    version: 1,
    name: "Pro",
    description: null,
    metadata: null,
    currency: "USD",
    billingCadence: duration("P1M"),
    proRatingConfig: defaultProRatingConfig,
    settlementMode: "credit_then_invoice",
    phases: [{ key: "default", name: "Default", description: null, metadata: null, duration: null, rateCards }],
    effectiveFrom: from,
    effectiveTo: null,
    createdAt: from,
    updatedAt: from,
    deletedAt: null,
  };
  const created = decideCreateSubscription(
    {
      namespace: "default",
      customer: { id: nextId(), currency: null },
      plan,
      timing: { type: "immediate" },
      startingPhase: null,
      billingAnchor: null,
      name: null,
      description: null,
      metadata: null,
      settlementMode: null,
    },
    { now: from, others: [], nextId },
  );
  assert(created.ok, "it can be subscribed to");
  return created.value.subscription;
};

export const periodsAt = (subscription: Subscription, until: Instant): readonly BillablePeriodOf[] =>
  [...servicePeriodsDue(subscription, { until, billed: nothingBilled, atSubscriptionEnd: "bill_actual_period" })]
    .filter(({ invoiceAt }) => invoiceAt === until)
    .map((period) => ({ subscription, period }));

export const usageOf = (quantity: string): LineUsage => ({
  quantity: dec(quantity),
  source: { meterId: "meter", subjects: ["acme"], filters: {}, positions: [{ log: "log", partition: 0, offset: 7 }] },
});

/** The draft over what is due at `now`; every line that needs usage has `quantity`. */
export const draftAt = (subscription: Subscription, now: Instant, quantity = "0"): DraftInvoice =>
  present(
    draftInvoice(pricing, {
      id: nextId() as InvoiceId, // new ids
      namespace: "default",
      number: "DRAFT-ACME-1",
      customer: { id: subscription.customerId, key: "acme", name: "Acme Inc", subjectKeys: ["acme"] },
      currency: usd,
      profile: builtInBillingProfile,
      lines: periodsAt(subscription, now).map((of) => ({
        id: nextId() as InvoiceLineId,
        of,
        measure: null,
        usage: needsUsage({ rateCard: of.period.item.rateCard }) ? ok(usageOf(quantity)) : null,
        earlier: [],
      })),
      at: now,
      now,
    }),
  );

export const present = (draft: DraftInvoice | null): DraftInvoice => {
  assert(draft !== null, "something is printed");
  return draft;
};
