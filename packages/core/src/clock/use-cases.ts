import type { ClockSetting } from "./clock-setting.ts";
import type { Clock } from "../shared/clock.ts";
import { getClock } from "./get-clock.ts";
import { setClock } from "./set-clock.ts";

export type ClockDeps = Readonly<{
  clock: Clock;
  clockSetting: ClockSetting;
}>;

/** Each verb with its parts in place. */
export type ClockUseCases = Readonly<{
  getClock: ReturnType<typeof getClock>;
  setClock: ReturnType<typeof setClock>;
}>;

export const createClockUseCases = (deps: ClockDeps): ClockUseCases => ({
  getClock: getClock(deps),
  setClock: setClock(deps),
});
