import type { JsonObject } from "../json.ts";
import type { PureAdapter } from "../vector.ts";
import { judgePeriodGeneration } from "./billing-periods.ts";
import { judgeCadenceAlignment, judgeDurationAdd, judgeDurationDivisible } from "./durations.ts";
import { outcomeOf, type Judge } from "./judge.ts";
import { judgeCurrencyRounding, judgeFiatConversion, judgeWeightedAllocation } from "./money.ts";
import { judgeProration, judgeProrationAtSubscriptionEnd } from "./proration.ts";
import {
  judgeRecurrence,
  judgeRecurrenceNext,
  judgeRecurrencePeriod,
  judgeRecurrencePrevious,
  judgeUsagePeriodAt,
} from "./recurrences.ts";

/** The adapter of a vector about calendar or money; null for another kind. */
export const calendarAdapterOf = (content: JsonObject): PureAdapter | null => {
  const kind = content["kind"];
  const judge = typeof kind === "string" ? judgesByKind.get(kind) : undefined;
  return typeof kind !== "string" || judge === undefined ? null : { kind, run: (given) => outcomeOf(judge, given) };
};

const judgesByKind: ReadonlyMap<string, Judge> = new Map([
  ["duration_add", judgeDurationAdd],
  ["duration_divisible", judgeDurationDivisible],
  ["recurrence_period", judgeRecurrencePeriod],
  ["recurrence_next", judgeRecurrenceNext],
  ["recurrence_prev", judgeRecurrencePrevious],
  ["recurrence", judgeRecurrence],
  ["usage_period_at", judgeUsagePeriodAt],
  ["period_generation", judgePeriodGeneration],
  ["cadence_alignment", judgeCadenceAlignment],
  ["proration", judgeProration],
  ["proration_subscription_end", judgeProrationAtSubscriptionEnd],
  ["currency_rounding", judgeCurrencyRounding],
  ["weighted_allocation", judgeWeightedAllocation],
  ["fiat_conversion", judgeFiatConversion],
]);
