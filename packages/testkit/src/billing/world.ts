import {
  assert,
  builtInBillingProfile,
  builtInModels,
  type ControlDeps,
  type ControlUseCases,
  createApiKeyCache,
  createControlUseCases,
  createPricing,
  createScheduler,
  type Customer,
  dec,
  ensureDefaultNamespace,
  formatDecimal,
  formatInstant,
  instant,
  type Instant,
  type Invoice,
  noCommitments,
  noDiscounts,
  parseDuration,
  parseInstant,
  type Plan,
  type Price,
  type RateCard,
  type Timing,
  UsageUnavailable,
} from "@meter/core";
import {
  createManualClock,
  createMemoryApiKeys,
  createMemoryParkedEvents,
  createMemorySubjects,
  createMemoryUsage,
  createTestCrypto,
  createTestIds,
} from "../memory/index.ts";

/** What billing is tried on: in memory, or on Postgres. */
export type BillingStores = Pick<ControlDeps, "namespaces" | "meters" | "features" | "plans" | "customers" | "billing">;

export const namespace = "default";

export const at = (text: string): Instant => {
  const parsed = parseInstant(text.includes("T") ? text : `${text}T00:00:00Z`);
  assert(parsed.ok, `an instant: ${text}`);
  return parsed.value;
};

const duration = (text: string): NonNullable<RateCard["billingCadence"]> => {
  const parsed = parseDuration(text);
  assert(parsed.ok, `a duration: ${text}`);
  return parsed.value;
};

/** A fixed amount; in advance unless said otherwise. `every` null: once. */
export const fee = (
  amount: string,
  {
    every = "P1M",
    term = "in_advance",
    ...fields
  }: Partial<RateCard> & Readonly<{ every?: string | null; term?: "in_advance" | "in_arrears" }> = {},
): RateCard => card("fee", { type: "flat", amount: dec(amount), paymentTerm: term } as Price, { every, ...fields });

/** So much for each unit that is used. */
export const perUnit = (
  amount: string,
  { every = "P1M", ...fields }: Partial<RateCard> & Readonly<{ every?: string }> = {},
): RateCard => card("units", { type: "unit", amount: dec(amount) } as Price, { featureKey: "units", every, ...fields });

const card = (
  key: string,
  price: Price,
  { every, ...fields }: Partial<RateCard> & Readonly<{ every: string | null }>,
): RateCard => ({
  key,
  name: key,
  description: null,
  metadata: null,
  featureKey: null,
  billingCadence: every === null ? null : duration(every),
  price,
  discounts: noDiscounts,
  unitConfig: null,
  commitments: noCommitments,
  taxConfig: null,
  ...fields,
});

export type PlanTerms = Readonly<{ currency?: string; billed?: string }>;

/** One customer of one product, whose time goes by when it is told to; nothing is billed but by `pass`. */
export type World = Readonly<{
  now: () => Instant;
  /** Nothing happens meanwhile. */
  wait: (until: Instant) => void;
  useCases: ControlUseCases;
  stores: BillingStores;
  customer: Customer;
  plan: (cards: readonly RateCard[], terms?: PlanTerms) => Promise<Plan>;
  /** The id of the subscription. */
  subscribe: (plan: Plan, timing?: Timing) => Promise<string>;
  trySubscribe: (plan: Plan, timing?: Timing) => ReturnType<ControlUseCases["createSubscription"]>;
  /** So many units, now unless said otherwise. */
  use: (units: string, time?: Instant) => Promise<void>;
  /** Does what is due by now. `down`: no usage can be read meanwhile. `hangs`: none is answered before that. */
  pass: (options?: Readonly<{ down?: boolean; hangs?: Promise<void> }>) => Promise<void>;
  /** Goes on to `until`, and does everything at the instant at which it is due. */
  passUntil: (until: Instant) => Promise<void>;
  invoices: () => Promise<readonly Invoice[]>;
  /** Every document in the order of numbers, with everything but ids and when it was made and issued. */
  book: () => Promise<readonly unknown[]>;
}>;

