import type { FieldFault, Meter } from "@meter/catalog";
import { type Instant, instant, type Period, type Result } from "@meter/primitives";
import type { Clock } from "../shared/clock.ts";
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
import { checkPeriod, groupBysOf } from "./query-meter.ts";
import { resolveBuild, type UsageBuilding } from "./resolve-build.ts";

export type ListGroupByValuesError =
  | InvalidInput
  | MeterNotFound
  | TooManyGroups
  | UsageBehind
  | UsageBuilding
  | UsageNotAnswered;

const dayMs = 86_400_000;
const defaultPeriodMs = dayMs;
const periodMsMax = 30 * dayMs;
const ageMsMax = 90 * dayMs;

/**
 * Distinct values of one dimension in [from, to), ascending by UTF-8 bytes, "" included. Without both bounds the last
 * day; only `to`: the 30 days before it. At most 30 days long, and `from` less than 90 days ago.
 */
export const listGroupByValues =
  (
    deps: FreshUsageDeps &
      Readonly<{ meters: Pick<MeterStore, "find">; reader: Pick<UsageReader, "dimensionValues">; clock: Clock }>,
  ) =>
  async (
    namespace: string,
    idOrKey: string,
    key: string,
    asked: Readonly<{ from: Instant | null; to: Instant | null }>,
    bound: AnswerBound = answerBounds.large,
  ): Promise<Result<readonly string[], ListGroupByValuesError>> =>
    orUnavailable<readonly string[], ListGroupByValuesError>(async () => {
      const found = await findLiveMeter(deps.meters, namespace, idOrKey);
      if (!found.ok) return found;
      const now = deps.clock.now();
      const period = toPeriod(asked, now);
      const faults = [
        ...(Object.hasOwn(found.value.meter.groupBy, key) ? [] : [unknownGroupBy(found.value.meter, key)]),
        ...checkPeriod(asked),
        ...(period.start <= now - ageMsMax ? [fault("from", "too_old", "from must be less than 90 days ago")] : []),
        ...(period.end - period.start > periodMsMax
          ? [fault("from", "period_too_long", "the period must not be longer than 30 days")]
          : []),
      ];
      if (faults.length > 0) return invalidInput(...faults);

      const wait = await reachHead(deps);
      if (!wait.ok) return wait;
      const fresh = await findLiveMeter(deps.meters, namespace, found.value.meter.id);
      if (!fresh.ok) return fresh;
      if (!Object.hasOwn(fresh.value.meter.groupBy, key)) return invalidInput(unknownGroupBy(fresh.value.meter, key));
      const build = await resolveBuild(deps.freshness, fresh.value, [key], wait.value);
      if (!build.ok) return build;
      return withinBound(deps.reader.dimensionValues(build.value, key, { from: period.start, to: asked.to }, bound));
    });

const unknownGroupBy = (meter: Pick<Meter, "groupBy">, key: string): FieldFault =>
  fault("groupByKey", "invalid_group_by", `invalid group by: ${key}; ${groupBysOf(meter)}`);

const toPeriod = (asked: Readonly<{ from: Instant | null; to: Instant | null }>, now: Instant): Period => {
  if (asked.from !== null) return { start: asked.from, end: asked.to ?? now };
  if (asked.to !== null) return { start: instant(asked.to - periodMsMax), end: asked.to };
  return { start: instant(now - defaultPeriodMs), end: now };
};
