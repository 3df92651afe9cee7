import type { Aggregation } from "@meter/catalog";
import type { LogPosition } from "@meter/core";
import type { UsageTotals, WindowPlan } from "@meter/metering";
import type { Instant } from "@meter/primitives";
import { assert } from "@meter/primitives";
import type { Row } from "./connection.ts";
import { toDecimal, toInstant, toInteger, toText } from "./rows.ts";
import { usageTable } from "./schema.ts";
import { createParameters, type Parameters, type Statement } from "./statement.ts";
import { joinConditions, toSqlCondition } from "./text-filter-sql.ts";
import { ceilHour, floorHour, type Stretch, type UsageGroup, type UsageScope, type UsageSource } from "./usage-plan.ts";

/**
 * A total that is computed from rows (or from a roll-up, which the engine puts in place of the rows when hour, group and
 * conditions allow) and, where an answer has two sources, joined from both.
 */
type Total = Readonly<{ field: TotalField; from: string; join: string }>;
type TotalField = "count" | "firstTime" | "lastTime" | "valueCount" | "sum" | "min" | "max" | "latest" | "unique";

const bounds: readonly Total[] = [
  { field: "count", from: "count()", join: "sum" },
  { field: "firstTime", from: "toUnixTimestamp64Milli(min(time))", join: "min" },
  { field: "lastTime", from: "toUnixTimestamp64Milli(max(time))", join: "max" },
];
const valueCount: Total = { field: "valueCount", from: "count(value)", join: "sum" };
const sum: Total = { field: "sum", from: "sum(value)", join: "sum" };

/** A sum overflows beyond 46 integer digits, which takes 10^8 entries of the largest value there can be. */
const totalsOf: Readonly<Record<Aggregation, readonly Total[]>> = {
  count: bounds,
  sum: [...bounds, valueCount, sum],
  avg: [...bounds, valueCount, sum],
  min: [...bounds, { field: "min", from: "min(value)", join: "min" }],
  max: [...bounds, { field: "max", from: "max(value)", join: "max" }],
  latest: [
    ...bounds,
    {
      field: "latest",
      from: "argMaxOrNullIf(assumeNotNull(value), (time, ifNull(text, ''), assumeNotNull(value)), isNotNull(value))",
      join: "any",
    },
  ],
  unique_count: [...bounds, { field: "unique", from: "uniqExact(text)", join: "sum" }],
};

/** `fromRow` reads a row of the answer: window start (with windows), groups, totals. `above`: see `toTotalsStatement`. */
export type TotalsStatement = Readonly<{
  statement: Statement;
  fromRow: (row: Row) => Readonly<{ totals: UsageTotals; above: boolean }>;
}>;

/**
 * The totals of each group and window, ordered by window and groups as bytes. `at`: rows at or above these positions are not seen. A roll-up cannot leave out
 * single entries; it says instead (`above`) that it has seen one at or above a position, and then the answer is void.
 */
export const toTotalsStatement = (
  scope: UsageScope,
  windows: WindowPlan | null,
  sources: readonly UsageSource[],
  at: readonly LogPosition[],
): TotalsStatement => {
  const parameters = createParameters();
  const totals = totalsOf[scope.aggregation];
  const keys = [...(windows === null ? [] : ["window_start"]), ...scope.groups.map((_, index) => `group_${index + 1}`)];
  const where = createFilter(scope, parameters);
  const groups = scope.groups.map((group) => toGroupExpression(group, parameters));
  const windowOf = windows === null ? null : createWindowExpression(windows, parameters);
  const joined = sources.length > 1 || (at.length > 0 && sources.some(({ from }) => from === "hours"));

  const selects = sources.map((source) => {
    const positional = source.from === "hours" && at.length > 0;
    const time = source.from === "hours" ? hourAsMs : timeAsMs;
    const expressions = [...(windowOf === null ? [] : [windowOf(time)]), ...groups];
    const above = positional ? `toUInt8(${toAboveCondition(at, "max(offset)", parameters)})` : "toUInt8(0)";
    return toSelect({
      columns: [
        ...keys.map((key, index) => `${expressions[index]} AS ${key}`),
        ...totals.map((total) => `${total.from} AS ${totalAlias(total)}`),
        ...(joined ? [`${above} AS above`] : []),
      ],
      from: usageTable,
      where: [
        ...where,
        toSourceCondition(source, parameters),
        ...(source.from === "rows" && at.length > 0 ? [`NOT ${toAboveCondition(at, "offset", parameters)}`] : []),
      ],
      groupBy: positional ? [...keys, "log", "partition"] : keys,
    });
  });
  return {
    statement: {
      name: "usage totals",
      sql: [
        joined ? joinSources(selects, keys, totals) : selects.join(),
        ...(keys.length === 0 ? [] : [`ORDER BY ${keys.join(", ")}`]),
      ].join("\n"),
      parameters: parameters.values(),
    },
    fromRow: (row) => ({
      totals: fromTotalsRow(row, { windowed: windows !== null, groupCount: groups.length, totals }),
      above: joined && row.at(-1) === 1,
    }),
  };
};

