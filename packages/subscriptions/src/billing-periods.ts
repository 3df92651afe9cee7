import { boundaryAt, boundaryIndex, periodAt } from "@meter/primitives";
import type { Instant, IsoDuration, Period, Recurrence } from "@meter/primitives";

import { clipPeriod, earlierEnd, isEmptySpan } from "./span.ts";
import type { Span } from "./span.ts";

/** A flat price is billed before or after its service, a metered one always after. */
export type ItemBilling =
  | Readonly<{ price: "flat"; paymentTerm: "in_advance" | "in_arrears" }>
  | Readonly<{ price: "metered" }>;

/** One version of a priced item of a subscription. */
export type BillableItem = Readonly<{
  /** The subscription's billing cadence from its billing anchor. */
  billing: Recurrence;
  /** The phase, cut at the end of the subscription. */
  phase: Span;
  /** When this version is in force; what lies outside the phase does not count. */
  active: Span;
  /** How often it recurs, from the billing anchor; null: once. */
  cadence: IsoDuration | null;
}> &
  ItemBilling;

export type BillablePeriod = Readonly<{
  /** Counts the service periods of the item from 0; null for what is billed once. */
  index: number | null;
  /** What is covered: the full service period, cut to the time the item is active. */
  servicePeriod: Period;
  /** One whole cadence of the item, whatever it is cut to. */
  fullServicePeriod: Period;
  /** The subscription's billing period in which the service begins, cut to the phase. */
  billingPeriod: Period;
  /** When it can be billed at the earliest. */
  invoiceAt: Instant;
}>;

/**
 * What is to be billed for an item by `until`, inclusive, in the order of service. Ends by itself; lazy, so
 * that a caller may bound it. `fromIndex` leaves out what comes before, as quickly for a late one as for an early one.
 *
 * In advance is billed at the start of the billing period, everything else at the end of the service or of the billing
 * period, whichever is later. What is billed once and in arrears cannot be billed before its end is known.
 */
export function* billablePeriods(
  item: BillableItem,
  { until, fromIndex = 0 }: Readonly<{ until: Instant; fromIndex?: number }>,
): Generator<BillablePeriod, void, undefined> {
  const active = {
    start: later(item.active.start, item.phase.start),
    end: earlierEnd(item.active.end, item.phase.end),
  };
  if (isEmptySpan(active)) return;
  for (const { index, service, full } of servicePeriods(item, active, fromIndex)) {
    const period = toBillablePeriod(item, { index, service, full });
    if (period.invoiceAt > until) return;
    if (item.price === "flat" || period.servicePeriod.start < period.servicePeriod.end) yield period;
  }
}

type Service = Readonly<{ index: number | null; service: Period; full: Period }>;

function* servicePeriods(item: BillableItem, active: Span, fromIndex: number): Generator<Service, void, undefined> {
  if (item.cadence === null) {
    if (fromIndex > 0 || (active.end === null && !isInAdvance(item))) return;
    const once = { start: active.start, end: active.end ?? active.start };
    yield { index: null, service: once, full: once };
    return;
  }
  const recurrence: Recurrence = { ...item.billing, interval: item.cadence };
  const first = boundaryIndex(recurrence, active.start);
  for (let index = fromIndex; ; index++) {
    const full = { start: boundaryAt(recurrence, first + index), end: boundaryAt(recurrence, first + index + 1) };
    if (active.end !== null && full.start >= active.end) return;
    if (full.start < full.end) yield { index, service: clipPeriod(full, active), full }; // a zone may skip a whole day
  }
}

const toBillablePeriod = (item: BillableItem, { index, service, full }: Service): BillablePeriod => {
  const billing = clipPeriod(periodAt(item.billing, service.start), item.phase);
  return {
    index,
    servicePeriod: service,
    fullServicePeriod: full,
    billingPeriod: billing,
    invoiceAt: isInAdvance(item) ? billing.start : later(service.end, billing.end),
  };
};

const isInAdvance = (item: ItemBilling): boolean => item.price === "flat" && item.paymentTerm === "in_advance";

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);
