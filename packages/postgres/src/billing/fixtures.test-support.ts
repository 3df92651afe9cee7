import { randomBytes } from "node:crypto";
import { noCommitments, noDiscounts, type PlanId, type Price, type RateCard } from "@meter/catalog";
import type { Customer } from "@meter/core";
import {
  builtInBillingProfile,
  type DraftInvoice,
  type Invoice,
  type InvoiceId,
  type InvoiceLine,
  type InvoiceLineId,
  type Measure,
  issueAtOf,
  issueInvoice,
  type IssuedInvoice,
  rateLine,
  totalLines,
  toInvoiceNumber,
} from "@meter/invoicing";
import { builtInModels, createPricing } from "@meter/pricing";
import {
  assert,
  createUlid,
  type Currency,
  dec,
  type Decimal,
  findCurrency,
  instant,
  normalize,
  oneRatio,
  zeroDuration,
  zero,
} from "@meter/primitives";
import type {
  Subscription,
  SubscriptionId,
  SubscriptionItem,
  SubscriptionItemId,
  SubscriptionPhase,
  SubscriptionPhaseId,
} from "@meter/subscriptions";
import { at } from "../fixtures.test-support.ts";
import type { Postgres } from "../open-postgres.ts";

let ids = 0;
/** Each sorts after the ones before it. A new ULID is an id of any kind. */
export const nextId = <Id = string>(): Id => createUlid(at(ids++), randomBytes(10)) as Id;

export const toRateCard = (price: Price | null, fields: Partial<RateCard> = {}): RateCard => ({
  key: "tokens",
  name: "Tokens",
  description: null,
  metadata: null,
  featureKey: null,
  billingCadence: { ...zeroDuration, months: 1 },
  price,
  discounts: noDiscounts,
  unitConfig: null,
  commitments: noCommitments,
  taxConfig: null,
  ...fields,
});

export const toItem = (rateCard: RateCard, fields: Partial<SubscriptionItem> = {}): SubscriptionItem => ({
  id: nextId<SubscriptionItemId>(),
  key: rateCard.key,
  version: 0,
  rateCard,
  activeFromOverride: null,
  activeToOverride: null,
  ...fields,
});

export const toPhase = (
  items: readonly SubscriptionItem[],
  fields: Partial<SubscriptionPhase> = {},
): SubscriptionPhase => ({
  id: nextId<SubscriptionPhaseId>(),
  key: "default",
  name: "Default",
  description: null,
  metadata: null,
  startAfter: zeroDuration,
  items,
  ...fields,
});

export const toSubscription = (customer: Customer, fields: Partial<Subscription> = {}): Subscription => ({
  id: nextId<SubscriptionId>(),
  namespace: customer.namespace,
  customerId: customer.id,
  name: "Pro",
  description: null,
  metadata: null,
  plan: { id: nextId<PlanId>(), key: "pro", version: 3 },
  currency: "USD",
  billingCadence: { ...zeroDuration, months: 1 },
  billingAnchor: at(0),
  proRatingConfig: { enabled: true, mode: "prorate_prices" },
  settlementMode: "credit_then_invoice",
  phases: [toPhase([toItem(toRateCard({ type: "unit", amount: dec("0.5") } as Price))])],
  activeFrom: at(0),
  activeTo: null,
  deletedAt: null,
  createdAt: at(0),
  updatedAt: at(0),
  ...fields,
});

const pricing = createPricing({ models: builtInModels });

export const usd: Currency = findCurrency("USD") ?? { code: "USD", minorUnits: 2 };

const january = { start: instant(Date.UTC(2026, 0, 1)), end: instant(Date.UTC(2026, 1, 1)) };

/** A line over January 2026, rated by the engine. `quantity` null: a fixed amount. */
export const toLine = (
  rateCard: RateCard,
  quantity: Decimal | null,
  fields: Partial<InvoiceLine> = {},
): InvoiceLine => {
  const { proration = oneRatio } = fields;
  const id = nextId<InvoiceLineId>();
  const { servicePeriod = january } = fields;
  const measure: Measure = { meterId: nextId(), filters: { model: { op: "in", values: ["a", "b"] } } };
  return {
    id,
    chargeKey: `charge/${id}`,
    wholeKey: `whole/${id}`,
    wholePeriod: servicePeriod,
    isFinal: true,
    subscription: { id: nextId(), phaseId: nextId(), itemId: nextId() },
    name: rateCard.name,
    description: rateCard.description,
    rateCard,
    servicePeriod: january,
    fullServicePeriod: january,
    billingPeriod: january,
    invoiceAt: january.end,
    proration,
    measure: quantity === null ? null : measure,
    usage:
      quantity === null
        ? null
        : {
            quantity,
            source: {
              ...measure,
              subjects: ["acme", "acme-2"],
              positions: [{ log: nextId(), partition: 0, offset: 9_007_199_254_740_991 }],
            },
          },
    rating: rated(rateLine(pricing, { rateCard, currency: usd, proration, quantity, earlier: [], isFinal: true })),
    ...fields,
  };
};

const rated = (rating: ReturnType<typeof rateLine>): InvoiceLine["rating"] => {
  assert(rating.ok, "a line that can be rated");
  return rating.value;
};

export const toDraft = (
  customer: Customer,
  lines: readonly InvoiceLine[] = [toLine(toRateCard({ type: "unit", amount: dec("0.5") } as Price), dec("7"))],
  fields: Partial<DraftInvoice> = {},
): DraftInvoice => ({
  status: "draft",
  id: nextId<InvoiceId>(),
  namespace: customer.namespace,
  number: "DRAFT-ACME-1",
  customer: { id: customer.id, key: customer.key, name: customer.name, subjectKeys: customer.subjectKeys },
  currency: "USD",
  profile: builtInBillingProfile,
  lines,
  openLines: [],
  totals: totalLines(lines.map(({ rating }) => rating)),
  period: january,
  invoiceAt: january.end,
  collectionAt: instant(january.end + 3_600_000),
  draftUntil: instant(january.end + 3_600_000),
  waitingFor: null,
  quantitySnapshotAt: january.end,
  createdAt: january.end,
  updatedAt: january.end,
  ...fields,
});

export const toIssued = (draft: DraftInvoice, sequence: number): IssuedInvoice =>
  issueInvoice(draft, {
    number: toInvoiceNumber(draft.customer.name, sequence),
    creditBalance: zero,
    now: issueAtOf(draft),
  });

/** With every decimal in it at its smallest scale, as the store reads them. */
export const inLowestScale = <T>(value: T): T => {
  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== "object" || part === null) return part;
    if ("coefficient" in part && "scale" in part) return normalize(part as Decimal);
    return Object.fromEntries(Object.entries(part).map(([name, member]) => [name, walk(member)]));
  };
  return walk(value) as T; // the same shape
};

/** Within the customer's own transaction. Throws when there is no such customer. */
export const insertInvoices = async (
  store: Postgres,
  customer: Customer,
  invoices: readonly Invoice[],
): Promise<void> => {
  const done = await store.billing.withCustomer(customer.namespace, customer.id, async (tx) => {
    for (const invoice of invoices) await tx.insertInvoice(invoice);
    return true;
  });
  if (done === null) throw new Error("there is no such customer");
};
