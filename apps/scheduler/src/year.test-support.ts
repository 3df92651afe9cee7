import {
  defaultProRatingConfig,
  type FeatureId,
  type FlatPrice,
  type GraduatedPrice,
  type MeterId,
  noCommitments,
  noDiscounts,
  type Plan,
  type PlanId,
  type Price,
  type RateCard,
  type UnitPrice,
} from "@meter/catalog";
import {
  createIdSource,
  createMeterBuild,
  type CustomerId,
  type IdSource,
  type Invoice,
  type UsageReader,
} from "@meter/core";
import type { Postgres } from "@meter/postgres";
import {
  assert,
  dec,
  decimalFromInteger,
  formatDecimal,
  formatInstant,
  instant,
  type Instant,
  type IsoDuration,
  parseDuration,
  parseInstant,
} from "@meter/primitives";
import { decideCreateSubscription, nextDueAt, nothingBilled } from "@meter/subscriptions";

// A year of billing for many customers, and what becomes of it: the same each time, whoever does it.

export const at = (text: string): Instant => {
  const parsed = parseInstant(text);
  assert(parsed.ok, `an instant: ${text}`);
  return parsed.value;
};

export const yearStart = at("2027-01-31T12:00:00Z");
const namespace = "default";

const ids: IdSource = createIdSource({
  clock: { now: () => instant(Date.now()) },
  crypto: { randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
});

const month: IsoDuration = ((): IsoDuration => {
  const parsed = parseDuration("P1M");
  assert(parsed.ok, "a month");
  return parsed.value;
})();

const card = (key: string, price: Price, featureKey: string | null): RateCard => ({
  key,
  name: key,
  description: null,
  metadata: null,
  featureKey,
  billingCadence: month,
  price,
  discounts: noDiscounts,
  unitConfig: null,
  commitments: noCommitments,
  taxConfig: null,
});

const flat: FlatPrice = { type: "flat", amount: dec("29.99"), paymentTerm: "in_advance" };
const unit: UnitPrice = { type: "unit", amount: dec("0.00125") };
const graduated: GraduatedPrice = {
  type: "graduated",
  tiers: [
    { upTo: dec("1000"), flatAmount: dec("0"), unitAmount: dec("0") },
    { upTo: null, flatAmount: dec("5"), unitAmount: dec("0.0033") },
  ],
};

/** A meter, a feature, a plan, and customers who subscribe on the last day of January, one second after the other. */
export const setUpYear = async (postgres: Postgres, customers: number): Promise<void> => {
  const now = yearStart;
  const labels = { description: null, metadata: null };
  const meter = {
    ...labels,
    id: ids.ulid() as MeterId, // new ids, here and below
    namespace,
    key: "calls",
    name: "calls",
    eventType: "call",
    aggregation: "sum" as const,
    valueProperty: "$.n",
    groupBy: {},
    eventFrom: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  await postgres.namespaces.create({ key: namespace, name: namespace, createdAt: now });
  assert((await postgres.meters.create(meter, createMeterBuild(ids, namespace, meter))).ok, "the meter is new");
  for (const key of ["calls", "tiers"]) {
    const feature = {
      ...labels,
      id: ids.ulid() as FeatureId,
      namespace,
      key,
      name: key,
      meterKey: "calls",
      meterGroupByFilters: {},
      createdAt: now,
      updatedAt: now,
      archivedAt: null,
    };
    assert((await postgres.features.create(feature)).ok, "the feature is new");
  }
  const plan: Plan = {
    ...labels,
    id: ids.ulid() as PlanId,
    namespace,
    key: "pro",
    version: 1,
    name: "Pro",
    currency: "USD",
    billingCadence: month,
    proRatingConfig: defaultProRatingConfig,
    settlementMode: "credit_then_invoice",
    phases: [
      {
        ...labels,
        key: "default",
        name: "Default",
        duration: null,
        rateCards: [card("fee", flat, null), card("calls", unit, "calls"), card("tiers", graduated, "tiers")],
      },
    ],
    effectiveFrom: now,
    effectiveTo: null,
    createdAt: now,
    updatedAt: now,
    deletedAt: null,
  };
  for (let index = 0; index < customers; index++) {
    const id = ids.ulid() as CustomerId;
    const key = `customer-${index}`;
    const customer = {
      ...labels,
      id,
      namespace,
      key,
      name: `Customer ${index}`,
      primaryEmail: null,
      currency: null,
      billingAddress: null,
      subjectKeys: [key],
      createdAt: now,
      updatedAt: now,
      deletedAt: null,
    };
    assert((await postgres.customers.create(customer)).ok, "the customer is new");
    const start = instant(now + index * 1_000);
    const created = decideCreateSubscription(
      {
        namespace,
        customer: { id, currency: null },
        plan,
        timing: { type: "at", at: start },
        startingPhase: null,
        billingAnchor: null,
        name: null,
        description: null,
        metadata: null,
        settlementMode: null,
      },
      { now, others: [], nextId: () => ids.ulid() },
    );
    assert(created.ok, "the customer can subscribe");
    const { subscription } = created.value;
    await postgres.billing.withCustomer(namespace, id, async (tx) => {
      await tx.insertSubscription(subscription);
      await tx.setDue(nextDueAt(subscription, nothingBilled));
    });
  }
};

/** Usage that follows from who and when alone: what is tested is who bills it, not how it is counted. */
export const usageOfYear: Pick<UsageReader, "query"> = {
  query: async (_, { from, to, customers }) => {
    const index = Number(/\d+$/.exec(customers?.[0]?.subjects[0] ?? "")?.[0] ?? 0);
    assert(from !== null && to !== null, "a service period has two ends");
    const days = Math.round((to - from) / 86_400_000);
    const value = decimalFromInteger(days * 97 + index * 31 + (Math.floor(from / 86_400_000) % 89));
    return [{ windowStart: from, windowEnd: to, group: {}, value }];
  },
};

/** Everything of an invoice but ids and its place among the numbers: these depend on who came first. */
const describe = (invoice: Invoice): unknown => ({
  customer: invoice.customer.name,
  status: invoice.status,
  period: [invoice.period.start, invoice.period.end].map(formatInstant),
  issuedAt: invoice.status === "draft" ? null : formatInstant(invoice.issuedAt),
  dueAt: invoice.status === "draft" ? null : formatInstant(invoice.dueAt),
  total: formatDecimal(invoice.totals.total),
  lines: invoice.lines.map(({ name, servicePeriod, usage, rating }) => ({
    name,
    period: [servicePeriod.start, servicePeriod.end].map(formatInstant),
    quantity: usage === null ? null : formatDecimal(usage.quantity),
    exact: rating.exact,
    total: formatDecimal(rating.totals.total),
  })),
});

/** What a year of billing came to: invoices in the order of customers and time, and the numbers that were given. */
export const outcomeOf = async (
  postgres: Postgres,
): Promise<Readonly<{ invoices: readonly string[]; numbers: readonly number[] }>> => {
  const invoices: Invoice[] = [];
  for (let page = 1; ; page++) {
    const { items } = await postgres.billing.listInvoices(namespace, {
      page,
      pageSize: 200,
      statuses: null,
      customers: null,
      issuedAfter: null,
      issuedBefore: null,
      createdAfter: null,
      createdBefore: null,
      order: { by: "createdAt", direction: "asc" },
    });
    if (items.length === 0) break;
    invoices.push(...items);
  }
  return {
    invoices: invoices.map((invoice) => JSON.stringify(describe(invoice))).toSorted(),
    numbers: invoices
      .flatMap((invoice) => (invoice.status === "draft" ? [] : [invoice.number.sequence]))
      .toSorted((a, b) => a - b),
  };
};
