import type { RateCard } from "@meter/catalog";
import type { Pricing } from "@meter/pricing";
import { addDuration, assert, type Currency, type Instant, isZero, type Period, utc } from "@meter/primitives";
import type { ServicePeriod, Subscription } from "@meter/subscriptions";
import type { BillingProfile } from "./billing-profile.ts";
import type {
  DraftInvoice,
  InvoiceCustomer,
  InvoiceId,
  InvoiceLine,
  InvoiceLineId,
  LineTerms,
  Measure,
} from "./invoice.ts";
import { type LineToRate, type RatedLines, rateLines } from "./rate-lines.ts";

/** A service period, and of which subscription. */
export type BillablePeriodOf = Readonly<{ subscription: Subscription; period: ServicePeriod }>;

/** Whether what it costs depends on what was used. */
export const needsUsage = ({ rateCard }: Readonly<{ rateCard: Pick<RateCard, "price"> }>): boolean =>
  rateCard.price !== null && rateCard.price.paymentTerm === undefined;

export type LineInput = Readonly<{
  id: InvoiceLineId;
  of: BillablePeriodOf;
  measure: Measure | null;
}> &
  Pick<LineToRate, "usage" | "earlier">;

export type DraftInput = Readonly<{
  id: InvoiceId;
  namespace: string;
  number: string;
  customer: InvoiceCustomer;
  currency: Currency;
  profile: BillingProfile;
  lines: readonly LineInput[];
  /** Since when it is due: its dates are counted from there, however late it is made. */
  at: Instant;
  now: Instant;
}>;

/**
 * An invoice over service periods that became due together. Its amounts are those of the usage that was read; what cannot be
 * rated is open. Null when nothing is to be printed.
 */
export const draftInvoice = (pricing: Pricing, input: DraftInput): DraftInvoice | null => {
  const { id, namespace, number, customer, currency, profile, at, now } = input;
  const rated = ratePrinted(pricing, input.lines.map(toLineToRate), currency);
  const all = [...rated.lines, ...rated.openLines];
  if (all.length === 0) return null;
  const collectionAt = collectionAtOf(all, profile);
  const complete = collectionAt !== null && collectionAt > at ? collectionAt : at;
  return {
    status: "draft",
    id,
    namespace,
    number,
    customer,
    currency: currency.code,
    profile,
    ...rated,
    period: periodOf(all),
    invoiceAt: all.map((line) => line.invoiceAt).reduce((a, b) => (a > b ? a : b)),
    collectionAt,
    draftUntil: addDuration(complete, profile.draftPeriod, utc),
    waitingFor: null,
    quantitySnapshotAt: all.some(({ usage }) => usage !== null) ? now : null,
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

/** As `rateLines`, without fixed amounts of nothing, which are not printed. */
export const ratePrinted = (
  pricing: Pricing,
  lines: readonly (InvoiceLine | LineToRate)[],
  currency: Currency,
): RatedLines => {
  const rated = rateLines(pricing, lines, currency);
  return { ...rated, lines: rated.lines.filter(isPrinted) };
};

const isPrinted = (line: InvoiceLine): boolean => {
  if (needsUsage(line)) return true;
  const { start, end } = line.fullServicePeriod;
  const isNeverServed = line.rateCard.price?.paymentTerm === "in_arrears" && start === end;
  return !isZero(line.rating.totals.amount) && !isNeverServed;
};

/** A line over a service period that is to be rated. */
export const toLineToRate = ({ id, of: { subscription, period }, measure, usage, earlier }: LineInput): LineToRate => {
  const { item, path, proration, wholeKey, wholePeriod, isFinal } = period;
  const { rateCard } = item;
  const phase = subscription.phases.find(({ key }) => key === path.phaseKey);
  assert(phase !== undefined, `the subscription ${subscription.id} has a phase ${path.phaseKey}`);
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
    measure,
  };
  return { terms, usage, earlier };
};