/**
 * The stretch outside of which nothing matches, out of the roll-ups where they know the scope: a count, and the first and
 * last entry's time in milliseconds. The period is taken in whole hours, so both may lie a little outside of it.
 */
export const toExtentStatement = (scope: UsageScope): Statement => {
  const parameters = createParameters();
  const sql = toSelect({
    columns: ["count()", "toUnixTimestamp64Milli(min(time))", "toUnixTimestamp64Milli(max(time))"],
    from: usageTable,
    where: [...createFilter(scope, parameters), toHoursCondition(hoursAround(scope), parameters)],
    groupBy: [],
  });
  return { name: "usage extent", sql, parameters: parameters.values() };
};

/** The hours (as milliseconds) that hold a matching entry at or above a position, at most `limit` of them. */
export const toHoursAboveStatement = (scope: UsageScope, at: readonly LogPosition[], limit: number): Statement => {
  const parameters = createParameters();
  const cells = toSelect({
    columns: [`${hourAsMs} AS hour_ms`, "log", "partition", "max(offset) AS highest"],
    from: usageTable,
    where: [...createFilter(scope, parameters), toHoursCondition(hoursAround(scope), parameters)],
    groupBy: ["hour_ms", "log", "partition"],
  });
  const above = toAboveCondition(at, "highest", parameters);
  const sql = `SELECT DISTINCT hour_ms\nFROM (\n${cells}\n)\nWHERE ${above}\nLIMIT ${parameters.integer("limit", limit)}`;
  return { name: "hours above", sql, parameters: parameters.values() };
};

const hoursAround = ({ from, to }: UsageScope): Stretch => ({
  start: from === null ? null : floorHour(from),
  end: to === null ? null : ceilHour(to),
});

const toSelect = ({
  columns,
  from,
  where,
  groupBy,
}: Readonly<{
  columns: readonly string[];
  from: string;
  where: readonly string[];
  groupBy: readonly string[];
}>): string =>
  [
    `SELECT ${columns.join(", ")}`,
    `FROM ${from}`,
    `WHERE ${where.filter((condition) => condition !== "true").join("\n  AND ")}`,
    ...(groupBy.length === 0 ? [] : [`GROUP BY ${groupBy.join(", ")}`]),
  ].join("\n");

const timeAsMs = "toUnixTimestamp64Milli(time)";
const hour = "toStartOfHour(time)";
const hourAsMs = `(toInt64(toUnixTimestamp(${hour})) * 1000)`;

