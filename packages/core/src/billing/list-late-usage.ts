import type { Pricing } from "@meter/pricing";
import { addDuration, type Instant, ok, type Result, utc, zeroDuration } from "@meter/primitives";
import { checkUsage, type LateUsage, type UncheckedUsage } from "./late-usage.ts";
import { requestPatience } from "./patience.ts";
import { beginReading, type ReadQuantityDeps, type UsageNotRead } from "./read-quantity.ts";
import type { BillingStore } from "./billing-store.ts";
import type { Clock } from "../shared/clock.ts";

export type ListLateUsageDeps = ReadQuantityDeps &
  Readonly<{ billing: Pick<BillingStore, "listBilledUsage">; pricing: Pricing; clock: Clock }>;

export type LateUsageQuery = Readonly<{
  /** Null: of all. */
  customers: readonly string[] | null;
  /** Of service periods that ended at or after this instant; null: in the last `lateUsageDays` days. */
  from: Instant | null;
  page: number;
  pageSize: number;
}>;

/** Of a page of lines those with late usage. */
export type LateUsagePage = Readonly<{
  from: Instant;
  /** How many lines there are on all pages. */
  lines: number;
  late: readonly LateUsage[];
  unchecked: readonly UncheckedUsage[];
}>;

/** How far back is looked unless it is said. */
export const lateUsageDays = 90;

/** How many lines one page checks at most: each is a reading of usage. */
export const lateUsageLinesMax = 100;

const parallelReads = 4;

/**
 * Usage that came in after the last line of its service period was issued, so that no invoice has it. All of it is read at one
 * position of the log. Lines of drafts and of voided invoices are no matter here: the former will have it, the latter are not
 * billed at all.
 */
export const listLateUsage =
  (deps: ListLateUsageDeps) =>
  async (namespace: string, query: LateUsageQuery): Promise<Result<LateUsagePage, UsageNotRead>> => {
    const from = query.from ?? addDuration(deps.clock.now(), { ...zeroDuration, days: -lateUsageDays }, utc);
    const { items, totalCount } = await deps.billing.listBilledUsage(namespace, { ...query, from });
    const late: LateUsage[] = [];
    const unchecked: UncheckedUsage[] = [];
    const page = { from, lines: totalCount, late, unchecked };
    if (items.length === 0) return ok(page);
    const reading = await beginReading(deps, requestPatience);
    if (!reading.ok) return reading;
    for (let start = 0; start < items.length; start += parallelReads) {
      const some = items.slice(start, start + parallelReads);
      const checks = await Promise.all(
        some.map((billed) => checkUsage({ pricing: deps.pricing, reading: reading.value }, billed)),
      );
      for (const checked of checks) {
        if (!checked.ok) return checked;
        if (checked.value.type === "late") late.push(checked.value);
        if (checked.value.type === "unchecked") unchecked.push(checked.value);
      }
    }
    return ok(page);
  };
