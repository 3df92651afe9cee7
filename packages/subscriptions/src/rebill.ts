import { groupBy } from "@meter/primitives";
import type { Instant } from "@meter/primitives";

import { afterBilling, itemKeyIn, servicePeriodsFrom } from "./service-periods.ts";
import type { BilledItem, BilledUntil, BillingTerms, ServicePeriod } from "./service-periods.ts";
import type { Subscription } from "./subscription.ts";

/** What was billed: a service period, by its key and where it begins. */
export type Covered = Readonly<{ key: string; start: Instant }>;

/**
 * What fixed amounts that were billed cover as the timeline is now, and how far their items are billed with that instead:
 * what is not served any more is left out. `covered` is what was billed last of each of its items, without gaps.
 */
export const rebill = (
  subscription: Subscription,
  { covered, billed, ...terms }: Readonly<{ covered: readonly Covered[]; billed: BilledUntil }> & BillingTerms,
): Readonly<{ periods: readonly ServicePeriod[]; billed: BilledUntil }> => {
  const keys = new Set(covered.map(({ key }) => key));
  const before = takeBack(billed, covered);
  const periods = [
    ...servicePeriodsFrom(subscription, { ...terms, billed: before, while: ({ key }) => keys.has(key) }),
  ];
  return { periods, billed: afterBilling(before, periods) };
};

/** `billed` as if these had never been billed. */
const takeBack = (billed: BilledUntil, covered: readonly Covered[]): BilledUntil => {
  const before: Record<string, BilledItem> = { ...billed };
  for (const [itemKey, own] of groupBy(covered, ({ key }) => itemKeyIn(key))) {
    const isOnce = own.some(({ key }) => key === itemKey);
    if (isOnce) delete before[itemKey];
    else before[itemKey] = { until: own.map(({ start }) => start).reduce((a, b) => (a < b ? a : b)), isOpen: false };
  }
  return before;
};
