import {
  type BillablePeriodOf,
  type BillingProfile,
  checkInvoice,
  type CollectedLine,
  collectUsage,
  type DraftInvoice,
  draftInvoice,
  draftSequenceOf,
  draftSeries,
  holdDraft,
  type InvoiceId,
  type InvoiceLine,
  type InvoiceLineId,
  invoiceSeries,
  issueAtOf,
  issueInvoice,
  type LineIssue,
  type LineInput,
  type LineUsage,
  linesToCollect,
  needsUsage,
  splitOpenLines,
  toDraftNumber,
  toInvoiceNumber,
} from "@meter/invoicing";
import { type Pricing, type RatedPart, verify } from "@meter/pricing";
import { assert, type Currency, err, findCurrency, groupBy, type Instant, ok, type Result } from "@meter/primitives";
import { afterBilling, makesFlatLine, nextDueAt, prorate, servicePeriodsDue } from "@meter/subscriptions";
import { type Customer, subjectsOf } from "../customer.ts";
import type { BilledSubscription, BillingTx } from "../ports/billing-store.ts";
import type { IdSource } from "../use-cases/sources.ts";
import { toInvoiceCustomer } from "./invoice-customer.ts";
import { type Patience, requestPatience } from "./patience.ts";
import { beginReading, type QuantityOf, type ReadQuantityDeps, type UsageNotRead } from "./read-quantity.ts";

export type BillCustomerDeps = ReadQuantityDeps &
  Readonly<{
    pricing: Pricing;
    profile: BillingProfile;
    ids: IdSource;
    /** Absent: as long as any read waits. */
    patience?: Patience;
  }>;

/** `waiting`: nothing can be done before usage can be read. What was written says so, and is to be kept. */
export type Billed = Readonly<{ type: "advanced" }> | Readonly<{ type: "waiting"; reason: string }>;

/** What a customer's billing consists of at the moment. */
export type State = Readonly<{ subscriptions: readonly BilledSubscription[]; drafts: readonly DraftInvoice[] }>;

/**
 * Does the one thing that is due first for a customer at `now`: drafts an invoice over the service periods that became due
 * together, or collects the usage of a draft and issues it. Then says when the customer is due again. The order of what is
 * done depends on instants alone, never on when it runs.
 */
export const billCustomer = async (deps: BillCustomerDeps, tx: BillingTx, now: Instant): Promise<Billed> => {
  const customer = await tx.findCustomer();
  assert(customer !== null, "a customer that is billed is there");
  const state: State = { subscriptions: await tx.listSubscriptions(), drafts: await tx.listDrafts() };
  const draft = firstDraft(state);
  const periodsAt = firstPeriodsAt(state);
  if (draft !== null && issueAtOf(draft) <= now && (periodsAt === null || issueAtOf(draft) <= periodsAt))
    return issue(deps, tx, { state, customer, draft, now });
  if (periodsAt !== null && periodsAt <= now) return bill(deps, tx, { state, customer, at: periodsAt, now });
  await tx.setDue(dueOf(state));
  return advanced;
};

/** When the customer's billing is due next; null: never, as things are. */
export const dueOf = (state: State): Instant | null => {
  const draft = firstDraft(state);
  return earlier(firstPeriodsAt(state), draft === null ? null : issueAtOf(draft));
};

const advanced: Billed = { type: "advanced" };

const earlier = (a: Instant | null, b: Instant | null): Instant | null => {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
};

const firstPeriodsAt = ({ subscriptions }: State): Instant | null =>
  subscriptions.map(({ subscription, billed }) => nextDueAt(subscription, billed)).reduce(earlier, null);

/** Of those that are to be issued at the same instant the one that was made first: parts of a whole are issued in their order. */
const firstDraft = ({ drafts }: State): DraftInvoice | null =>
  drafts.reduce<DraftInvoice | null>(
    (first, draft) => (first === null || isBefore(draft, first) ? draft : first),
    null,
  );

const isBefore = (a: DraftInvoice, b: DraftInvoice): boolean => {
  const [atA, atB] = [issueAtOf(a), issueAtOf(b)];
  return atA === atB ? draftSequenceOf(a.number) < draftSequenceOf(b.number) : atA < atB;
};

type Bill = Readonly<{ state: State; customer: Customer; at: Instant; now: Instant }>;

/** Drafts the invoices, one for each currency, over what became due at `at`. */
const bill = async (deps: BillCustomerDeps, tx: BillingTx, { state, customer, at, now }: Bill): Promise<Billed> => {
  const due = state.subscriptions.flatMap((of) =>
    [...periodsDueAt(of, deps.profile, at)].map((period) => ({ subscription: of.subscription, period })),
  );
  const drafted = await draftOver(deps, tx, { state, customer, periods: due, now });
  return drafted.ok ? advanced : { type: "waiting", reason: drafted.error.reason };
};

export type DraftOver = Readonly<{
  state: State;
  customer: Customer;
  /** What is to be billed, of each item in the order of time. */
  periods: readonly BillablePeriodOf[];
  now: Instant;
}>;

