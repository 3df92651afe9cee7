import type { AnswerBound, LogPosition } from "@meter/core";
import type { MeterBuild, UsageQuery, UsageRow, UsageTotals, WindowPlan } from "@meter/metering";
import { finishRows, planWindows } from "@meter/metering";
import type { Instant, Period } from "@meter/primitives";
import { assert, instant } from "@meter/primitives";
import type { Connection } from "./connection.ts";
import { readWithin } from "./read-within.ts";
import { toInstant, toInteger } from "./rows.ts";
import { mapInTurns } from "./turns.ts";
import {
  ceilHour,
  floorHour,
  hoursInRowsMax,
  planRows,
  planSources,
  toScope,
  type UsageScope,
  type UsageSource,
} from "./usage-plan.ts";
import { toExtentStatement, toHoursAboveStatement, toTotalsStatement } from "./usage-sql.ts";

/** Windows of a period that is given are computed without asking where data lies, up to this length. */
const plannedPeriodMsMax = 400 * 86_400_000;

/**
 * What `queryUsage` answers for the entries in the tables. `at`: entries at or above these positions are not seen. An answer
 * beyond `bound` rejects with AnswerTooLarge.
 */
export const queryTables = async (
  connection: Pick<Connection, "read">,
  build: MeterBuild,
  query: UsageQuery,
  at: readonly LogPosition[],
  bound?: AnswerBound,
): Promise<readonly UsageRow[]> => {
  const { window } = query;
  const scope = toScope(build, query);
  const period = scope === null || window === null ? null : await findPeriod(connection, scope);
  if (scope === null || (window !== null && period === null)) return answerNothing(build, query);
  const windows = window === null || period === null ? null : planWindows(window.size, window.zone, period);
  // What arrives from here on may lie outside of the windows: it is not part of this answer.
  const within = period === null ? scope : { ...scope, from: period.start, to: period.end };
  const totals = await readTotals(connection, within, windows, { at, bound });
  // Each row stands for itself, and they come in order: so they are finished in slices.
  const slices = Array.from({ length: Math.max(1, Math.ceil(totals.length / sliceRows)) }, (_, index) =>
    totals.slice(index * sliceRows, (index + 1) * sliceRows),
  );
  return (await mapInTurns(slices, (slice) => finishRows(build.aggregation, query, windows, slice))).flat();
};

/** Some milliseconds of computing. */
const sliceRows = 500;

const answerNothing = (build: MeterBuild, query: UsageQuery): readonly UsageRow[] => {
  const { window } = query;
  const nothing = { start: instant(0), end: instant(0) };
  return finishRows(
    build.aggregation,
    query,
    window === null ? null : planWindows(window.size, window.zone, nothing),
    [],
  );
};

/** What the windows must cover: the period asked for, or where it is open or long, the hours with data. Null when there are none. */
const findPeriod = async (connection: Pick<Connection, "read">, scope: UsageScope): Promise<Period | null> => {
  const { from, to } = scope;
  if (from !== null && to !== null && to - from <= plannedPeriodMsMax) return { start: from, end: to };
  const [row] = await connection.read(toExtentStatement(scope));
  assert(row !== undefined, "an aggregate without groups is one row");
  const [count, first, last] = row;
  if (toInteger(count) === 0) return null;
  const start = Math.max(from ?? -Infinity, floorHour(toInstant(first)));
  const end = Math.min(to ?? Infinity, ceilHour(instant(toInteger(last) + 1)));
  return start < end ? { start: instant(start), end: instant(end) } : null;
};

const readTotals = async (
  connection: Pick<Connection, "read">,
  scope: UsageScope,
  windows: WindowPlan | null,
  { at, bound }: Readonly<{ at: readonly LogPosition[]; bound: AnswerBound | undefined }>,
): Promise<readonly UsageTotals[]> => {
  const ask = async (
    sources: readonly UsageSource[],
  ): Promise<readonly ReturnType<ReturnType<typeof toTotalsStatement>["fromRow"]>[]> => {
    const { statement, fromRow } = toTotalsStatement(scope, windows, sources, at);
    return await mapInTurns(await readWithin(connection, statement, bound), fromRow);
  };
  const answer = await ask(await chooseSources(connection, scope, windows, at));
  // An entry above the position came into an hour after its hours were listed: rare, and rows know each entry's position.
  const settled = answer.some(({ above }) => above) ? await ask(planRows(scope)) : answer;
  return settled.map(({ totals }) => totals);
};

/** At a position, hours that hold something above it come from rows. */
const chooseSources = async (
  connection: Pick<Connection, "read">,
  scope: UsageScope,
  windows: WindowPlan | null,
  at: readonly LogPosition[],
): Promise<readonly UsageSource[]> => {
  const sources = planSources(scope, windows);
  if (at.length === 0 || sources.every(({ from }) => from === "rows")) return sources;
  const above = await connection.read(toHoursAboveStatement(scope, at, hoursInRowsMax + 1));
  return planSources(
    scope,
    windows,
    above.map(([hour]): Instant => toInstant(hour)),
  );
};
