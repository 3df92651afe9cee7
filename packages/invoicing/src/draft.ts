import type { Pricing } from "@meter/pricing";
import { addDuration, assert, type Currency, type Instant, type Period, utc } from "@meter/primitives";
import type { ServicePeriod, Subscription } from "@meter/subscriptions";
import type { BillingProfile } from "./billing-profile.ts";
import type { DraftInvoice, InvoiceCustomer, InvoiceId, InvoiceLine, InvoiceLineId, LineUsage } from "./invoice.ts";
import { rateLine } from "./rate-line.ts";
import { totalLines } from "./totals.ts";

/** A service period, and of which subscription. */
export type BillablePeriodOf = Readonly<{ subscription: Subscription; period: ServicePeriod }>;

/** Whether what it costs depends on what was used. */
export const needsUsage = ({ rateCard }: Pick<InvoiceLine, "rateCard">): boolean =>
  rateCard.price !== null && rateCard.price.paymentTerm === undefined;

export type DraftInput = Readonly<{
  id: InvoiceId;
  namespace: string;
  number: string;
  customer: InvoiceCustomer;
  currency: Currency;
  profile: BillingProfile;
  /** All of one `invoiceAt`; at least one. With usage for each that needs it. */
  lines: readonly Readonly<{ id: InvoiceLineId; of: BillablePeriodOf; usage: LineUsage | null }>[];
  now: Instant;
}>;

/** An invoice over service periods that became due together. Its amounts are those of the usage so far. */
export const draftInvoice = (pricing: Pricing, input: DraftInput): DraftInvoice => {
  const { id, namespace, number, customer, currency, profile, now } = input;
  const lines = input.lines.map(({ id: lineId, of, usage }) => toLine(pricing, { id: lineId, of, usage, currency }));
  const [first] = lines;
  assert(first !== undefined, "an invoice has a line");
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
    invoiceAt: first.invoiceAt,
    collectionAt,
    draftUntil: addDuration(collectionAt ?? now, profile.draftPeriod, utc),
    collected: false,
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

const periodOf = (lines: readonly Pick<InvoiceLine, "servicePeriod">[]): Period => ({
  start: lines.map(({ servicePeriod }) => servicePeriod.start).reduce((a, b) => (a < b ? a : b)),
  end: lines.map(({ servicePeriod }) => servicePeriod.end).reduce((a, b) => (a > b ? a : b)),
});

const toLine = (
  pricing: Pricing,
  {
    id,
    of: { subscription, period },
    usage,
    currency,
  }: Readonly<{ id: InvoiceLineId; of: BillablePeriodOf; usage: LineUsage | null; currency: Currency }>,
): InvoiceLine => {
  const { item, path, proration } = period;
  const { rateCard } = item;
  const phase = subscription.phases.find(({ key }) => key === path.phaseKey);
  assert(phase !== undefined, `the subscription ${subscription.id} has a phase ${path.phaseKey}`);
  assert(!needsUsage({ rateCard }) || usage !== null, `the usage of ${period.key} was read`);
  return {
    id,
    chargeKey: period.key,
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
    rating: rateLine(pricing, { rateCard, currency, proration, quantity: usage?.quantity ?? null }),
  };
};
