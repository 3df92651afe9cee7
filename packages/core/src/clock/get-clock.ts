import type { Instant } from "@meter/primitives";
import type { Clock } from "../shared/clock.ts";
import type { ClockSetting } from "./clock-setting.ts";

/** `now` is null for a manual clock that was not set yet. */
export type ClockReading = Readonly<{ mode: "system"; now: Instant } | { mode: "manual"; now: Instant | null }>;

/** What the product takes for now, also when another process set it. */
export const getClock =
  (deps: Readonly<{ clock: Clock; clockSetting: ClockSetting }>) => async (): Promise<ClockReading> =>
    deps.clockSetting.mode === "system"
      ? { mode: "system", now: deps.clock.now() }
      : { mode: "manual", now: await deps.clockSetting.standing.load() };
