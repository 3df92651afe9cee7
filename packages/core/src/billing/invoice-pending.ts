import { cutAggregations, findPriceModel } from "@meter/catalog";
import { type BillablePeriodOf, type DraftInvoice, type LineIssue, type LineUsage, needsUsage } from "@meter/invoicing";
import { createUlid, err, type Instant, ok, type Result, type Ulid } from "@meter/primitives";
import { partUntil, type ServicePeriod, servicePeriodsBegun, type Subscription } from "@meter/subscriptions";
import { type Customer, type CustomerId, subjectsOf } from "../shared/customer.ts";
import type { BillingStore } from "./billing-store.ts";
import type { Clock } from "../shared/clock.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import type { Crypto } from "../shared/sources.ts";
import { type BillCustomerDeps, readUsages } from "./bill-customer.ts";
import { draftOver } from "./draft-over.ts";
import type { QuantityOf, UsageNotRead } from "./read-quantity.ts";
import { settle } from "./settle.ts";
import { loadState, type State } from "./state.ts";

/** What of a subscription has begun and is not billed. Its id is the same each time it is asked for. */
export type PendingLine = Readonly<{ id: Ulid; subscription: Subscription; period: ServicePeriod }>;

export type InvoicePendingDeps = BillCustomerDeps &
  Readonly<{ billing: Pick<BillingStore, "withCustomer">; clock: Clock; crypto: Pick<Crypto, "sha256"> }>;

export type InvoicePendingInput = Readonly<{
  /** Null: now. What is used before it is billed. */
  asOf: Instant | null;
  /** Only these; null: whatever can be billed. */
  lineIds: readonly string[] | null;
  /** Whether a service period that runs is billed in part; null: as the billing profile says. */
  progressive: boolean | null;
}>;

export type InvoicePendingError =
  | InvalidInput
  | Readonly<{ type: "invoice_create_no_lines" }>
  | Readonly<{ type: "invoice_lines_not_billable"; lines: readonly string[] }>
  | UsageNotRead;

/** The profile is not stored yet, so it cannot be another. */
const progressiveByDefault = true;

/**
 * Drafts invoices over what can be billed at `asOf`, before it is due by itself: usage of service periods that have ended, and,
 * progressively, the part of running ones that lies before `asOf`; what is due by now is drafted with it, as by itself. Volume
 * prices and meters whose parts are no differences (average, minimum, latest) are never cut: nothing of them before the end.
 * Usage is read with nobody held. Null when there is no such customer.
 */
export const invoicePending =
  (deps: InvoicePendingDeps) =>
  async (
    namespace: string,
    customerId: CustomerId,
    input: InvoicePendingInput,
  ): Promise<Result<readonly DraftInvoice[], InvoicePendingError> | null> => {
    const now = deps.clock.now();
    const { asOf } = input;
    if (asOf !== null && asOf > now)
      return invalidInput(fault("asOf", "in_the_future", "asOf must not be in the future"));
    const drafted: DraftInvoice[] = [];
    let usages: ReadonlyMap<string, Result<LineUsage, LineIssue>> = new Map();
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const read = usages;
      const done = await deps.billing.withCustomer<Done>(namespace, customerId, async (tx) => {
        const customer = await tx.findCustomer();
        if (customer === null) return err({ type: "invoice_create_no_lines" });
        const before = await loadState(tx);
        const pending = listPending(deps, before, asOf ?? now);
        const state = await settle(deps, tx, now);
        const due = state.drafts.filter((draft) => !before.drafts.some(({ id }) => id === draft.id));
        const wanted = await findWanted(deps, { state, pending, input, now });
        if (!wanted.ok) return wanted;
        const missing = toRead(customer, wanted.value).filter(({ key }) => !read.has(key));
        if (missing.length > 0) return ok({ toRead: toRead(customer, wanted.value), drafted: due });
        if (wanted.value.length === 0) return ok({ toRead: [], drafted: due });
        const made = await draftOver(deps, tx, { state, customer, periods: wanted.value, usages: read, at: now, now });
        return ok({ toRead: [], drafted: [...due, ...made.drafted] });
      });
      if (done === null) return null;
      if (!done.ok) return done;
      drafted.push(...done.value.drafted);
      if (done.value.toRead.length === 0)
        return drafted.length === 0 ? err({ type: "invoice_create_no_lines" }) : ok(drafted);
      const answer = await readUsages(deps, done.value.toRead);
      if (!answer.ok) return answer;
      usages = answer.value;
    }
    return err({ type: "usage_not_read", reason: changedMeanwhile, lasting: false });
  };

const changedMeanwhile = "what is to be billed has changed while its usage was read";

/** What is to be read before the rest can be drafted, nothing: it is done; and what was drafted. */
type Done = Result<
  Readonly<{ toRead: ReturnType<typeof toRead>; drafted: readonly DraftInvoice[] }>,
  InvoicePendingError
>;

/** How often usage is read for one request, when what is to be billed changes meanwhile. */
const attemptsMax = 3;

