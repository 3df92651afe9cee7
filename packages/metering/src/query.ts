import { assert, instant } from "@meter/primitives";
import type { Period } from "@meter/primitives";

import { boundFilter } from "./bounded-text.ts";
import type { MeterBuild } from "./build.ts";
import type { UsageEntry } from "./entry.ts";
import { finishRows } from "./finish-rows.ts";
import { matchesText } from "./text-filter.ts";
import { totalUsage } from "./totals.ts";
import type { UsageQuery, UsageRow } from "./usage-query.ts";
import { planWindows } from "./windows.ts";

/**
 * What a meter answers: the definition, without any store. Entries of other builds are passed over; each event's entry
 * must come once. Sums, extremes and latest are exact; only an average is rounded (`averageScale`). Order and bounds of
 * the rows: see `finishRows`. No window is filled that has no entry. Throws when the query names a dimension that the
 * build does not have.
 */
export const queryUsage = (
  build: MeterBuild,
  entries: Iterable<UsageEntry>,
  query: UsageQuery,
): readonly UsageRow[] => {
  const { aggregation } = build;
  const customerOf = createCustomerOf(query);
  const matching = selectEntries(createMatcher(build, query, customerOf), entries);
  const { window } = query;
  const plan = window === null ? null : planWindows(window.size, window.zone, periodOf(matching));
  const groupOf = createGroupOf(build, query, customerOf);
  return finishRows(aggregation, query, plan, totalUsage(matching, { aggregation, groupOf, plan }));
};

type CustomerOf = (subject: string) => string | undefined;

const createCustomerOf = ({ customers }: UsageQuery): CustomerOf => {
  const idBySubject = new Map<string, string>();
  for (const { id, subjects } of customers ?? []) {
    for (const subject of subjects) if (!idBySubject.has(subject)) idBySubject.set(subject, id);
  }
  return (subject) => idBySubject.get(subject);
};

const createMatcher = (
  build: MeterBuild,
  query: UsageQuery,
  customerOf: CustomerOf,
): ((entry: UsageEntry) => boolean) => {
  const { to, customers } = query;
  const start = Math.max(query.from ?? -Infinity, query.notBefore ?? -Infinity);
  const subjects = query.subjects === null ? null : new Set(query.subjects);
  const conditions = query.dimensions.map(({ key, filter }) => ({
    at: placeOf(build, key),
    filter: boundFilter(filter),
  }));
  return ({ build: id, time, subject, dimensions }) =>
    id === build.id &&
    time >= start &&
    (to === null || time < to) &&
    (subjects === null || subjects.has(subject)) &&
    (customers === null || customerOf(subject) !== undefined) &&
    conditions.every(({ at, filter }) => matchesText(filter, dimensions[at] ?? ""));
};

const createGroupOf = (
  build: MeterBuild,
  { groupBy, customers }: UsageQuery,
  customerOf: CustomerOf,
): ((entry: UsageEntry) => readonly string[]) => {
  const parts = groupBy.map((key): ((entry: UsageEntry) => string) => {
    if (key === "subject") return ({ subject }) => subject;
    if (key === "customer_id") {
      assert(customers !== null, "grouping by customer needs the customers");
      return ({ subject }) => customerOf(subject) ?? "";
    }
    const at = placeOf(build, key);
    return ({ dimensions }) => dimensions[at] ?? "";
  });
  return (entry) => parts.map((part) => part(entry));
};

const placeOf = (build: MeterBuild, key: string): number => {
  const at = build.dimensions.findIndex((dimension) => dimension.key === key);
  assert(at >= 0, `the meter has no dimension ${key}`);
  return at;
};

const selectEntries = (
  matches: (entry: UsageEntry) => boolean,
  entries: Iterable<UsageEntry>,
): readonly UsageEntry[] => {
  const selected: UsageEntry[] = [];
  for (const entry of entries) if (matches(entry)) selected.push(entry);
  return selected;
};

/** From the first entry to just after the last; the empty period at the epoch when there is none. */
const periodOf = (entries: readonly UsageEntry[]): Period => {
  let start = Infinity;
  let end = -Infinity;
  for (const { time } of entries) {
    if (time < start) start = time;
    if (time >= end) end = time + 1;
  }
  return entries.length === 0 ? { start: instant(0), end: instant(0) } : { start: instant(start), end: instant(end) };
};
