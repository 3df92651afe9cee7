import type { RateCard } from "@meter/catalog";
import { boundaryIndex, formatInstant, instant, utc } from "@meter/primitives";
import type { Instant, Period, Recurrence } from "@meter/primitives";

import { billablePeriods } from "./billing-periods.ts";
import type { BillableItem, BillablePeriod, ItemBilling } from "./billing-periods.ts";
import { prorationRatio } from "./proration.ts";
import type { ProrationRatio, SubscriptionEndProration } from "./proration.ts";
import { isEmptySpan } from "./span.ts";
import type { ItemPath, Subscription, SubscriptionItem } from "./subscription.ts";
import { itemSpans } from "./timeline.ts";
import type { ItemSpan } from "./timeline.ts";

/** One item over one stretch of time: what one line of an invoice bills. */
export type ServicePeriod = Readonly<{
  /**
   * Names it for good, whatever else is billed before or after: `SUBSCRIPTION/PHASE/ITEM/v[0]/period[3]`, without
   * `period` for what is billed once, and with `/from[INSTANT]` for a part that is not the first.
   */
  key: string;
  /** The key up to the item's version, by which `BilledUntil` counts. */
  itemKey: string;
  path: ItemPath;
  item: SubscriptionItem;
  /** Counts the cadences of the item from 0; null for what is billed once. */
  index: number | null;
  /**
   * What is covered. Empty only for what is billed once while no end is known, and for the last part of a whole that ended
   * where it had been billed to.
   */
  servicePeriod: Period;
  /**
   * The key of the whole that this is a part of, and what it covers: the key is the same for all parts of one service period.
   */
  wholeKey: string;
  wholePeriod: Period;
  /** Whether the whole ends with it. */
  isFinal: boolean;
  /** The whole cadence around it. */
  fullServicePeriod: Period;
  /** The subscription's billing period in which it begins, cut to the phase. */
  billingPeriod: Period;
  /** When it can be billed at the earliest. */
  invoiceAt: Instant;
  /**
   * The share of a flat amount that is charged for the whole up to the end of this part: parts before it are to be
   * subtracted, so that together they cost what the whole does at once. 1/1 for usage, and for what is billed once.
   */
  proration: ProrationRatio;
}>;

/** How far an item has been billed. `isOpen`: a whole was billed in part and ends later, or has ended just there. */
export type BilledItem = Readonly<{ until: Instant; isOpen: boolean }>;

/**
 * How far each item has been billed: item key → the end of what its lines cover. What lies before is never listed again, so
 * no instant of an item is billed twice, whatever happens to the subscription meanwhile. When an end that cut a service
 * period which is already billed goes away, the rest of that period is listed, as another part of it. Plain JSON.
 */
export type BilledUntil = Readonly<Record<string, BilledItem>>;

export const nothingBilled: BilledUntil = {};

export type BillingTerms = Readonly<{
  /** How a flat amount is charged whose service the end of the subscription cuts short. */
  atSubscriptionEnd: SubscriptionEndProration;
}>;

/**
 * What is to be billed by `until`, inclusive, after what `billed` covers: ascending by `invoiceAt`, then in the
 * order of phases, items, versions and time. Lazy and finite. For a subscription that does not change, any prefix and, after
 * `afterBilling` over it, the rest are together the whole list.
 */
export function* servicePeriodsDue(
  subscription: Subscription,
  { until, billed, atSubscriptionEnd }: Readonly<{ until: Instant; billed: BilledUntil }> & BillingTerms,
): Generator<ServicePeriod, void, undefined> {
  if (subscription.deletedAt !== null) return;
  const queue = itemSpans(subscription).flatMap((itemSpan) => {
    const periods = itemServicePeriods(subscription, itemSpan, { until, billed, atSubscriptionEnd });
    const first = periods.next();
    return first.done === true ? [] : [{ periods, head: first.value }];
  });
  for (;;) {
    const earliest = queue.reduce<(typeof queue)[number] | null>(
      (best, entry) => (best === null || entry.head.invoiceAt < best.head.invoiceAt ? entry : best),
      null,
    );
    if (earliest === null) return;
    yield earliest.head;
    const next = earliest.periods.next();
    if (next.done === true) queue.splice(queue.indexOf(earliest), 1);
    else earliest.head = next.value;
  }
}