type Wanted = Readonly<{
  state: State;
  /** Before what is due was drafted. */
  pending: readonly PendingLine[];
  input: InvoicePendingInput;
  now: Instant;
}>;

/** What is to be billed besides what is due and has been drafted. */
const findWanted = async (
  deps: InvoicePendingDeps,
  { state, pending, input: { asOf, lineIds, progressive }, now }: Wanted,
): Promise<Result<readonly PendingLine[], InvoicePendingError>> => {
  const cutoff = asOf ?? now;
  const rest = listPending(deps, state, cutoff);
  const billable: PendingLine[] = [];
  for (const line of rest) {
    const period = await billablePart(deps, line, { cutoff, progressive: progressive ?? progressiveByDefault });
    if (period !== null) billable.push({ ...line, period });
  }
  const isDrafted = (id: string): boolean =>
    pending.some((line) => line.id === id) && !rest.some((line) => line.id === id);
  const wanted = lineIds === null ? billable : billable.filter(({ id }) => lineIds.includes(id));
  const missing = [
    ...(lineIds?.filter((id) => !wanted.some((line) => line.id === id) && !isDrafted(id)) ?? []),
    ...wanted.filter((line) => hasEarlier(line, rest, wanted)).map(({ id }) => id),
  ];
  return missing.length > 0 ? err({ type: "invoice_lines_not_billable", lines: missing }) : ok(wanted);
};

/** What the usage of these periods is, by their keys. */
export const toRead = (
  customer: Customer,
  periods: readonly BillablePeriodOf[],
): readonly (QuantityOf & Readonly<{ key: string }>)[] =>
  periods
    .filter(({ period }) => needsUsage(period.item))
    .map(({ subscription, period }) => ({
      key: period.key,
      namespace: subscription.namespace,
      measured: { type: "feature", key: period.item.rateCard.featureKey ?? "" },
      subjects: subjectsOf(customer),
      period: { start: period.wholePeriod.start, end: period.servicePeriod.end },
    }));

/** What of the customer's subscriptions has begun by `at` and is not billed, in the order of subscriptions and items. */
export const listPending = (
  { profile, crypto }: Pick<InvoicePendingDeps, "profile" | "crypto">,
  { subscriptions }: Pick<State, "subscriptions">,
  at: Instant,
): readonly PendingLine[] => {
  const terms = { at, atSubscriptionEnd: profile.subscriptionEndProrationMode };
  return subscriptions.flatMap(({ subscription, billed }) =>
    [...servicePeriodsBegun(subscription, { ...terms, billed })].map((period) => ({
      id: idOf(crypto, period),
      subscription,
      period,
    })),
  );
};

/** Its start, and 80 bits of the digest of its key. */
const idOf = ({ sha256 }: Pick<Crypto, "sha256">, { key, servicePeriod }: ServicePeriod): Ulid =>
  createUlid(servicePeriod.start, sha256(new TextEncoder().encode(key)).slice(0, 10));

/** The part of a period that can be billed; null when nothing can. */
const billablePart = async (
  deps: InvoicePendingDeps,
  { subscription, period }: PendingLine,
  { cutoff, progressive }: Readonly<{ cutoff: Instant; progressive: boolean }>,
): Promise<ServicePeriod | null> => {
  const { rateCard } = period.item;
  const { start, end } = period.servicePeriod;
  if (!needsUsage({ rateCard })) return period.invoiceAt <= cutoff ? period : null;
  if (!progressive) return cutoff >= end && period.invoiceAt <= cutoff ? period : null;
  // What has ended does not wait until its billing period ends: otherwise a later part would be issued before it.
  if (cutoff >= end) return period.invoiceAt <= cutoff ? period : { ...period, invoiceAt: cutoff };
  if (cutoff <= start || !(await isCuttable(deps, subscription.namespace, period))) return null;
  return partUntil(period, cutoff);
};

const isCuttable = async (
  { pricing, features, meters }: InvoicePendingDeps,
  namespace: string,
  { item: { rateCard } }: ServicePeriod,
): Promise<boolean> => {
  const { price, featureKey } = rateCard;
  if (price === null || findPriceModel(pricing.models, price.type)?.cuts === "never") return false;
  const feature = featureKey === null ? null : await features.find(namespace, featureKey);
  const found = feature === null || feature.meterKey === null ? null : await meters.find(namespace, feature.meterKey);
  // Of a meter that is not there nothing can be read: that is for the reading to say.
  return found === null || cutAggregations.includes(found.meter.aggregation);
};

/** Whether something of the same item comes before it that would be left out: an item is billed without gaps. */
const hasEarlier = (line: PendingLine, pending: readonly PendingLine[], wanted: readonly PendingLine[]): boolean =>
  pending.some(
    (other) =>
      other.period.itemKey === line.period.itemKey &&
      other.period.servicePeriod.start < line.period.servicePeriod.start &&
      !wanted.some(({ id }) => id === other.id),
  );
