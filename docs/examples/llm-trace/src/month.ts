/** A calendar month in UTC, such as "2023-11". Text order is the order of time. */
export type Month = string;

export const monthOf = (at: string): Month => at.slice(0, 7);

export const startOf = (month: Month): string => `${month}-01T00:00:00Z`;

export const nextMonth = (month: Month): Month => {
  const start = new Date(startOf(month));
  start.setUTCMonth(start.getUTCMonth() + 1);
  return monthOf(start.toISOString());
};

/** The first month that does not begin before an instant. */
export const firstMonthFrom = (at: string): Month =>
  Date.parse(at) === Date.parse(startOf(monthOf(at))) ? monthOf(at) : nextMonth(monthOf(at));

/** The instant so many hours after a month began. */
export const hoursInto = (month: Month, hours: number): string =>
  new Date(Date.parse(startOf(month)) + hours * 3_600_000).toISOString().replace(".000Z", "Z");

/** What arrives until then is still on the invoice of a month: an hour after its end, the default of Meter's billing. */
export const collectedAt = (month: Month): number => Date.parse(hoursInto(nextMonth(month), 1));
