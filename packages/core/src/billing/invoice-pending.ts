import { cutAggregations, findPriceModel } from "@meter/catalog";
import { type DraftInvoice, needsUsage } from "@meter/invoicing";
import { createUlid, err, type Instant, type Result, type Ulid } from "@meter/primitives";
import { partUntil, type ServicePeriod, servicePeriodsBegun, type Subscription } from "@meter/subscriptions";
import type { CustomerId } from "../customer.ts";
import type { BillingStore, BillingTx } from "../ports/billing-store.ts";
import type { Clock } from "../ports/clock.ts";
import { fault, type InvalidInput, invalidInput } from "../use-cases/invalid-input.ts";
import type { Crypto } from "../use-cases/sources.ts";
import { type BillCustomerDeps, draftOver } from "./bill-customer.ts";
import type { UsageNotRead } from "./read-quantity.ts";

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
 * Drafts invoices over what can be billed at `asOf`, before it is due by itself: fixed amounts that are due, usage of service
 * periods that have ended, and, progressively, the part of running ones that lies before `asOf`. Volume prices and meters
 * whose parts are no differences (average, minimum, latest) are never cut: nothing of them before the end. Null when there
 * is no such customer.
 */
export const invoicePending =
  (deps: InvoicePendingDeps) =>
  async (
    namespace: string,
    customerId: CustomerId,
    { asOf, lineIds, progressive }: InvoicePendingInput,
  ): Promise<Result<readonly DraftInvoice[], InvoicePendingError> | null> => {
    const now = deps.clock.now();
    if (asOf !== null && asOf > now)
      return invalidInput(fault("asOf", "in_the_future", "asOf must not be in the future"));
    const cutoff = asOf ?? now;
    return deps.billing.withCustomer(namespace, customerId, async (tx) => {
      const customer = await tx.findCustomer();
      if (customer === null) return err({ type: "invoice_create_no_lines" });
      const pending = await listPending(deps, tx, cutoff);
      const billable: PendingLine[] = [];
      for (const line of pending) {
        const period = await billablePart(deps, line, { cutoff, progressive: progressive ?? progressiveByDefault });
        if (period !== null) billable.push({ ...line, period });
      }
      const wanted = lineIds === null ? billable : billable.filter(({ id }) => lineIds.includes(id));
      const missing = [
        ...(lineIds?.filter((id) => !wanted.some((line) => line.id === id)) ?? []),
        ...wanted.filter((line) => hasEarlier(line, pending, wanted)).map(({ id }) => id),
      ];
      if (missing.length > 0) return err({ type: "invoice_lines_not_billable", lines: missing });
      if (wanted.length === 0) return err({ type: "invoice_create_no_lines" });
      const state = { subscriptions: await tx.listSubscriptions(), drafts: await tx.listDrafts() };
      const drafted = await draftOver(deps, tx, { state, customer, periods: wanted, now });
      if (!drafted.ok) return drafted;
      return drafted.value.length === 0 ? err({ type: "invoice_create_no_lines" }) : drafted;
    });
  };

/** What of the customer's subscriptions has begun by `at` and is not billed, in the order of subscriptions and items. */
export const listPending = async (
  { profile, crypto }: Pick<InvoicePendingDeps, "profile" | "crypto">,
  tx: Pick<BillingTx, "listSubscriptions">,
  at: Instant,
): Promise<readonly PendingLine[]> => {
  const terms = { at, atSubscriptionEnd: profile.subscriptionEndProrationMode };
  return (await tx.listSubscriptions()).flatMap(({ subscription, billed }) =>
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
