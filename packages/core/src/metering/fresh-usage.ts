import { err, ok, type Result } from "@meter/primitives";
import type { EventLogHead } from "../shared/event-log.ts";
import type { UsageFreshness } from "./freshness.ts";
import { UsageUnavailable } from "./usage-reader.ts";
import type { MonotonicNow } from "../shared/sources.ts";

/** How long a read waits, in all, until usage is where it must be. */
export const usageWaitMs = 10_000;

export type FreshUsageDeps = Readonly<{ freshness: UsageFreshness; log: EventLogHead; monotonicNow: MonotonicNow }>;

export type UsageBehind = Readonly<{ type: "usage_behind" }>;
export type UsageNotAnswered = Readonly<{ type: "usage_unavailable"; reason: string }>;

/** Time that is left of `usageWaitMs`. */
export type Wait = Readonly<{ restMs: () => number }>;

/** Waits until every event that was acknowledged before this call is in usage. */
export const reachHead = async (deps: FreshUsageDeps): Promise<Result<Wait, UsageBehind>> => {
  const startedAt = deps.monotonicNow();
  const restMs = () => Math.max(0, usageWaitMs - (deps.monotonicNow() - startedAt));
  const reached = await deps.freshness.reach(await deps.log.head(), restMs());
  return reached ? ok({ restMs }) : err({ type: "usage_behind" });
};

/** No answer is not zero: an engine that cannot answer makes the read fail. */
export const orUnavailable = async <T, E>(
  ask: () => Promise<Result<T, E>>,
): Promise<Result<T, E | UsageNotAnswered>> => {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof UsageUnavailable) return err({ type: "usage_unavailable", reason: cause.message });
    throw cause;
  }
};
