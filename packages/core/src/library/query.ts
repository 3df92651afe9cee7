import { type FieldFault, type MeterDefinition, readDefinition } from "@meter/catalog";
import { type TextFilter, type WindowSize, windowSizes } from "@meter/metering";
import {
  err,
  formatDecimal,
  formatInstant,
  formatInstantInZone,
  type Instant,
  ok,
  type Result,
  utc,
} from "@meter/primitives";
import { unbounded } from "../metering/answer-bound.ts";
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { type MeterAnswer, type MeterQuery, queryMeter, type QueryMeterError } from "../metering/query-meter.ts";
import type { NoUsage } from "./failure.ts";
import type { LibraryDeps } from "./parts.ts";
import { membersOf, membersOfMap, readTexts, readTime, renameField, type Time } from "./reading.ts";

/** Which events count: all conditions must hold. */
export type UsageScope = Readonly<{
  /** [from, to); either may be absent. */
  from?: Time;
  to?: Time;
  /** One or several; default: all. */
  subject?: string | readonly string[];
  /** Values of dimensions: one, or one of several. */
  where?: Readonly<Record<string, string | readonly string[]>>;
}>;

export type UsageQuestion = UsageScope &
  Readonly<{
    /** `subject` or dimensions of the meter. */
    groupBy?: string | readonly string[];
    /** One row for each window of this size. */
    window?: WindowSize;
    /** IANA name, for windows; default: UTC. */
    timeZone?: string;
  }>;

/** One answer for [from, to) and one combination of group values; bounds are RFC 3339, `value` is an exact decimal. */
export type UsageAnswer = Readonly<{
  from: string;
  to: string;
  group: Readonly<Record<string, string>>;
  value: string;
}>;

const scopeMembers = ["from", "to", "subject", "where"] as const;
const questionMembers = [...scopeMembers, "groupBy", "window", "timeZone"] as const;

/** Rows ascend by window, then by group; a group or window without an event has none. */
export const query =
  (deps: LibraryDeps) =>
  async (meter: string, question: UsageQuestion = {}): Promise<Result<readonly UsageAnswer[], QueryMeterError>> => {
    const asked = readQuestion(question, questionMembers);
    if (!asked.ok) return invalidInput(...asked.error);
    const answer = await ask(deps, meter, asked.value);
    return answer.ok ? ok(toAnswers(answer.value)) : answer;
  };

/** One number for all that matches, as an exact decimal. What sums or counts is "0" without events. */
export const quantity =
  (deps: LibraryDeps) =>
  async (meter: string, scope: UsageScope = {}): Promise<Result<string, QueryMeterError | NoUsage>> => {
    const asked = readQuestion(scope, scopeMembers);
    if (!asked.ok) return invalidInput(...asked.error);
    const answer = await ask(deps, meter, asked.value);
    if (!answer.ok) return answer;
    const [row] = answer.value.rows;
    if (row !== undefined) return ok(formatDecimal(row.value));
    const { key, aggregation } = answer.value.meter;
    return isZeroOfNothing(aggregation) ? ok("0") : err({ type: "no_usage", meter: key, aggregation });
  };

const isZeroOfNothing = (aggregation: MeterDefinition["aggregation"]): boolean =>
  aggregation === "sum" || aggregation === "count" || aggregation === "unique_count";

const ask = async (
  { store, usage, log, monotonicNow, namespace }: LibraryDeps,
  meter: string,
  question: MeterQuery,
): Promise<Result<MeterAnswer, QueryMeterError>> => {
  const { reader, freshness } = usage;
  const deps = { meters: store.meters, customers: noCustomers, reader, freshness, log, monotonicNow };
  const answer = await queryMeter(deps)(namespace, meter, question, unbounded);
  return !answer.ok && answer.error.type === "invalid_input" ? withOurNames(answer.error) : answer;
};

/** No question of the library names one. */
const noCustomers = { findMany: async () => [] };

const withOurNames = ({ faults }: InvalidInput): Result<never, InvalidInput> =>
  invalidInput(...faults.map((one) => renameField({ windowTimeZone: "timeZone", filterGroupBy: "where" }, one)));

const readQuestion = (
  question: UsageQuestion,
  members: readonly string[],
): Result<MeterQuery, readonly FieldFault[]> => {
  const reader = readDefinition(question, members);
  const given = membersOf(question);
  const dimensions = membersOfMap(reader, "where", given["where"]).flatMap(([key, value]) => {
    const values = readTexts(reader, `where.${key}`, value);
    return values === null ? [] : [{ key, filter: { op: "in", values } satisfies TextFilter }];
  });
  const read: MeterQuery = {
    from: readTime(reader, "from", given["from"]),
    to: readTime(reader, "to", given["to"]),
    windowSize: reader.optionalChoice("window", windowSizes),
    timeZone: reader.optionalText("timeZone"),
    subjects: readTexts(reader, "subject", given["subject"]),
    customerIds: null,
    dimensions,
    groupBy: readTexts(reader, "groupBy", given["groupBy"]) ?? [],
  };
  return reader.finish(() => read);
};

const toAnswers = ({ rows, zone }: MeterAnswer): readonly UsageAnswer[] => {
  const format = (at: Instant): string => (zone === utc ? formatInstant(at) : formatInstantInZone(at, zone));
  return rows.map(({ windowStart, windowEnd, group, value }) => ({
    from: format(windowStart),
    to: format(windowEnd),
    group,
    value: formatDecimal(value),
  }));
};
