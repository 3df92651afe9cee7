import { type Instant, type Result } from "@meter/primitives";
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
import { type InvalidInput, invalidInput } from "../shared/invalid-input.ts";
import { checkPeriod } from "./query-meter.ts";

export type ListMeterSubjectsError = InvalidInput | MeterNotFound | TooManyGroups | UsageBehind | UsageNotAnswered;

/** Distinct subjects of events of the meter's type in [from, to), ascending by UTF-8 bytes; also of events that have no valid value. */
export const listMeterSubjects =
  (deps: FreshUsageDeps & Readonly<{ meters: Pick<MeterStore, "find">; reader: Pick<UsageReader, "subjects"> }>) =>
  async (
    namespace: string,
    idOrKey: string,
    period: Readonly<{ from: Instant | null; to: Instant | null }>,
    bound: AnswerBound = answerBounds.large,
  ): Promise<Result<readonly string[], ListMeterSubjectsError>> =>
    orUnavailable<readonly string[], ListMeterSubjectsError>(async () => {
      const found = await findLiveMeter(deps.meters, namespace, idOrKey);
      if (!found.ok) return found;
      const faults = checkPeriod(period);
      if (faults.length > 0) return invalidInput(...faults);
      const wait = await reachHead(deps);
      if (!wait.ok) return wait;
      return withinBound(deps.reader.subjects(namespace, found.value.meter.eventType, period, bound));
    });
