import {
  assert,
  type Decimal,
  formatDecimal,
  type Instant,
  instant,
  type IsoDuration,
  parseDecimal,
  parseDuration,
} from "@meter/primitives";
import { type RawBuilder, sql } from "kysely";

/**
 * A `timestamptz`. Written as UTC text and not as a Date, which the driver would write in local time with an offset cut
 * to minutes: off by seconds for zones and years in which offsets had seconds.
 */
export const toDbInstant = (at: Instant): RawBuilder<Date> => sql<Date>`${timestampText(at)}::timestamptz`;

export const toDbInstantOrNull = (at: Instant | null): RawBuilder<Date> | null =>
  at === null ? null : toDbInstant(at);

export const fromDbInstant = (date: Date): Instant => instant(date.getTime());

export const fromDbInstantOrNull = (date: Date | null): Instant | null => (date === null ? null : fromDbInstant(date));

/** A `numeric` without a declared precision: every digit survives. It never becomes a JavaScript number. */
export const toDbDecimal = (value: Decimal): string => formatDecimal(value);

/** At the smallest scale that holds it. Throws on what is no number: NaN and the infinities. */
export const fromDbDecimal = (text: string): Decimal => {
  const parsed = parseDecimal(text, numericLimits);
  assert(parsed.ok, `a stored number that is no decimal: ${text.slice(0, 100)}`);
  return parsed.value;
};

/** What a `numeric` holds. */
const numericLimits = { integerDigitsMax: 131_072, fractionDigitsMax: 16_383 };

/** Throws on a text that `formatDuration` does not write. */
export const fromDbDuration = (text: string): IsoDuration => {
  const parsed = parseDuration(text);
  assert(parsed.ok, `a stored duration that does not parse: ${text.slice(0, 100)}`);
  return parsed.value;
};

/** `json` keeps the text, with its order of keys and escaped NULs. */
export const toDbJson = (value: unknown): RawBuilder<unknown> | null =>
  value === null ? null : sql`${JSON.stringify(value)}::json`;

/** `jsonb` is the canonical form: equal values are equal bytes. It refuses NULs. */
export const toDbJsonb = (value: unknown): RawBuilder<unknown> => sql`${JSON.stringify(value)}::jsonb`;

/** `text[]` for `= any(…)`. */
export const textArray = (values: readonly string[]): RawBuilder<string[]> => sql<string[]>`${values}::text[]`;

/** Postgres text holds every character but NUL: a text with one equals nothing that is stored. */
export const isStorable = (text: string): boolean => !text.includes("\0");

/** A text that may quote anything, for people: a NUL, which Postgres does not hold, becomes U+FFFD. */
export const toDbReason = (text: string): string => text.replaceAll("\0", "\uFFFD");

const timestampText = (at: Instant): string => {
  const iso = new Date(at).toISOString();
  const [, year = "", rest = ""] = /^([+-]\d{6}|\d{4})(.*)$/.exec(iso) ?? [];
  const number = Number(year);
  const digits = (n: number): string => String(n).padStart(4, "0");
  // there is no year 0 in Postgres: it is 1 BC
  return number > 0 ? `${digits(number)}${rest}` : `${digits(1 - number)}${rest} BC`;
};
