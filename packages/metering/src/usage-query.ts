import type { Decimal, Instant, TimeZone } from "@meter/primitives";

import type { TextFilter } from "./text-filter.ts";
import type { WindowSize } from "./windows.ts";

/** A question to one meter. All conditions must hold. */
export type UsageQuery = Readonly<{
  /** The period asked for, [from, to); either may be absent. */
  from: Instant | null;
  to: Instant | null;
  /** The meter's own `eventFrom`: narrows what counts, never the bounds that are answered. */
  notBefore: Instant | null;
  window: Readonly<{ size: WindowSize; zone: TimeZone }> | null;
  /** null: all; []: none match. */
  subjects: readonly string[] | null;
  /**
   * Who pays for which subjects; null: no customer filter; []: none match. A customer without subjects matches nothing.
   * A subject named by several counts for the first.
   */
  customers: readonly Readonly<{ id: string; subjects: readonly string[] }>[] | null;
  /** ANDed; `key` is a dimension of the build, also where it is called "subject". Filters are bounded as texts are: `boundFilter`. */
  dimensions: readonly Readonly<{ key: string; filter: TextFilter }>[];
  /**
   * "subject", "customer_id" (needs `customers`) or dimension keys, no duplicates. A dimension of one of those two
   * names cannot be grouped by.
   */
  groupBy: readonly string[];
}>;

/**
 * One answer for [windowStart, windowEnd) and one combination of group values. `group` has the members of `groupBy`.
 * `value` is normalised.
 */
export type UsageRow = Readonly<{
  windowStart: Instant;
  windowEnd: Instant;
  group: Readonly<Record<string, string>>;
  value: Decimal;
}>;

/**
 * What an engine knows of one group in one window, before the last step that all engines share. An engine fills what
 * the aggregation needs and may leave the rest null or 0.
 */
export type UsageTotals = Readonly<{
  /** As the plan has it; null when the query has no window. */
  windowStart: Instant | null;
  /**
   * Of all matching entries, also those without a valid value. Exact to the minute is enough, and needed only without a
   * window.
   */
  firstTime: Instant;
  lastTime: Instant;
  /** In the order of `groupBy`. */
  group: readonly string[];
  /** Matching entries; 0 says that the group does not exist. */
  count: number | bigint;
  /** Those of them with a valid value. */
  valueCount: number | bigint;
  sum: Decimal | null;
  min: Decimal | null;
  max: Decimal | null;
  /** The value of the greatest (time, text, value); text by UTF-8 bytes. */
  latest: Decimal | null;
  /** Distinct texts, those that are null left out. */
  unique: number | bigint;
}>;
