import type { Aggregation } from "@meter/catalog";
import { eventLimits } from "@meter/events";
import { boundFilter, type MeterBuild, type TextFilter, type UsageQuery, type WindowPlan } from "@meter/metering";
import { assert, instant } from "@meter/primitives";
import type { Instant } from "@meter/primitives";

/** A query of one build, reduced to what the tables can be asked. Dimensions are places (from 0) in the build's order. */
export type UsageScope = Readonly<{
  namespace: string;
  build: string;
  aggregation: Aggregation;
  /** [from, to); null where every event time passes. */
  from: Instant | null;
  to: Instant | null;
  /** null: all. Never empty, and already narrowed to the customers' subjects. */
  subjects: readonly string[] | null;
  conditions: readonly Readonly<{ dimension: number; filter: TextFilter }>[];
  groups: readonly UsageGroup[];
}>;

export type UsageGroup =
  | Readonly<{ by: "subject" }>
  | Readonly<{ by: "customer"; subjects: readonly string[]; ids: readonly string[] }>
  | Readonly<{ by: "dimension"; dimension: number }>;

/**
 * Where an answer comes from: whole UTC hours out of the roll-ups, rows for the rest; together each matching entry once.
 * `hours` takes the hours of [from, to), but not those in `except`; a bound that is null is open.
 * `rows` takes what lies in any of its stretches; null: everything.
 */
export type UsageSource =
  | Readonly<{ from: "hours"; start: Instant | null; end: Instant | null; except: readonly Instant[] }>
  | Readonly<{ from: "rows"; stretches: readonly Stretch[] | null }>;

/** [start, end), open where a bound is null. */
export type Stretch = Readonly<{ start: Instant | null; end: Instant | null }>;

const hourMs = 3_600_000;

/** Null when nothing can match, so that nobody needs to be asked. Throws when the query names a dimension that the build does not have. */
export const toScope = (build: MeterBuild, query: UsageQuery): UsageScope | null => {
  const from = latest(query.from, query.notBefore);
  const { to } = query;
  if (to !== null && (to <= eventLimits.timeMin || (from !== null && from >= to))) return null;
  if (from !== null && from >= eventLimits.timeEnd) return null;
  const customers = query.customers === null ? null : listCustomers(query.customers);
  const subjects = intersect(query.subjects, customers?.subjects ?? null);
  if (subjects?.length === 0) return null;
  const placeOf = (key: string): number => {
    const place = build.dimensions.findIndex((dimension) => dimension.key === key);
    assert(place >= 0, `the meter has no dimension ${key}`);
    return place;
  };
  return {
    namespace: build.namespace,
    build: build.id,
    aggregation: build.aggregation,
    from: from === null || from <= eventLimits.timeMin ? null : from,
    to: to === null || to >= eventLimits.timeEnd ? null : to,
    subjects,
    conditions: query.dimensions.map(({ key, filter }) => ({
      dimension: placeOf(key),
      filter: boundFilter(filter),
    })),
    groups: query.groupBy.map((key): UsageGroup => {
      if (key === "subject") return { by: "subject" };
      if (key !== "customer_id") return { by: "dimension", dimension: placeOf(key) };
      assert(customers !== null, "grouping by customer needs the customers");
      return { by: "customer", ...customers };
    }),
  };
};

/** Everything of the period out of rows: right for every query, and at every position. */
export const planRows = ({ from, to }: UsageScope): readonly UsageSource[] => [
  { from: "rows", stretches: from === null && to === null ? null : [{ start: from, end: to }] },
];

/**
 * Hours come from the roll-ups when these know the aggregation, when the query needs not both subject and dimensions
 * (each roll-up has one of them), and when whole UTC hours lie inside its windows. `except`: hours that the caller wants
 * from rows, ascending.
 */
export const planSources = (
  scope: UsageScope,
  windows: WindowPlan | null,
  except: readonly Instant[] = [],
): readonly UsageSource[] => {
  const cut = windows === null ? [] : cutHours(windows);
  if (!isRolledUp(scope) || cut === null) return planRows(scope);
  const { from, to } = scope;
  const start = from === null ? null : ceilHour(from);
  const end = to === null ? null : floorHour(to);
  if (start !== null && end !== null && start >= end) return planRows(scope);
  const inRows = [...new Set([...cut, ...except])]
    .filter((hour) => (start === null || hour >= start) && (end === null || hour < end))
    .toSorted((a, b) => a - b);
  if (inRows.length > hoursInRowsMax) return planRows(scope);
  const stretches = joinStretches([
    ...(from === null || from === start ? [] : [{ start: from, end: start }]),
    ...inRows.map((hour) => ({ start: hour, end: instant(hour + hourMs) })),
    ...(to === null || to === end ? [] : [{ start: end, end: to }]),
  ]);
  const hours: UsageSource = { from: "hours", start, end, except: inRows };
  return stretches.length === 0 ? [hours] : [hours, { from: "rows", stretches }];
};

/** Beyond this many hours that must come from rows, all of them do: it is not dearer any more. */
export const hoursInRowsMax = 400;

export const floorHour = (at: Instant): Instant => instant(Math.floor(at / hourMs) * hourMs);
export const ceilHour = (at: Instant): Instant => instant(Math.ceil(at / hourMs) * hourMs);

/** Ascending stretches; those that touch become one. */
const joinStretches = (stretches: readonly Stretch[]): readonly Stretch[] => {
  const joined: Stretch[] = [];
  for (const stretch of stretches) {
    const before = joined.at(-1);
    if (before === undefined || before.end !== stretch.start) joined.push(stretch);
    else joined[joined.length - 1] = { start: before.start, end: stretch.end };
  }
  return joined;
};

/** Whether a roll-up has all that the query asks of an hour. */
const isRolledUp = ({ aggregation, subjects, conditions, groups }: UsageScope): boolean => {
  if (aggregation === "latest" || aggregation === "unique_count") return false;
  const needsSubject = subjects !== null || groups.some(({ by }) => by !== "dimension");
  const needsDimensions = conditions.length > 0 || groups.some(({ by }) => by === "dimension");
  return !(needsSubject && needsDimensions);
};

/** The UTC hours inside of which a window begins; null when that is so for every hour. */
const cutHours = (windows: WindowPlan): readonly Instant[] | null => {
  if (windows.type === "listed") return hoursCutBy(windows.boundaries);
  const whole = windows.sizeMs % hourMs === 0 && windows.segments.every(({ offsetMs }) => offsetMs % hourMs === 0);
  return whole ? hoursCutBy(windows.segments.map(({ start }) => start)) : null;
};

const hoursCutBy = (boundaries: readonly Instant[]): readonly Instant[] =>
  boundaries.filter((at) => at % hourMs !== 0).map(floorHour);

const latest = (a: Instant | null, b: Instant | null): Instant | null => {
  if (a === null || b === null) return a ?? b;
  return a > b ? a : b;
};

/** Each subject once, with its customer: the first that names it. */
const listCustomers = (
  customers: readonly Readonly<{ id: string; subjects: readonly string[] }>[],
): Readonly<{ subjects: readonly string[]; ids: readonly string[] }> => {
  const idBySubject = new Map<string, string>();
  for (const { id, subjects } of customers) {
    for (const subject of subjects) if (!idBySubject.has(subject)) idBySubject.set(subject, id);
  }
  return { subjects: [...idBySubject.keys()], ids: [...idBySubject.values()] };
};

const intersect = (a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null => {
  if (a === null || b === null) return a ?? b;
  const others = new Set(b);
  return a.filter((text) => others.has(text));
};