export const createWorld = async (stores: BillingStores, start: Instant): Promise<World> => {
  const clock = createManualClock(start);
  const crypto = createTestCrypto();
  const ids = createTestIds(clock);
  const usage = createMemoryUsage(clock);
  const apiKeys = createMemoryApiKeys();
  const monotonicNow = () => 0;
  let down = false;
  let hangs: Promise<void> | undefined;
  const reader: ControlDeps["reader"] = {
    ...usage.reader,
    query: async (...question) => {
      await hangs;
      if (down) throw new UsageUnavailable("it is down");
      return usage.reader.query(...question);
    },
  };
  const deps: ControlDeps = {
    ...stores,
    apiKeys,
    apiKeyCache: createApiKeyCache({ apiKeys, monotonicNow }),
    subjects: createMemorySubjects(),
    parked: createMemoryParkedEvents(),
    reader,
    freshness: usage.freshness,
    log: usage.log,
    clock,
    clockSetting: { mode: "system" },
    systemClock: clock,
    ids,
    crypto,
    monotonicNow,
  };
  await ensureDefaultNamespace({ namespaces: stores.namespaces, clock })();
  const useCases = createControlUseCases(deps);
  const scheduler = createScheduler({
    ...deps,
    pricing: createPricing({ models: builtInModels }),
    profile: builtInBillingProfile,
    timer: { sleep: async () => {}, yield: async () => {} },
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });

  const labels = { description: null, metadata: null };
  must(
    await useCases.defineMeter(namespace, {
      ...labels,
      key: "units",
      name: "units",
      eventType: "use",
      aggregation: "sum",
      valueProperty: "$.n",
      groupBy: {},
      eventFrom: null,
    }),
  );
  must(
    await useCases.createFeature(namespace, {
      ...labels,
      key: "units",
      name: "units",
      meterKey: "units",
      meterGroupByFilters: {},
    }),
  );
  const customer = must(
    await useCases.createCustomer(namespace, {
      ...labels,
      key: "acme",
      name: "Acme",
      primaryEmail: null,
      currency: null,
      billingAddress: null,
      subjectKeys: [],
    }),
  );

  let plans = 0;
  let events = 0;
  const wait = (until: Instant) => clock.advance(Math.max(0, until - clock.now()));
  const pass: World["pass"] = async (options = {}) => {
    down = options.down ?? false;
    hangs = options.hangs;
    await scheduler.runDue(clock.now());
    down = false;
  };
  const invoices = async (): Promise<readonly Invoice[]> => {
    const { items } = await stores.billing.listInvoices(namespace, {
      page: 1,
      pageSize: 1_000,
      statuses: null,
      customers: [customer.id],
      issuedAfter: null,
      issuedBefore: null,
      createdAfter: null,
      createdBefore: null,
      order: { by: "createdAt", direction: "asc" },
    });
    return items;
  };

  const trySubscribe: World["trySubscribe"] = (plan, timing = { type: "immediate" }) =>
    useCases.createSubscription(namespace, {
      customerIdOrKey: customer.id,
      planKey: plan.key,
      planVersion: null,
      timing,
      startingPhase: null,
      billingAnchor: null,
      name: null,
      description: null,
      metadata: null,
      settlementMode: null,
    });

  return {
    now: clock.now,
    wait,
    useCases,
    stores,
    customer,
    plan: async (cards, { currency = "USD", billed = "P1M" } = {}) => {
      plans += 1;
      const created = must(
        await useCases.createPlan(namespace, {
          ...labels,
          key: `plan_${plans}`,
          name: "Plan",
          currency,
          billingCadence: duration(billed),
          proRatingConfig: { enabled: true, mode: "prorate_prices" },
          settlementMode: "credit_then_invoice",
          phases: [{ ...labels, key: "default", name: "Default", duration: null, rateCards: cards }],
        }),
      );
      return must(await useCases.publishPlan(namespace, created.plan.id)).plan;
    },
    trySubscribe,
    subscribe: async (plan, timing) => must(await trySubscribe(plan, timing)).subscription.id,
    use: async (units, time = clock.now()) => {
      events += 1;
      await usage.log.append([
        {
          namespace,
          id: `event-${events}`,
          source: "test",
          type: "use",
          subject: "acme",
          time,
          ingestedAt: clock.now(),
          data: JSON.stringify({ n: units }),
        },
      ]);
    },
    pass,
    passUntil: async (until) => {
      for (;;) {
        const dueAt = await stores.billing.nextDueAt();
        if (dueAt === null || dueAt > until) break;
        wait(dueAt);
        await pass();
      }
      wait(until);
    },
    invoices,
    book: async () =>
      (await invoices())
        .flatMap((invoice) => (invoice.status === "draft" ? [] : [invoice]))
        .toSorted((a, b) => a.number.sequence - b.number.sequence)
        .map((invoice) => ({
          number: invoice.number.text,
          status: invoice.status,
          reason: invoice.status === "voided" ? invoice.voidReason : null,
          total: formatDecimal(invoice.totals.total),
          credits: formatDecimal(invoice.totals.creditsTotal),
          period: [invoice.period.start, invoice.period.end].map(formatInstant),
          collectionAt: invoice.collectionAt === null ? null : formatInstant(invoice.collectionAt),
          customer: invoice.customer.name,
          lines: invoice.lines.map((line) => ({
            key: line.chargeKey.split("/").slice(1).join("/"),
            period: [line.servicePeriod.start, line.servicePeriod.end].map(formatInstant),
            whole: [line.wholePeriod.start, line.wholePeriod.end].map(formatInstant),
            quantity: line.usage === null ? null : formatDecimal(line.usage.quantity),
            exact: line.rating.exact,
            total: formatDecimal(line.rating.totals.total),
            final: line.isFinal,
          })),
        })),
  };
};

export const must = <T>(result: Readonly<{ ok: true; value: T }> | Readonly<{ ok: false; error: unknown }>): T => {
  assert(result.ok, `it is refused: ${JSON.stringify(result.ok ? null : result.error)}`);
  return result.value;
};

/** What the lines of a rate card came to, one after the other, on documents that are not voided. */
export const totalsOf = (invoices: readonly Invoice[], key: string): readonly string[] =>
  invoices
    .filter(({ status }) => status === "issued")
    .flatMap(({ lines }) => lines)
    .filter(({ rateCard }) => rateCard.key === key)
    .map(({ rating }) => formatDecimal(rating.totals.total));

export const later = (moment: Instant, ms: number): Instant => instant(moment + ms);
