import { type Clock, type ClockSetting, type ClockStore, createStandingClock, type DueWork } from "@meter/core";
import { formatInstant } from "@meter/primitives";

/** What decides by time is handed this clock, and never the system's. */
export type ProductClock = Readonly<{ clock: Clock; clockSetting: ClockSetting }>;

/** The system's clock, or one that stands where it was set last. Rejects when the database does not answer. */
export const openProductClock = async (
  mode: ClockSetting["mode"],
  {
    systemClock,
    store,
    dueWork,
    say,
  }: Readonly<{ systemClock: Clock; store: ClockStore; dueWork: DueWork; say: (line: string) => void }>,
): Promise<ProductClock> => {
  if (mode === "system") return { clock: systemClock, clockSetting: { mode } };
  const standing = createStandingClock(store);
  const now = await standing.load();
  say(
    now === null
      ? "the clock is manual and not set: PUT /api/v1/clock sets it"
      : `the clock is manual and stands at ${formatInstant(now)}`,
  );
  return { clock: standing, clockSetting: { mode, standing, dueWork } };
};
