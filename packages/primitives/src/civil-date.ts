import { daysInMonth } from "./time.ts";

/** A date of the proleptic Gregorian calendar; month 1 to 12, day 1 to 31. */
export type CivilDate = Readonly<{ year: number; month: number; day: number }>;

/** The date that is `days` after 1970-01-01; the inverse of `daysFromCivil`. */
export const civilFromDays = (days: number): CivilDate => {
  // Eras of 400 years that begin on 1 March, so that the leap day comes last.
  const sinceMarch0000 = days + 719_468;
  const era = Math.floor(sinceMarch0000 / 146_097);
  const dayOfEra = sinceMarch0000 - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
};

/** The same day so many months later or earlier; the last day of that month when it is shorter. */
export const addMonths = ({ year, month, day }: CivilDate, months: number): CivilDate => {
  const index = year * 12 + (month - 1) + months;
  const newYear = Math.floor(index / 12);
  const newMonth = index - newYear * 12 + 1;
  return { year: newYear, month: newMonth, day: Math.min(day, daysInMonth(newYear, newMonth)) };
};
