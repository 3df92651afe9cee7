import type { RateCard } from "@meter/catalog";
import type { Pricing, RatedPart } from "@meter/pricing";
import { addDuration, assert, type Currency, type Instant, type Period, utc } from "@meter/primitives";
import type { ServicePeriod, Subscription } from "@meter/subscriptions";
import type { BillingProfile } from "./billing-profile.ts";
import type { DraftInvoice, InvoiceCustomer, InvoiceId, InvoiceLine, InvoiceLineId, LineUsage } from "./invoice.ts";
import { rateLine } from "./rate-line.ts";
import { totalLines } from "./totals.ts";

/** A service period, and of which subscription. */
export type BillablePeriodOf = Readonly<{ subscription: Subscription; period: ServicePeriod }>;

/** Whether what it costs depends on what was used. */
export const needsUsage = ({ rateCard }: Readonly<{ rateCard: Pick<RateCard, "price"> }>): boolean =>
  rateCard.price !== null && rateCard.price.paymentTerm === undefined;

export type LineInput = Readonly<{
  id: InvoiceLineId;
  of: BillablePeriodOf;
  usage: LineUsage | null;
  earlier: readonly RatedPart[];
}>;

export type DraftInput = Readonly<{
  id: InvoiceId;
  namespace: string;
  number: string;
  customer: InvoiceCustomer;
  currency: Currency;
  profile: BillingProfile;
  /** At least one. With usage for each that needs it, and the parts of the same whole that were billed before. */
  lines: readonly LineInput[];
  now: Instant;
}>;

/** An invoice over service periods that became due together. Its amounts are those of the usage so far. */
export const draftInvoice = (pricing: Pricing, input: DraftInput): DraftInvoice => {
  const { id, namespace, number, customer, currency, profile, now } = input;
  const lines = input.lines.map((line) => toLine(pricing, line, currency));
  assert(lines.length > 0, "an invoice has a line");
  const collectionAt = collectionAtOf(lines, profile);
  return {
    status: "draft",
    id,
    namespace,
    number,
    customer,
    currency: currency.code,
    profile,
    lines,
    totals: totalLines(lines.map(({ rating }) => rating)),
    period: periodOf(lines),
    invoiceAt: lines.map((line) => line.invoiceAt).reduce((a, b) => (a > b ? a : b)),
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

const toLine = (
  pricing: Pricing,
  { id, of: { subscription, period }, usage, earlier }: LineInput,
  currency: Currency,
): InvoiceLine => {
  const { item, path, proration, wholeKey, wholePeriod, isFinal } = period;
  const { rateCard } = item;
  const phase = subscription.phases.find(({ key }) => key === path.phaseKey);
  assert(phase !== undefined, `the subscription ${subscription.id} has a phase ${path.phaseKey}`);
  assert(!needsUsage({ rateCard }) || usage !== null, `the usage of ${period.key} was read`);
  const quantity = usage?.quantity ?? null;
  return {
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
    usage: needsUsage({ rateCard }) ? usage : null,
    rating: rateLine(pricing, { rateCard, currency, proration, quantity, earlier, isFinal }),
  };
};