/** When the next thing is due after what `billed` covers, possibly in the past; null when nothing ever will be. */
export const nextDueAt = (subscription: Subscription, billed: BilledUntil): Instant | null => {
  const options = { until: lastInstant, billed, atSubscriptionEnd: "bill_actual_period" } as const;
  const first = servicePeriodsDue(subscription, options).next();
  return first.done === true ? null : first.value.invoiceAt;
};

/**
 * `billed` after these periods, which must be a prefix of what is due, or parts of what is running. A flat amount that was
 * charged in full although its service was cut has paid for the full service period, so that no rest of it is ever charged
 * again.
 */
export const afterBilling = (billed: BilledUntil, periods: Iterable<ServicePeriod>): BilledUntil => {
  const next: Record<string, BilledItem> = { ...billed };
  for (const period of periods) {
    const before = next[period.itemKey];
    const until = coveredUntil(period);
    next[period.itemKey] = before !== undefined && before.until > until ? before : { until, isOpen: !period.isFinal };
  }
  return next;
};

/**
 * What of each item has begun by `at` and is not billed, whenever it is due: what is due, and what runs. In the order of
 * phases, items, versions and time.
 */
export const servicePeriodsBegun = (
  subscription: Subscription,
  { at, ...of }: Readonly<{ at: Instant; billed: BilledUntil }> & BillingTerms,
): Generator<ServicePeriod, void, undefined> =>
  servicePeriodsFrom(subscription, { ...of, while: ({ servicePeriod }) => servicePeriod.start <= at });

/** What follows `billed`, of each item as long as `while` holds, in the order of phases, items, versions and time. */
export function* servicePeriodsFrom(
  subscription: Subscription,
  {
    billed,
    atSubscriptionEnd,
    ...of
  }: Readonly<{ billed: BilledUntil; while: (period: ServicePeriod) => boolean }> & BillingTerms,
): Generator<ServicePeriod, void, undefined> {
  if (subscription.deletedAt !== null) return;
  for (const itemSpan of itemSpans(subscription)) {
    for (const period of itemServicePeriods(subscription, itemSpan, {
      until: lastInstant,
      billed,
      atSubscriptionEnd,
    })) {
      if (!of.while(period)) break;
      yield period;
    }
  }
}

/** What of a period lies before `at`: a part of the whole, to be billed now. The period itself when it has ended by then. */
export const partUntil = (period: ServicePeriod, at: Instant): ServicePeriod =>
  at >= period.servicePeriod.end
    ? period
    : { ...period, servicePeriod: { start: period.servicePeriod.start, end: at }, invoiceAt: at, isFinal: false };

/** Whether anything in it has a price, so that it can ever make a line. */
export const hasBillables = ({ phases }: Pick<Subscription, "phases">): boolean =>
  phases.some(({ items }) => items.some(({ rateCard }) => rateCard.price !== null));

/** The key of an item's version, unique in the whole system as the subscription's id is. */
export const itemKeyOf = (subscriptionId: string, { phaseKey, itemKey, version }: ItemPath): string =>
  `${subscriptionId}/${phaseKey}/${itemKey}/v[${version}]`;

/** The key of the item that the key of a service period begins with. */
export const itemKeyIn = (key: string): string => key.split("/").slice(0, 4).join("/");

type Options = Readonly<{ until: Instant; billed: BilledUntil }> & BillingTerms;

