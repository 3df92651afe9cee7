import type { Client } from "./client.ts";
import { collectedAt, firstMonthFrom, hoursInto, type Month, nextMonth, startOf } from "./month.ts";

/** Meter's clock: its system's, or one that stands until it is set; `now` is null when nobody has set it yet. */
export type Clock = Readonly<{ mode: "system" | "manual"; now: string | null }>;

export const readClock = async (client: Client): Promise<Clock> => (await client.get("/api/v1/clock")) as Clock;

/** A customer whose billing failed, with the reason. */
export type Parked = Readonly<{ customerId: string; dueAt: string; reason: string }>;

/** Sets the clock, and waits until Meter has done what is due by then. The same instant again changes nothing. */
const setClock = async (client: Client, now: string): Promise<readonly Parked[]> => {
  const { status, body } = await client.put("/api/v1/clock", { now });
  if (status !== 200) throw new Error(`the clock cannot be set to ${now}: ${JSON.stringify(body)}`);
  return (body as Readonly<{ parked: readonly Parked[] }>).parked;
};

/** A clock that was never set is set to the beginning of a month; only then is there a time for anything else. */
export const startClock = async (client: Client, { now }: Clock, month: Month): Promise<void> => {
  if (now !== null) return;
  const { totalCount } = (await client.get("/api/v1/customers")) as Readonly<{ totalCount: number }>;
  if (totalCount !== 0)
    throw new Error(
      "this data was collected on the system's clock, so its months cannot be billed: start with --fresh",
    );
  await setClock(client, startOf(month));
};

/** Moves the clock, unless it stands there already, to where a month begins, and answers which. */
export const moveToMonth = async (client: Client): Promise<Month> => {
  const { now } = await readClock(client);
  if (now === null) throw new Error("the clock was not set");
  const month = firstMonthFrom(now);
  await setClock(client, startOf(month));
  return month;
};

/** Moves the clock to two hours after the end of a month, when its invoices are issued, unless it is there already. */
export const closeMonth = async (
  client: Client,
  month: Month,
): Promise<Readonly<{ now: string; parked: readonly Parked[] }>> => {
  const { now } = await readClock(client);
  const end = hoursInto(nextMonth(month), 2);
  const until = now === null || Date.parse(now) < Date.parse(end) ? end : now;
  return { now: until, parked: await setClock(client, until) }; // where it stands: what a stopped run left is done now
};

/** The months from `start` whose invoices are issued at `now`. */
export const closedMonths = (start: Month, now: string): readonly Month[] => {
  const months: Month[] = [];
  for (let month = start; collectedAt(month) <= Date.parse(now); month = nextMonth(month)) months.push(month);
  return months;
};