const totalAlias = ({ field }: Total): string =>
  `total_${field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

/** Each source answers for other entries, so a group's totals add up. */
const joinSources = (selects: readonly string[], keys: readonly string[], totals: readonly Total[]): string =>
  toSelect({
    columns: [...keys, ...totals.map((total) => `${total.join}(${totalAlias(total)})`), "max(above)"],
    from: `(\n${selects.join("\nUNION ALL\n")}\n)`,
    // Without keys a source that matches nothing still answers, with times of 1970: they must not become bounds.
    where: ["total_count > 0"],
    groupBy: keys,
  });

const createFilter = (scope: UsageScope, parameters: Parameters): readonly string[] => [
  `namespace = ${parameters.text("namespace", scope.namespace)}`,
  `build = ${parameters.text("build", scope.build)}`,
  ...(scope.subjects === null ? [] : [`subject IN ${parameters.texts("subjects", scope.subjects)}`]),
  ...scope.conditions.map(({ dimension, filter }) =>
    toSqlCondition(filter, dimensionAt(dimension, parameters), parameters),
  ),
];

/** Whether an offset lies at or above the position of its log and partition. Those that have no position are below everything. */
const toAboveCondition = (at: readonly LogPosition[], offset: string, parameters: Parameters): string => {
  const conditions = at.map((position) => {
    const log = parameters.text("at_log", position.log);
    const partition = parameters.integer("at_partition", position.partition);
    return `(log = ${log} AND partition = ${partition} AND ${offset} >= ${parameters.integer("at_offset", position.offset)})`;
  });
  return `(${conditions.join(" OR ")})`;
};

const dimensionAt = (dimension: number, parameters: Parameters): string =>
  `dims[${parameters.integer("dimension", dimension + 1)}]`;

const toGroupExpression = (group: UsageGroup, parameters: Parameters): string => {
  switch (group.by) {
    case "subject":
      return "subject";
    case "customer":
      return `transform(subject, ${parameters.texts("customer_subjects", group.subjects)}, ${parameters.texts("customer_ids", group.ids)}, '')`;
    case "dimension":
      return dimensionAt(group.dimension, parameters);
  }
};

/**
 * The start of the window that holds an instant, from the plan's numbers alone. In a stretch of constant offset that is
 * time − ((time + offset) mod size), with a remainder that is never negative (near 1970 the sum may be), and not before
 * the stretch. The first stretch begins a window before the plan's period, so that alone it never cuts one.
 */
const createWindowExpression = (windows: WindowPlan, parameters: Parameters): ((time: string) => string) => {
  if (windows.type === "listed") {
    const boundaries = parameters.integers("boundaries", windows.boundaries);
    return (time) => `roundDown(${time}, ${boundaries})`;
  }
  const starts = windows.segments.map(({ start }) => start);
  const offsets = windows.segments.map(({ offsetMs }) => offsetMs);
  const size = parameters.integer("window_size", windows.sizeMs);
  const floorWithin = (time: string, offset: string): string =>
    `${time} - toInt64(positiveModulo(${time} + ${offset}, ${size}))`;
  const [only, ...others] = offsets;
  assert(only !== undefined, "a regular window plan has a segment");
  if (others.length === 0) {
    const offset = parameters.integer("segment_offset", only);
    return (time) => floorWithin(time, offset);
  }
  const [startList, offsetList] = [
    parameters.integers("segment_starts", starts),
    parameters.integers("segment_offsets", offsets),
  ];
  return (time) => {
    const segment = `roundDown(${time}, ${startList})`;
    return `greatest(${segment}, ${floorWithin(time, `transform(${segment}, ${startList}, ${offsetList}, toInt64(0))`)})`;
  };
};

const toSourceCondition = (source: UsageSource, parameters: Parameters): string => {
  if (source.from === "hours") {
    const except = source.except.map((at) => at / 1000);
    return joinConditions(
      [
        toHoursCondition(source, parameters),
        ...(except.length === 0
          ? []
          : [`toInt64(toUnixTimestamp(${hour})) NOT IN ${parameters.integers("except_hours", except)}`]),
      ].filter((condition) => condition !== "true"),
      "AND",
    );
  }
  if (source.stretches === null) return "true";
  return joinConditions(
    source.stretches.map((stretch) => toStretchCondition(stretch, parameters)),
    "OR",
  );
};

/** Says what `toStretchCondition` says, for bounds at whole hours and in the words of the roll-ups. */
const toHoursCondition = ({ start, end }: Stretch, parameters: Parameters): string => {
  const at = (bound: Instant): string => `toDateTime(${parameters.integer("hour", bound / 1000)}, 'UTC')`;
  return joinConditions(
    [...(start === null ? [] : [`${hour} >= ${at(start)}`]), ...(end === null ? [] : [`${hour} < ${at(end)}`])],
    "AND",
  );
};

const toStretchCondition = ({ start, end }: Stretch, parameters: Parameters): string =>
  joinConditions(
    [
      ...(start === null ? [] : [`time >= fromUnixTimestamp64Milli(${parameters.integer("from", start)}, 'UTC')`]),
      ...(end === null ? [] : [`time < fromUnixTimestamp64Milli(${parameters.integer("to", end)}, 'UTC')`]),
    ],
    "AND",
  );

const fromTotalsRow = (
  row: Row,
  { windowed, groupCount, totals }: Readonly<{ windowed: boolean; groupCount: number; totals: readonly Total[] }>,
): UsageTotals => {
  const groupsFrom = windowed ? 1 : 0;
  const totalsFrom = groupsFrom + groupCount;
  const valueOf = (field: TotalField): unknown => {
    const index = totals.findIndex((total) => total.field === field);
    return index < 0 ? null : row[totalsFrom + index];
  };
  return {
    windowStart: windowed ? toInstant(row[0]) : null,
    group: row.slice(groupsFrom, totalsFrom).map(toText),
    count: toInteger(valueOf("count")),
    firstTime: toInstant(valueOf("firstTime")),
    lastTime: toInstant(valueOf("lastTime")),
    valueCount: toInteger(valueOf("valueCount") ?? 0),
    sum: toDecimal(valueOf("sum")),
    min: toDecimal(valueOf("min")),
    max: toDecimal(valueOf("max")),
    latest: toDecimal(valueOf("latest")),
    unique: toInteger(valueOf("unique") ?? 0),
  };
};
