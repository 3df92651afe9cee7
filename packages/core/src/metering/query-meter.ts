import type { FieldFault, Meter } from "@meter/catalog";
import type { TextFilter, UsageQuery, UsageRow, WindowSize } from "@meter/metering";
import { err, type Instant, ok, parseTimeZone, type Result, type TimeZone, utc } from "@meter/primitives";
import { type Customer, type CustomerId, subjectsOf } from "../shared/customer.ts";
import type { CustomerStore } from "../shared/customer-store.ts";
import type { MeterStore } from "./meter-store.ts";
import type { AnswerBound, UsageReader } from "./usage-reader.ts";
import { answerBounds, type TooManyGroups, withinBound } from "./answer-bound.ts";
import {
  type FreshUsageDeps,
  orUnavailable,
  reachHead,
  type UsageBehind,
  type UsageNotAnswered,
} from "./fresh-usage.ts";
import { findLiveMeter, type MeterNotFound } from "./get-meter.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { resolveBuild, type UsageBuilding } from "./resolve-build.ts";

export type MeterQuery = Readonly<{
  from: Instant | null;
  to: Instant | null;
  windowSize: WindowSize | null;
  /** IANA name. Null: UTC. */
  timeZone: string | null;
  /** Null: all subjects. */
  subjects: readonly string[] | null;
  /** Null: no customer filter. Empty: nothing matches. */
  customerIds: readonly string[] | null;
  /** ANDed. */
  dimensions: readonly Readonly<{ key: string; filter: TextFilter }>[];
  /** `subject`, `customer_id` or keys of the meter's group-by. */
  groupBy: readonly string[];
}>;

export type QueryMeterError =
  | InvalidInput
  | MeterNotFound
  | Readonly<{ type: "customer_not_found"; customers: readonly string[] }>
  | TooManyGroups
  | UsageBehind
  | UsageBuilding
  | UsageNotAnswered;

export type MeterAnswer = Readonly<{ meter: Meter; zone: TimeZone; rows: readonly UsageRow[] }>;

export type QueryMeterDeps = FreshUsageDeps &
  Readonly<{
    meters: Pick<MeterStore, "find">;
    customers: Pick<CustomerStore, "findMany">;
    reader: Pick<UsageReader, "query">;
  }>;

/** A meter's usage. Sees every event that was acknowledged before the call. An answer beyond `bound` is refused. */
export const queryMeter =
  (deps: QueryMeterDeps) =>
  async (
    namespace: string,
    idOrKey: string,
    query: MeterQuery,
    bound: AnswerBound = answerBounds.large,
  ): Promise<Result<MeterAnswer, QueryMeterError>> =>
    orUnavailable<MeterAnswer, QueryMeterError>(async () => {
      const found = await findLiveMeter(deps.meters, namespace, idOrKey);
      if (!found.ok) return found;
      const zone = query.timeZone === null ? ok(utc) : parseTimeZone(query.timeZone);
      const faults = [...checkPeriod(query), ...checkGrouping(found.value.meter, query)];
      if (!zone.ok)
        return invalidInput(
          fault("windowTimeZone", "invalid_time_zone", `invalid time zone: ${query.timeZone}`),
          ...faults,
        );
      if (faults.length > 0) return invalidInput(...faults);

      const customers =
        query.customerIds === null ? ok(null) : await findCustomers(deps.customers, namespace, query.customerIds);
      if (!customers.ok) return customers;

      const wait = await reachHead(deps);
      if (!wait.ok) return wait;

      // Found again: while the call waited the meter may have been changed, or have switched to another build.
      const fresh = await findLiveMeter(deps.meters, namespace, found.value.meter.id);
      if (!fresh.ok) return fresh;
      const { meter } = fresh.value;
      const changed = checkGrouping(meter, query);
      if (changed.length > 0) return invalidInput(...changed);
      const build = await resolveBuild(deps.freshness, fresh.value, dimensionsOf(query), wait.value);
      if (!build.ok) return build;

      const usageQuery: UsageQuery = {
        from: query.from,
        to: query.to,
        notBefore: meter.eventFrom,
        window: query.windowSize === null ? null : { size: query.windowSize, zone: zone.value },
        subjects: query.subjects,
        customers: customers.value?.map((customer) => ({ id: customer.id, subjects: subjectsOf(customer) })) ?? null,
        dimensions: query.dimensions,
        groupBy: [...new Set(query.groupBy)],
      };
      const rows = await withinBound(deps.reader.query(build.value, usageQuery, [], { bound }));
      return rows.ok ? ok({ meter, zone: zone.value, rows: rows.value }) : rows;
    });

/** Also for other reads that take a period. */
export const checkPeriod = (period: Readonly<{ from: Instant | null; to: Instant | null }>): readonly FieldFault[] => {
  if (period.from === null || period.to === null || period.from < period.to) return [];
  if (period.from === period.to) return [fault("to", "empty_period", "from and to cannot be equal")];
  return [fault("from", "from_after_to", "from must be before to")];
};

const columns: readonly string[] = ["subject", "customer_id"];

/** What there is instead of a group-by that there is not. Also for other reads that name one. */
export const groupBysOf = (meter: Pick<Meter, "groupBy">, more: readonly string[] = []): string => {
  const keys = [...more, ...Object.keys(meter.groupBy)];
  return keys.length === 0 ? "the meter has none" : `there are: ${keys.join(", ")}`;
};

const checkGrouping = (meter: Meter, query: MeterQuery): readonly FieldFault[] => [
  ...query.groupBy
    .filter((key) => !columns.includes(key) && !Object.hasOwn(meter.groupBy, key))
    .map((key) =>
      fault(
        "groupBy",
        "invalid_group_by",
        `invalid group by: ${key}; ${groupBysOf(meter, query.customerIds === null ? ["subject"] : columns)}`,
      ),
    ),
  ...(query.groupBy.includes("customer_id") && query.customerIds === null
    ? [fault("groupBy", "customer_filter_required", "customer filter is required with customer_id group by")]
    : []),
  ...query.dimensions
    .filter(({ key }) => !Object.hasOwn(meter.groupBy, key))
    .map(({ key }) =>
      fault("filterGroupBy", "invalid_dimension_filter", `invalid group by filter: ${key}; ${groupBysOf(meter)}`),
    ),
];

const dimensionsOf = (query: MeterQuery): readonly string[] => [
  ...query.groupBy.filter((key) => !columns.includes(key)),
  ...query.dimensions.map(({ key }) => key),
];

/** Live customers of the ids, in the order given, each once. */
export const findCustomers = async (
  customers: Pick<CustomerStore, "findMany">,
  namespace: string,
  ids: readonly string[],
): Promise<Result<readonly Customer[], Readonly<{ type: "customer_not_found"; customers: readonly string[] }>>> => {
  const asked = [...new Set(ids as readonly CustomerId[])]; // only looked up: an id that is none finds nothing
  const found = asked.length === 0 ? [] : await customers.findMany(namespace, asked);
  const byId = new Map(found.filter(({ deletedAt }) => deletedAt === null).map((customer) => [customer.id, customer]));
  const missing = asked.filter((id) => !byId.has(id));
  if (missing.length > 0) return err({ type: "customer_not_found", customers: missing });
  return ok([...byId.values()].toSorted((a, b) => asked.indexOf(a.id) - asked.indexOf(b.id)));
};
