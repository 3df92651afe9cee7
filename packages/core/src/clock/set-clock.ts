import { eventLimits } from "@meter/events";
import { err, formatInstant, type Instant, ok, type Result } from "@meter/primitives";
import type { ParkedWork } from "./due-work.ts";
import type { ClockBackwards } from "./standing-clock.ts";
import type { ClockSetting } from "./clock-setting.ts";
import { fault, type InvalidInput, invalidInput } from "../shared/invalid-input.ts";

/** The clock of the product is the system's, which nobody sets. */
export type ClockNotManual = Readonly<{ type: "clock_not_manual" }>;

export type SetClockError = InvalidInput | ClockBackwards | ClockNotManual;

export type SetClock = (
  now: Instant,
) => Promise<Result<Readonly<{ now: Instant; parked: readonly ParkedWork[] }>, SetClockError>>;

/**
 * Sets the manual clock, then does everything that is due by then; what failed is answered as parked. From the moment it is
 * set everybody else sees the new time. Calls of one process take turns, so that due work runs in order. Repeating a call,
 * after a failure or a crash, goes on with what is left.
 */
export const setClock = ({ clockSetting }: Readonly<{ clockSetting: ClockSetting }>): SetClock => {
  const inTurn = createTurns();
  return async (now) => {
    if (clockSetting.mode === "system") return err({ type: "clock_not_manual" });
    if (now < eventLimits.timeMin || now >= eventLimits.timeEnd)
      return invalidInput(fault("now", "out_of_range", range));
    return inTurn(async () => {
      const set = await clockSetting.standing.set(now);
      if (!set.ok) return set;
      const { parked } = await clockSetting.dueWork.runUntil(now);
      return ok({ now, parked });
    });
  };
};

/** That of event times, because now is the time of an event that names none. */
const range = `now must be from ${formatInstant(eventLimits.timeMin)} to before ${formatInstant(eventLimits.timeEnd)}`;

/** Each piece of work begins when the one before it has ended, however that was. */
const createTurns = (): (<T>(work: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
};
