import type { Aggregation } from "@meter/catalog";
import { assert, decimalFromInteger, divide, instant, normalize, zero } from "@meter/primitives";
import type { Decimal, Instant, Period } from "@meter/primitives";

import { compareText } from "./text-order.ts";
import type { UsageQuery, UsageRow, UsageTotals } from "./usage-query.ts";
import { windowOf } from "./windows.ts";
import type { WindowPlan } from "./windows.ts";

/** Fraction digits of an average, rounded half away from zero: the one place where metering rounds. */
export const averageScale = 30;

/**
 * The last step of every engine: totals, one per group and window, become rows.
 * Rows ascend by window start, then by the group values in the order of `groupBy`, as UTF-8 bytes.
 * A group without a valid value has no row, except for count and unique_count. Without a window, a row reaches from the
 * minute of the first entry to the end of the minute of the last; `from` and `to`, where given, stand in their place.
 * Without a window and grouping, a count or unique_count of nothing is one row of zero, whose missing bounds are those
 * of the first minute of 1970.
 */
export const finishRows = (
  aggregation: Aggregation,
  query: UsageQuery,
  plan: WindowPlan | null,
  totals: readonly UsageTotals[],
): readonly UsageRow[] => {
  assert((plan === null) === (query.window === null), "a window plan belongs to a query with windows");
  const rows = totals
    .filter(({ count }) => count > 0)
    .flatMap((group) => {
      const value = valueOf(aggregation, group);
      return value === null ? [] : [toRow(query, plan, group, value)];
    })
    .toSorted(createRowOrder(query.groupBy));
  const whole = query.window === null && query.groupBy.length === 0;
  const counting = aggregation === "count" || aggregation === "unique_count";
  return rows.length === 0 && whole && counting ? [zeroRow(query)] : rows;
};

const valueOf = (aggregation: Aggregation, totals: UsageTotals): Decimal | null => {
  switch (aggregation) {
    case "count":
      return decimalFromInteger(totals.count);
    case "unique_count":
      return decimalFromInteger(totals.unique);
    case "sum":
      return totals.valueCount > 0 ? totals.sum : null;
    case "avg":
      return averageOf(totals);
    case "min":
      return totals.min;
    case "max":
      return totals.max;
    case "latest":
      return totals.latest;
  }
};

const averageOf = ({ sum, valueCount }: UsageTotals): Decimal | null =>
  sum === null || valueCount <= 0
    ? null
    : divide(sum, decimalFromInteger(valueCount), { scale: averageScale, rounding: "half_away_from_zero" });

const toRow = (query: UsageQuery, plan: WindowPlan | null, totals: UsageTotals, value: Decimal): UsageRow => {
  const { start, end } = plan === null ? boundsOf(query, totals) : windowFrom(plan, totals.windowStart);
  const group = Object.fromEntries(query.groupBy.map((key, index) => [key, totals.group[index] ?? ""]));
  return { windowStart: start, windowEnd: end, group, value: normalize(value) };
};

const boundsOf = (query: UsageQuery, { firstTime, lastTime }: Pick<UsageTotals, "firstTime" | "lastTime">): Period => ({
  start: query.from ?? minuteOf(firstTime),
  end: query.to ?? instant(minuteOf(lastTime) + minuteMs),
});

const windowFrom = (plan: WindowPlan, windowStart: Instant | null): Period => {
  assert(windowStart !== null, "totals of a query with windows name theirs");
  const window = windowOf(plan, windowStart);
  assert(window.start === windowStart, "totals begin where a window of the plan begins");
  return window;
};

const zeroRow = (query: UsageQuery): UsageRow => {
  const epoch = instant(0);
  const { start, end } = boundsOf(query, { firstTime: epoch, lastTime: epoch });
  return { windowStart: start, windowEnd: end, group: {}, value: zero };
};

const createRowOrder =
  (groupBy: readonly string[]) =>
  (a: UsageRow, b: UsageRow): number => {
    if (a.windowStart !== b.windowStart) return a.windowStart - b.windowStart;
    for (const key of groupBy) {
      const order = compareText(a.group[key] ?? "", b.group[key] ?? "");
      if (order !== 0) return order;
    }
    return 0;
  };

const minuteOf = (at: Instant): Instant => instant(Math.floor(at / minuteMs) * minuteMs);

const minuteMs = 60_000;
