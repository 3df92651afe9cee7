import { setImmediate, setTimeout } from "node:timers/promises";
import type { Price } from "@meter/catalog";
import { createScheduler, type Customer, type Scheduler } from "@meter/core";
import { builtInBillingProfile, checkInvoice, type Invoice, invoiceSeries } from "@meter/invoicing";
import { builtInModels, createPricing } from "@meter/pricing";
import { dec, formatDecimal, formatInstant, type Instant, instant, type Ulid } from "@meter/primitives";
import pg from "pg";
import { expect, test } from "vitest";
import { at, toCustomer } from "../fixtures.test-support.ts";
import { openPostgres, type Postgres } from "../open-postgres.ts";
import { freshDatabase } from "../testing.ts";
import { nextId, toItem, toPhase, toRateCard, toSubscription, usd } from "./fixtures.test-support.ts";

const unasked = async (): Promise<never> => {
  throw new Error("a fixed fee asks for no usage");
};

const scheduleOn = ({ billing, features, meters }: Postgres): Scheduler =>
  createScheduler({
    billing,
    features,
    meters,
    pricing: createPricing({ models: builtInModels }),
    profile: builtInBillingProfile,
    ids: { ulid: () => nextId<Ulid>() },
    log: { head: unasked },
    freshness: { reach: unasked, buildReady: unasked },
    monotonicNow: () => performance.now(),
    reader: { query: unasked },
    systemClock: { now: () => instant(Date.now()) },
    timer: { sleep: (ms) => setTimeout(ms), yield: () => setImmediate() },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });

/** Two fees a month, one in advance and one in arrears, from an instant of its own. */
const subscribe = async ({ billing, customers }: Postgres, index: number): Promise<Customer> => {
  const customer = toCustomer({ namespace: "a", name: `Customer ${index}` });
  await customers.create(customer);
  const start = at(index * 3_600_000);
  const fee = (key: string, amount: string, paymentTerm: string) =>
    toItem(toRateCard({ type: "flat", amount: dec(amount), paymentTerm } as Price, { key }));
  const phases = [toPhase([fee("seat", "9.99", "in_advance"), fee("support", "20.005", "in_arrears")])];
  await billing.withCustomer("a", customer.id, async (tx) => {
    await tx.insertSubscription(toSubscription(customer, { phases, activeFrom: start, billingAnchor: start }));
    await tx.setDue(start);
  });
  return customer;
};

const customersMax = 8;
const end: Instant = instant(Date.UTC(2026, 6, 1));

const readAll = async ({ billing }: Postgres): Promise<readonly Invoice[]> =>
  billing.listForChecks("a", { after: null, limit: 1_000 });

/** What must be the same whoever did it, and however often it was broken off: all but ids and numbers. */
const describeInvoices = (invoices: readonly Invoice[]): readonly string[] =>
  invoices
    .map((invoice) => {
      const lines = invoice.lines.map(({ rateCard, servicePeriod, rating }) =>
        [rateCard.key, formatInstant(servicePeriod.start), formatDecimal(rating.totals.total)].join(" "),
      );
      return [
        invoice.customer.name,
        formatInstant(invoice.createdAt),
        formatDecimal(invoice.totals.total),
        ...lines,
      ].join(", ");
    })
    .toSorted((a, b) => (a < b ? -1 : 1));

/** Half a year, from an empty database. */
const bill = async (work: (store: Postgres, url: string) => Promise<void>) => {
  const database = await freshDatabase();
  const store = openPostgres({ url: database.url });
  try {
    for (let index = 0; index < customersMax; index++) await subscribe(store, index);
    await work(store, database.url);
    const invoices = await readAll(store);
    const numbers = await store.billing.findGap("a", invoiceSeries);
    return { invoices, numbers, due: await store.billing.countDue(end), parked: await store.billing.listParked(null) };
  } finally {
    await store.close();
    await database.drop();
  }
};

const runToTheEnd = async (scheduler: Scheduler): Promise<void> => {
  for (;;) {
    try {
      const { parked } = await scheduler.runUntil(end);
      if (parked.length === 0) return;
    } catch {
      // a connection was lost while nobody was held: what is due is still due
    }
  }
};

/** Ends connections that hold a customer, now and then, until the signal aborts. Answers how many. */
const disturb = async (url: string, signal: AbortSignal): Promise<number> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let ended = 0;
  while (!signal.aborted) {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null limit 1`,
    );
    ended += rowCount ?? 0;
    await setTimeout(25);
  }
  await client.end();
  return ended;
};

test("two schedulers whose connections are ended again and again bill the same as one that is left alone", async () => {
  const calm = await bill((store) => runToTheEnd(scheduleOn(store)));
  let ended = 0;
  const disturbed = await bill(async (store, url) => {
    const other = openPostgres({ url });
    const stopping = new AbortController();
    const disturbing = disturb(url, stopping.signal);
    await Promise.all([store, other].map((one) => runToTheEnd(scheduleOn(one))));
    stopping.abort();
    ended = await disturbing;
    await other.close();
  });

  expect(ended).toBeGreaterThan(5);
  expect(calm.invoices.length).toBeGreaterThan(customersMax * 5);
  expect(describeInvoices(disturbed.invoices)).toEqual(describeInvoices(calm.invoices));
  for (const { invoices, numbers, due, parked } of [calm, disturbed]) {
    expect({ due, parked }).toEqual({ due: 0, parked: [] });
    expect(numbers).toEqual({ numbers: invoices.length, gap: null });
    expect(invoices.flatMap((invoice) => checkInvoice(invoice, usd))).toEqual([]);
  }
});