/**
 * Drafts the invoices over these periods, one for each currency, and notes how far their items are billed and when the
 * customer is due next. When usage cannot be read, nothing is written.
 */
export const draftOver = async (
  deps: BillCustomerDeps,
  tx: BillingTx,
  { state, customer, periods, now }: DraftOver,
): Promise<Result<readonly DraftInvoice[], UsageNotRead>> => {
  const inputs = await readLines(deps, tx, {
    customer,
    lines: periods.map((of) => ({ of, id: deps.ids.ulid() as InvoiceLineId })), // a new ULID becomes a line's id
  });
  if (!inputs.ok) return inputs;

  const billed = groupBy(periods, ({ subscription }) => subscription.id);
  const subscriptions = state.subscriptions.map((of) => ({
    ...of,
    billed: afterBilling(of.billed, billed.get(of.subscription.id)?.map(({ period }) => period) ?? []),
  }));
  for (const of of subscriptions) if (billed.has(of.subscription.id)) await tx.setBilled(of.subscription.id, of.billed);
  const drafts: DraftInvoice[] = [];
  for (const [code, some] of groupBy(inputs.value, ({ of }) => of.subscription.currency)) {
    const draft = draftInvoice(deps.pricing, {
      id: deps.ids.ulid() as InvoiceId,
      namespace: customer.namespace,
      number: toDraftNumber(customer.name, await tx.nextNumber(draftSeries)),
      customer: toInvoiceCustomer(customer),
      currency: currencyOf(code),
      profile: deps.profile,
      lines: some,
      now,
    });
    await tx.insertInvoice(draft);
    drafts.push(draft);
  }
  await tx.setDue(dueOf({ subscriptions, drafts: [...state.drafts, ...drafts] }));
  return ok(drafts);
};

export type LinesToRead = Readonly<{
  customer: Customer;
  lines: readonly Readonly<{ of: BillablePeriodOf; id: InvoiceLineId }>[];
}>;

/** Everything that rating needs to know of these periods, without those that make no line. */
export const readLines = async (
  deps: BillCustomerDeps,
  tx: Pick<BillingTx, "listParts" | "touch">,
  { customer, lines }: LinesToRead,
): Promise<Result<readonly LineInput[], UsageNotRead>> => {
  const printed = lines.filter(({ of }) => makesLine(of));
  const usages = await readUsages(
    deps,
    tx,
    printed
      .filter(({ of }) => dependsOnUsage(of))
      .map(({ of: { subscription, period } }) => ({
        key: period.key,
        namespace: subscription.namespace,
        measured: { type: "feature", key: period.item.rateCard.featureKey ?? "" } as const,
        subjects: subjectsOf(customer),
        period: { start: period.wholePeriod.start, end: period.servicePeriod.end },
      })),
  );
  if (!usages.ok) return usages;
  const inputs: LineInput[] = [];
  for (const { of, id } of printed)
    inputs.push({
      id,
      of,
      usage: usages.value.get(of.period.key) ?? null, // of a fixed amount
      earlier: await earlierParts(tx, { ...of.period, id }),
    });
  return ok(inputs);
};

/** The parts of the same whole before this one; null: one that is open. A whole that is billed at once has none. */
const earlierParts = async (
  tx: Pick<BillingTx, "listParts">,
  {
    id,
    wholeKey,
    wholePeriod,
    servicePeriod,
  }: Readonly<{ id: InvoiceLineId }> & Pick<InvoiceLine, "wholeKey" | "wholePeriod" | "servicePeriod">,
): Promise<readonly (RatedPart | null)[]> => {
  if (servicePeriod.start === wholePeriod.start && servicePeriod.start !== servicePeriod.end) return [];
  const parts = await tx.listParts(wholeKey);
  return parts
    .filter(({ lineId, servicePeriod: { end } }) => lineId !== id && end <= servicePeriod.start)
    .map(({ rated }) => rated);
};

function* periodsDueAt(
  { subscription, billed }: BilledSubscription,
  profile: BillingProfile,
  at: Instant,
): ReturnType<typeof servicePeriodsDue> {
  const terms = { until: at, billed, atSubscriptionEnd: profile.subscriptionEndProrationMode };
  for (const period of servicePeriodsDue(subscription, terms)) if (period.invoiceAt === at) yield period;
}

const dependsOnUsage = ({ period }: BillablePeriodOf): boolean => needsUsage({ rateCard: period.item.rateCard });

/** Nothing is printed for a fixed amount of nothing. */
const makesLine = ({ subscription, period }: BillablePeriodOf): boolean => {
  const { price } = period.item.rateCard;
  if (price === null) return false;
  if (!("amount" in price) || price.paymentTerm === undefined) return true;
  const { amount, paymentTerm } = price as Readonly<{
    amount: Parameters<typeof prorate>[0];
    paymentTerm: "in_advance";
  }>; // a fixed price has both
  return makesFlatLine({
    amount: prorate(amount, period.proration, currencyOf(subscription.currency)),
    paymentTerm,
    fullServicePeriod: period.fullServicePeriod,
  });
};

