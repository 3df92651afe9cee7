import { outcomeOf, type Judge } from "../calendar/judge.ts";
import type { JsonObject } from "../json.ts";
import type { PureAdapter } from "../vector.ts";
import { judgePhaseIteration } from "./phase-iteration.ts";
import { judgeProrationAtEnd } from "./proration-at-end.ts";
import { judgePlanStatus, judgeSubscriptionStatus } from "./statuses.ts";
import { judgeSyncLines } from "./sync-lines.ts";
import { judgeTimeline } from "./timeline.ts";
import { judgeValidation, isCatalogValidation } from "./validation.ts";

/** The adapter of a vector about plans, subscriptions or what they bill when; null for another kind. */
export const subscriptionAdapterOf = (content: JsonObject): PureAdapter | null => {
  const kind = content["kind"];
  if (typeof kind !== "string") return null;
  const judge = kind === "validation" && !isCatalogValidation(content) ? undefined : judgesByKind.get(kind);
  return judge === undefined ? null : { kind, run: (given) => outcomeOf(judge, given) };
};

const judgesByKind: ReadonlyMap<string, Judge> = new Map([
  ["plan_status", judgePlanStatus],
  ["subscription_status", judgeSubscriptionStatus],
  ["subscription_timeline", judgeTimeline],
  ["subscription_phase_iteration", judgePhaseIteration],
  ["sync_lines", judgeSyncLines],
  ["proration_subscription_end", judgeProrationAtEnd],
  ["validation", judgeValidation],
]);
