import type { BilledSubscription, BillingStore, BillingTx, Customer, CustomerStore, ParkedBilling } from "@meter/core";
import { type Instant, negate, sum } from "@meter/primitives";

type Invoice = Parameters<BillingTx["insertInvoice"]>[0];
type CustomerId = Customer["id"];

/** What is kept of one customer. */
type Account = {
  readonly namespace: string;
  readonly customerId: CustomerId;
  subscriptions: readonly BilledSubscription[];
  invoices: readonly Invoice[];
  dueAt: Instant | null;
  attempts: number;
  parked: ParkedBilling | null;
};

/** Billing of one process: who holds a customer makes others wait in turn, and work that throws leaves nothing behind. */
export const createMemoryBilling = ({
  customers,
}: Readonly<{ customers: Pick<CustomerStore, "find"> }>): BillingStore => {
  const accounts = new Map<string, Account>();
  const numbers = new Map<string, number>();
  const turns = new Map<string, Promise<unknown>>();
  const held = new Set<string>();

  const nameOf = (namespace: string, customerId: string) => `${namespace}/${customerId}`;
  const accountsIn = (namespace: string) => [...accounts.values()].filter((account) => account.namespace === namespace);
  const invoicesIn = (namespace: string) => accountsIn(namespace).flatMap(({ invoices }) => invoices);

  const accountOf = (namespace: string, customerId: CustomerId): Account => {
    const name = nameOf(namespace, customerId);
    const account = accounts.get(name) ?? {
      namespace,
      customerId,
      subscriptions: [],
      invoices: [],
      dueAt: null,
      attempts: 0,
      parked: null,
    };
    accounts.set(name, account);
    return account;
  };

  /** One at a time for each customer; numbers are given back when the work fails, as they would be by a transaction. */
  const hold = async <T>(account: Account, work: (tx: BillingTx) => Promise<T>): Promise<T> => {
    const name = nameOf(account.namespace, account.customerId);
    const turn = (turns.get(name) ?? Promise.resolve()).then(async () => {
      held.add(name);
      const before = { ...account };
      const numbersBefore = new Map(numbers);
      try {
        return await work(transactionOf(account));
      } catch (error) {
        Object.assign(account, before);
        for (const series of numbers.keys()) numbers.set(series, numbersBefore.get(series) ?? 0);
        throw error;
      } finally {
        held.delete(name);
      }
    });
    turns.set(
      name,
      turn.catch(() => undefined),
    );
    return turn;
  };

  const transactionOf = (account: Account): BillingTx => ({
    findCustomer: () => customers.find(account.namespace, account.customerId),
    listSubscriptions: async () =>
      account.subscriptions
        .filter(({ subscription }) => subscription.deletedAt === null)
        .toSorted((a, b) => a.subscription.activeFrom - b.subscription.activeFrom),
    insertSubscription: async (subscription) => {
      account.subscriptions = [...account.subscriptions, { subscription, billed: {} }];
    },
    updateSubscription: async (subscription) => {
      account.subscriptions = account.subscriptions.map((of) =>
        of.subscription.id === subscription.id ? { ...of, subscription } : of,
      );
    },
    setBilled: async (id, billed) => {
      account.subscriptions = account.subscriptions.map((of) => (of.subscription.id === id ? { ...of, billed } : of));
    },
    listDrafts: async () => account.invoices.filter((invoice) => invoice.status === "draft"),
    insertInvoice: async (invoice) => {
      account.invoices = [...account.invoices, invoice];
    },
    updateInvoice: async (invoice) => {
      account.invoices = account.invoices.map((other) => (other.id === invoice.id ? invoice : other));
    },
    deleteDraft: async (id) => {
      account.invoices = account.invoices.filter((invoice) => invoice.id !== id || invoice.status !== "draft");
    },
    touch: async () => undefined,
    creditBalance: async (currency) =>
      negate(
        sum(
          account.invoices
            .filter((invoice) => invoice.status === "issued" && invoice.currency === currency)
            .map(({ totals }) => totals.creditsTotal),
        ),
      ),
    listParts: async (wholeKey) =>
      account.invoices
        .filter(({ status }) => status !== "voided")
        .flatMap((invoice) => [
          ...invoice.lines.map((line) => ({ ...line, invoice, rated: line.rating.part })),
          ...openLinesOf(invoice).map((line) => ({ ...line, invoice, rated: null })),
        ])
        .filter((line) => line.wholeKey === wholeKey)
        .toSorted((a, b) => a.servicePeriod.start - b.servicePeriod.start || a.servicePeriod.end - b.servicePeriod.end)
        .map(({ invoice, id: lineId, servicePeriod, rated }) => ({
          invoiceId: invoice.id,
          isIssued: invoice.status === "issued",
          lineId,
          servicePeriod,
          rated,
        })),
    findInvoice: async (id) => account.invoices.find((invoice) => invoice.id === id) ?? null,
    nextNumber: async (series) => {
      const name = `${account.namespace}/${series}`;
      const next = (numbers.get(name) ?? 0) + 1;
      numbers.set(name, next);
      return next;
    },
    setDue: async (dueAt) => {
      account.dueAt = dueAt;
      account.attempts = 0;
      account.parked = null;
    },
  });

  const dueUntil = (until: Instant) =>
    [...accounts.values()]
      .filter(({ dueAt, parked }) => dueAt !== null && dueAt <= until && parked === null)
      .toSorted(
        (a, b) =>
          (a.dueAt ?? 0) - (b.dueAt ?? 0) ||
          compareBy(nameOf(a.namespace, a.customerId), nameOf(b.namespace, b.customerId)),
      );

  return {
    withCustomer: async (namespace, customerId, work) =>
      (await customers.find(namespace, customerId)) === null ? null : hold(accountOf(namespace, customerId), work),
    view: (namespace, customerId) => transactionOf(accountOf(namespace, customerId)),
    withNextDue: async (until, work, order) => {
      const due = dueUntil(until);
      const queue =
        order === "in_order" ? due : due.toSorted((a, b) => Number(a.attempts > 0) - Number(b.attempts > 0));
      const account = queue.find(({ namespace, customerId }) => !held.has(nameOf(namespace, customerId)));
      if (account === undefined || account.dueAt === null) return null;
      const { namespace, customerId, dueAt, attempts } = account;
      return hold(account, (tx) => work(tx, { namespace, customerId, dueAt, attempts }));
    },
    withDue: async ({ namespace, customerId, dueAt }, work) => {
      const account = accountOf(namespace, customerId);
      return hold(account, async (tx) => (account.dueAt === dueAt && account.parked === null ? work(tx) : null));
    },
    countDue: async (until) => dueUntil(until).length,
    nextDueAt: async () =>
      [...accounts.values()]
        .filter(({ parked }) => parked === null)
        .reduce<Instant | null>(
          (first, { dueAt }) => (dueAt !== null && (first === null || dueAt < first) ? dueAt : first),
          null,
        ),
    park: async (parked) => {
      const account = accountOf(parked.namespace, parked.customerId);
      account.parked = parked;
      account.attempts = parked.attempts;
    },
    unpark: async (retryAt) => {
      for (const account of accounts.values())
        if (account.parked !== null && (retryAt === null || account.parked.retryAt <= retryAt)) account.parked = null;
    },
    listParked: async (namespace) =>
      [...accounts.values()]
        .flatMap(({ parked }) =>
          parked === null || (namespace !== null && parked.namespace !== namespace) ? [] : parked,
        )
        .toSorted((a, b) => a.dueAt - b.dueAt),
    countParked: async (max) => Math.min(max, [...accounts.values()].filter(({ parked }) => parked !== null).length),
    listOpenLines: async (namespace, { until, limit }) =>
      [...accounts.values()]
        .filter((account) => namespace === null || account.namespace === namespace)
        .flatMap(({ customerId, invoices }) =>
          invoices.flatMap((invoice) =>
            openLinesOf(invoice).map((line) => ({
              namespace: invoice.namespace,
              customerId,
              invoiceId: invoice.id,
              lineId: line.id,
              dueAt: invoice.collectionAt ?? invoice.createdAt,
              reason: line.issue.message,
              parkedAt: invoice.quantitySnapshotAt ?? invoice.updatedAt,
              retryAt: invoice.status === "draft" ? invoice.draftUntil : invoice.createdAt,
            })),
          ),
        )
        .filter(({ dueAt }) => dueAt <= until)
        .toSorted((a, b) => a.dueAt - b.dueAt || compareBy(a.lineId, b.lineId))
        .slice(0, limit),
    findEnds: async (namespace, ids) =>
      new Map(
        accountsIn(namespace)
          .flatMap(({ subscriptions }) => subscriptions.map(({ subscription }) => subscription))
          .flatMap(({ id, activeTo, updatedAt, proRatingConfig }) =>
            ids.includes(id) && activeTo !== null && proRatingConfig.enabled
              ? [[id, { activeTo, setAt: updatedAt }] as const]
              : [],
          ),
      ),
    findSubscription: async (namespace, id) =>
      accountsIn(namespace)
        .flatMap(({ subscriptions }) => subscriptions)
        .find(({ subscription }) => subscription.id === id)?.subscription ?? null,
    listSubscriptions: async (namespace, customerId, { by, direction }) =>
      accountsIn(namespace)
        .filter((account) => account.customerId === customerId)
        .flatMap(({ subscriptions }) => subscriptions.map(({ subscription }) => subscription))
        .filter(({ deletedAt }) => deletedAt === null)
        .toSorted(
          (a, b) =>
            ((a[by] ?? Infinity) - (b[by] ?? Infinity) || compareBy(a.id, b.id)) * (direction === "asc" ? 1 : -1),
        ),
    isFeatureSubscribed: async (namespace, featureKey, at) =>
      accountsIn(namespace)
        .flatMap(({ subscriptions, dueAt }) => subscriptions.map(({ subscription }) => ({ ...subscription, dueAt })))
        .some(
          ({ deletedAt, activeTo, phases, dueAt }) =>
            deletedAt === null &&
            (activeTo === null || activeTo > at || dueAt !== null) &&
            phases.some(({ items }) => items.some(({ rateCard }) => rateCard.featureKey === featureKey)),
        ),
    findInvoice: async (namespace, id) => invoicesIn(namespace).find((invoice) => invoice.id === id) ?? null,
    listInvoices: async (namespace, filter) => {
      const issuedAt = (invoice: Invoice) => ("issuedAt" in invoice ? invoice.issuedAt : null);
      const from = (at: Instant | null, bound: Instant | null) => bound === null || (at !== null && at >= bound);
      const to = (at: Instant | null, bound: Instant | null) => bound === null || (at !== null && at <= bound);
      const keyOf = (invoice: Invoice): string | number => {
        switch (filter.order.by) {
          case "customer.name":
            return invoice.customer.name;
          case "issuedAt":
            return issuedAt(invoice) ?? Infinity;
          case "periodStart":
            return invoice.period.start;
          case "status":
          case "createdAt":
          case "updatedAt":
            return invoice[filter.order.by];
        }
      };
      const all = invoicesIn(namespace)
        .filter(
          (invoice) =>
            (filter.statuses === null || filter.statuses.includes(invoice.status)) &&
            (filter.customers === null || filter.customers.includes(invoice.customer.id)) &&
            from(issuedAt(invoice), filter.issuedAfter) &&
            to(issuedAt(invoice), filter.issuedBefore) &&
            from(invoice.createdAt, filter.createdAfter) &&
            to(invoice.createdAt, filter.createdBefore),
        )
        .toSorted(
          (a, b) =>
            (compareBy(keyOf(a), keyOf(b)) || compareBy(a.id, b.id)) * (filter.order.direction === "asc" ? 1 : -1),
        );
      const start = (filter.page - 1) * filter.pageSize;
      return { items: all.slice(start, start + filter.pageSize), totalCount: all.length };
    },
    listBilledUsage: async (namespace, { customers, from, page, pageSize }) => {
      const all = [...accounts.values()]
        .filter((account) => namespace === null || account.namespace === namespace)
        .filter(({ customerId }) => customers === null || customers.includes(customerId))
        .flatMap(({ customerId, invoices }) =>
          invoices.flatMap((invoice) =>
            invoice.status !== "issued"
              ? []
              : invoice.lines.map((line) => ({
                  namespace: invoice.namespace,
                  customer: { id: customerId, name: invoice.customer.name },
                  invoice: { id: invoice.id, number: invoice.number.text },
                  currency: invoice.currency,
                  line,
                })),
          ),
        )
        .filter(({ line }) => line.isFinal && line.usage !== null && line.servicePeriod.end >= from)
        .toSorted((a, b) => b.line.servicePeriod.end - a.line.servicePeriod.end || compareBy(b.line.id, a.line.id));
      return { items: all.slice((page - 1) * pageSize, page * pageSize), totalCount: all.length };
    },
    listForChecks: async (namespace, { after, limit }) =>
      invoicesIn(namespace)
        .filter(({ status, id }) => status !== "draft" && (after === null || id > after))
        .toSorted((a, b) => compareBy(a.id, b.id))
        .slice(0, limit),
    findGap: async (namespace, series) => {
      const given = invoicesIn(namespace)
        .flatMap((invoice) =>
          invoice.status === "draft" || invoice.number.series !== series ? [] : invoice.number.sequence,
        )
        .toSorted((a, b) => a - b);
      const next = (numbers.get(`${namespace}/${series}`) ?? 0) + 1;
      const gap = [...given, next]
        .map((found, index) => ({ expected: index + 1, found }))
        .find(({ expected, found }) => found !== expected);
      return { numbers: given.length, gap: gap ?? null };
    },
    findNegativeWholes: async (namespace, limit) => {
      const lines = invoicesIn(namespace)
        .filter(({ status }) => status === "issued")
        .flatMap((invoice) => invoice.lines);
      return [...Map.groupBy(lines, ({ wholeKey }) => wholeKey)]
        .map(([wholeKey, some]) => ({ wholeKey, total: sum(some.map(({ rating }) => rating.totals.total)) }))
        .filter(({ total }) => total.coefficient < 0n)
        .toSorted((a, b) => compareBy(a.wholeKey, b.wholeKey))
        .slice(0, limit);
    },
    findOverlaps: async (namespace, limit) => {
      const lines = invoicesIn(namespace)
        .filter(({ status }) => status !== "voided")
        .flatMap((invoice) =>
          [...invoice.lines, ...openLinesOf(invoice)].map((line) => ({ ...line, invoiceId: invoice.id })),
        );
      const byItem = Map.groupBy(lines, ({ subscription, chargeKey }) => `${subscription.id}/${itemKeyIn(chargeKey)}`);
      const overlaps = [...byItem.values()].flatMap((some) => {
        const sorted = some.toSorted(
          ({ servicePeriod: a }, { servicePeriod: b }) => a.start - b.start || a.end - b.end,
        );
        return sorted.flatMap((line, index) => {
          const next = sorted[index + 1];
          if (next === undefined || next.servicePeriod.start >= line.servicePeriod.end) return [];
          const other = { lineId: line.id, end: line.servicePeriod.end };
          return [{ invoiceId: next.invoiceId, lineId: next.id, start: next.servicePeriod.start, other }];
        });
      });
      return { lines: lines.length, overlaps: overlaps.slice(0, limit) };
    },
  };
};

const openLinesOf = (invoice: Invoice) => (invoice.status === "draft" ? invoice.openLines : []);

/** `SUBSCRIPTION/PHASE/ITEM/v[0]/period[3]` → `ITEM`: the rate card, whatever its version and phase. */
const itemKeyIn = (chargeKey: string): string => chargeKey.split("/")[2] ?? "";

const compareBy = (a: string | number, b: string | number): number => (a === b ? 0 : a < b ? -1 : 1);