function* itemServicePeriods(
  subscription: Subscription,
  itemSpan: ItemSpan,
  { until, billed, atSubscriptionEnd }: Options,
): Generator<ServicePeriod, void, undefined> {
  const billable = toBillableItem(subscription, itemSpan);
  if (billable === null) return;
  const itemKey = itemKeyOf(subscription.id, itemSpan.path);
  const billedItem = billed[itemKey] ?? null;
  if (billedItem !== null && billable.cadence === null) return;
  const fromIndex = billedItem === null ? 0 : firstIndex(billable, itemSpan, billedItem);
  for (const period of billablePeriods(billable, { until, fromIndex })) {
    const rest = restOf(period, billedItem);
    if (rest === null) continue;
    yield {
      ...rest,
      key: keyOf(itemKey, { period: rest, isRest: rest !== period }),
      wholeKey: keyOf(itemKey, { period, isRest: false }),
      wholePeriod: period.servicePeriod,
      isFinal: true,
      itemKey,
      path: itemSpan.path,
      item: itemSpan.item,
      proration: prorationOf(period, { subscription, item: billable, atSubscriptionEnd }),
    };
  }
}

/** Null for what has no price, and for what is never in force. */
const toBillableItem = (
  { billingCadence, billingAnchor }: Subscription,
  { item, span, phaseSpan }: ItemSpan,
): BillableItem | null => {
  const billing = itemBillingOf(item.rateCard);
  if (billing === null || isEmptySpan(span)) return null;
  return {
    billing: { interval: billingCadence, anchor: billingAnchor, timeZone: utc },
    phase: phaseSpan,
    active: span,
    cadence: item.rateCard.billingCadence,
    ...billing,
  };
};

/** Prices with a payment term are fixed amounts, all others need usage. */
const itemBillingOf = ({ price }: RateCard): ItemBilling | null => {
  if (price === null) return null;
  return price.paymentTerm === undefined ? { price: "metered" } : { price: "flat", paymentTerm: price.paymentTerm };
};

/** The index of the cadence in which an instant lies. */
const indexAt = ({ billing, cadence }: BillableItem, { span }: ItemSpan, at: Instant): number => {
  const recurrence: Recurrence = { ...billing, interval: cadence ?? billing.interval };
  return Math.max(0, boundaryIndex(recurrence, at) - boundaryIndex(recurrence, span.start));
};

/** Where to go on: at the whole in which an item was billed to, which may have ended just there without its last part. */
const firstIndex = (item: BillableItem, itemSpan: ItemSpan, { until, isOpen }: BilledItem): number =>
  indexAt(item, itemSpan, isOpen ? instant(until - 1) : until);

/** What of a period is not billed; null when nothing is left. */
const restOf = (period: BillablePeriod, billed: BilledItem | null): BillablePeriod | null => {
  const { start, end } = period.servicePeriod;
  if (billed === null || billed.until <= start) return period;
  if (billed.until > end || (billed.until === end && !billed.isOpen)) return null;
  return { ...period, servicePeriod: { start: billed.until, end } };
};

const keyOf = (itemKey: string, { period, isRest }: Readonly<{ period: BillablePeriod; isRest: boolean }>): string => {
  const key = period.index === null ? itemKey : `${itemKey}/period[${period.index}]`;
  return isRest ? `${key}/from[${formatInstant(period.servicePeriod.start)}]` : key;
};

const prorationOf = (
  { servicePeriod, fullServicePeriod }: BillablePeriod,
  {
    subscription,
    item,
    atSubscriptionEnd,
  }: Readonly<{ subscription: Subscription; item: BillableItem }> & BillingTerms,
): ProrationRatio =>
  prorationRatio({
    enabled: subscription.proRatingConfig.enabled && item.price === "flat" && item.cadence !== null,
    servicePeriod,
    fullServicePeriod,
    subscriptionEnd: subscription.activeTo,
    atSubscriptionEnd,
  });

const coveredUntil = ({ item, servicePeriod, fullServicePeriod, proration }: ServicePeriod): Instant => {
  const isFlat = item.rateCard.price?.paymentTerm !== undefined;
  return isFlat && proration.numerator === proration.denominator ? fullServicePeriod.end : servicePeriod.end;
};

/** The end of what dates can say: 13 September 275760. */
const lastInstant: Instant = instant(8_640_000_000_000_000);