type Issue = Readonly<{ state: State; customer: Customer; draft: DraftInvoice; now: Instant }>;

/** Reads the usage of a draft for the last time, and makes it a document. */
const issue = async (
  deps: BillCustomerDeps,
  tx: BillingTx,
  { state, customer, draft, now }: Issue,
): Promise<Billed> => {
  const currency = currencyOf(draft.currency);
  const usages = await readUsages(
    deps,
    tx,
    linesToCollect(draft)
      .filter(needsUsage)
      .map(({ id, rateCard, usage, servicePeriod, wholePeriod }) => ({
        key: id,
        namespace: draft.namespace,
        // What it was drafted on: the feature may have been archived and made anew since.
        measured:
          usage === null
            ? ({ type: "feature", key: rateCard.featureKey ?? "" } as const)
            : ({ type: "source", meterId: usage.source.meterId, filters: usage.source.filters } as const),
        subjects: subjectsOf(customer),
        period: { start: wholePeriod.start, end: servicePeriod.end },
      })),
  );
  if (!usages.ok) {
    const { reason } = usages.error;
    if (draft.waitingFor !== reason) await tx.updateInvoice({ ...draft, waitingFor: reason, updatedAt: now });
    return { type: "waiting", reason };
  }
  const read = new Map<InvoiceLineId, CollectedLine>();
  for (const line of linesToCollect(draft))
    read.set(line.id, { usage: usages.value.get(line.id) ?? null, earlier: await earlierParts(tx, line) });
  const collected = collectUsage(deps.pricing, draft, { collected: read, currency, now });
  const others = state.drafts.filter(({ id }) => id !== draft.id);
  if (collected.lines.length === 0) {
    const held = holdDraft(collected, now);
    await tx.updateInvoice(held);
    await tx.setDue(dueOf({ ...state, drafts: [...others, held] }));
    return advanced;
  }
  const { ready, left } = await leaveOpenLines(deps, tx, collected, now);
  await tx.setDue(dueOf({ ...state, drafts: left === null ? others : [...others, left] }));
  const creditBalance = await tx.creditBalance(draft.currency);
  // Last of all: nobody else gets a number until this transaction is over.
  const number = toInvoiceNumber(draft.customer.name, await tx.nextNumber(invoiceSeries));
  const issued = issueInvoice(ready, { number, creditBalance, now });
  const broken = [
    ...checkInvoice(issued, currency),
    ...issued.lines
      .filter(({ rating }) => !verify(rating.explanation).ok)
      .map(({ id }) => ({ where: `line ${id}`, rule: "its explanation leads to its amount" })),
  ];
  assert(
    broken.length === 0,
    `an invoice is right: ${broken.map(({ where, rule }) => `${where}: ${rule}`).join("; ")}`,
  );
  await tx.updateInvoice(issued);
  if (left !== null) await tx.insertInvoice(left);
  return advanced;
};

/** What can be rated is issued, what cannot stays behind on a draft of its own. */
const leaveOpenLines = async (
  deps: Pick<BillCustomerDeps, "ids">,
  tx: Pick<BillingTx, "nextNumber">,
  draft: DraftInvoice,
  now: Instant,
): Promise<Readonly<{ ready: DraftInvoice; left: DraftInvoice | null }>> => {
  if (draft.openLines.length === 0) return { ready: draft, left: null };
  return splitOpenLines(draft, {
    id: deps.ids.ulid() as InvoiceId, // a new ULID becomes an invoice's id
    number: toDraftNumber(draft.customer.name, await tx.nextNumber(draftSeries)),
    now,
  });
};

/**
 * Everything at the same positions of the log; what is asked for is waited for only when something is. What time alone can
 * mend keeps all of it; a quantity that cannot be measured is the matter of its own line.
 */
const readUsages = async <Key extends string>(
  deps: BillCustomerDeps,
  tx: Pick<BillingTx, "touch">,
  wanted: readonly (QuantityOf & Readonly<{ key: Key }>)[],
): Promise<Result<ReadonlyMap<Key, Result<LineUsage, LineIssue>>, UsageNotRead>> => {
  const usages = new Map<Key, Result<LineUsage, LineIssue>>();
  if (wanted.length === 0) return ok(usages);
  const reading = await beginReading(deps, deps.patience ?? requestPatience);
  if (!reading.ok) return reading;
  for (const { key, ...of } of wanted) {
    await tx.touch();
    const usage = await reading.value.read(of);
    if (!usage.ok && !usage.error.lasting) return usage;
    usages.set(key, usage.ok ? usage : err({ code: "usage_not_measurable", message: usage.error.reason }));
  }
  return ok(usages);
};

/** Plans of another currency than those of ISO 4217 are not published. */
export const currencyOf = (code: string): Currency => {
  const currency = findCurrency(code);
  assert(currency !== null, `the currency ${code} is known`);
  return currency;
};
