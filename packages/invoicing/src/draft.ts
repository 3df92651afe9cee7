import type { RateCard } from "@meter/catalog";
import type { Pricing } from "@meter/pricing";
import { addDuration, assert, type Currency, type Instant, type Period, utc } from "@meter/primitives";
import type { ServicePeriod, Subscription } from "@meter/subscriptions";
import type { BillingProfile } from "./billing-profile.ts";
import type { DraftInvoice, InvoiceCustomer, InvoiceId, InvoiceLine, InvoiceLineId, LineTerms } from "./invoice.ts";
import { type LineToRate, rateLines } from "./rate-lines.ts";

/** A service period, and of which subscription. */
export type BillablePeriodOf = Readonly<{ subscription: Subscription; period: ServicePeriod }>;

/** Whether what it costs depends on what was used. */
export const needsUsage = ({ rateCard }: Readonly<{ rateCard: Pick<RateCard, "price"> }>): boolean =>
  rateCard.price !== null && rateCard.price.paymentTerm === undefined;

export type LineInput = Readonly<{
  id: InvoiceLineId;
  of: BillablePeriodOf;
}> &
  Pick<LineToRate, "usage" | "earlier">;

export type DraftInput = Readonly<{
  id: InvoiceId;
  namespace: string;
  number: string;
  customer: InvoiceCustomer;
  currency: Currency;
  profile: BillingProfile;
  /** At least one. With usage for each that needs it. */
  lines: readonly LineInput[];
  now: Instant;
}>;

/**
 * An invoice over service periods that became due together. Its amounts are those of the usage so far; what cannot be rated is
 * open.
 */
export const draftInvoice = (pricing: Pricing, input: DraftInput): DraftInvoice => {
  const { id, namespace, number, customer, currency, profile, now } = input;
  const toRate = input.lines.map(toLineToRate);
  const all = toRate.map(({ terms }) => terms);
  assert(all.length > 0, "an invoice has a line");
  const collectionAt = collectionAtOf(all, profile);
  return {
    status: "draft",
    id,
    namespace,
    number,
    customer,
    currency: currency.code,
    profile,
    ...rateLines(pricing, toRate, currency),
    period: periodOf(all),
    invoiceAt: all.map((line) => line.invoiceAt).reduce((a, b) => (a > b ? a : b)),
    collectionAt,
    draftUntil: addDuration(collectionAt ?? now, profile.draftPeriod, utc),
    waitingFor: null,
    quantitySnapshotAt: now,
    createdAt: now,
    updatedAt: now,
  };
};

/** The latest collection of a line that depends on usage; null when there is none. */
export const collectionAtOf = (
  lines: readonly Pick<InvoiceLine, "rateCard" | "invoiceAt">[],
  { collectionInterval }: Pick<BillingProfile, "collectionInterval">,
): Instant | null => {
  const metered = lines.filter(needsUsage).map(({ invoiceAt }) => addDuration(invoiceAt, collectionInterval, utc));
  return metered.reduce<Instant | null>((latest, at) => (latest === null || at > latest ? at : latest), null);
};

/** From the first instant to the last that a line covers. */
export const periodOf = (lines: readonly Pick<InvoiceLine, "servicePeriod">[]): Period => ({
  start: lines.map(({ servicePeriod }) => servicePeriod.start).reduce((a, b) => (a < b ? a : b)),
  end: lines.map(({ servicePeriod }) => servicePeriod.end).reduce((a, b) => (a > b ? a : b)),
});

const toLineToRate = ({ id, of: { subscription, period }, usage, earlier }: LineInput): LineToRate => {
  const { item, path, proration, wholeKey, wholePeriod, isFinal } = period;
  const { rateCard } = item;
  const phase = subscription.phases.find(({ key }) => key === path.phaseKey);
  assert(phase !== undefined, `the subscription ${subscription.id} has a phase ${path.phaseKey}`);
  assert(!needsUsage({ rateCard }) || usage !== null, `the usage of ${period.key} was read`);
  const terms: LineTerms = {
    id,
    chargeKey: period.key,
    wholeKey,
    wholePeriod,
    isFinal,
    subscription: { id: subscription.id, phaseId: phase.id, itemId: item.id },
    name: rateCard.name,
    description: rateCard.description,
    rateCard,
    servicePeriod: period.servicePeriod,
    fullServicePeriod: period.fullServicePeriod,
    billingPeriod: period.billingPeriod,
    invoiceAt: period.invoiceAt,
    proration,
  };
  return { terms, usage: needsUsage({ rateCard }) ? usage : null, earlier };
};
