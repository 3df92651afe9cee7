import {
  findCurrency,
  parseDecimal,
  parseDuration,
  instant,
  parseInstant,
  parseTimeZone,
  utc,
  type Currency,
  type Decimal,
  type Instant,
  type IsoDuration,
  type Period,
  type Result,
  type TimeZone,
} from "@meter/primitives";
import { isArray, isObject, type Json, type JsonObject } from "../json.ts";
import type { Mismatch } from "../vector.ts";

/** The vector does not say what it must: no package was asked. */
export class Malformed extends Error {
  override readonly name = "Malformed";
  readonly mismatch: Mismatch;

  constructor(mismatch: Mismatch) {
    super(mismatch.at);
    this.mismatch = mismatch;
  }
}

/** A package refused what it was given; the message is its error in words. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** The value, or the refusal with its type in words: `total_is_negative` is "total is negative". */
export const accepted = <T>(result: Result<T, Readonly<{ type: string }>>): T => {
  if (!result.ok) throw new Refused(result.error.type.replaceAll("_", " "));
  return result.value;
};

export const textAt = (content: JsonObject, name: string): string => {
  const value = content[name];
  if (typeof value !== "string") throw new Malformed({ at: name, expected: "a text", found: value });
  return value;
};

/** null when the member is absent or null. */
export const optional = <T>(
  read: (content: JsonObject, name: string) => T,
  content: JsonObject,
  name: string,
): T | null => (content[name] === undefined || content[name] === null ? null : read(content, name));

export const flagAt = (content: JsonObject, name: string): boolean => {
  const value = content[name];
  if (typeof value !== "boolean") throw new Malformed({ at: name, expected: "true or false", found: value });
  return value;
};

/** One of the words. */
export const wordAt = <Word extends string>(content: JsonObject, name: string, words: readonly Word[]): Word => {
  const text = textAt(content, name);
  const word = words.find((one) => one === text);
  if (word === undefined) throw new Malformed({ at: name, expected: words.join(" or "), found: text });
  return word;
};

export const objectAt = (content: JsonObject, name: string): JsonObject => {
  const value = content[name];
  if (!isObject(value)) throw new Malformed({ at: name, expected: "an object", found: value });
  return value;
};

export const objectsAt = (content: JsonObject, name: string): readonly JsonObject[] => {
  const value = content[name];
  if (!isArray(value) || !value.every(isObject)) {
    throw new Malformed({ at: name, expected: "a list of objects", found: value });
  }
  return value;
};

export const instantAt = (content: JsonObject, name: string): Instant => toInstant(content[name], name);

/**
 * The whole second in which an instant lies. The reference cuts what it bills to the second, whatever its callers give; here
 * every instant counts to the millisecond, so that what it says of whole seconds is asked of whole seconds.
 */
export const secondAt = (content: JsonObject, name: string): Instant =>
  instant(Math.floor(instantAt(content, name) / 1_000) * 1_000);

/** A duration that cannot be read is a refusal, because there are vectors about that. */
export const durationAt = (content: JsonObject, name: string): IsoDuration =>
  accepted(parseDuration(textAt(content, name)));

export const decimalAt = (content: JsonObject, name: string): Decimal => {
  const parsed = parseDecimal(textAt(content, name));
  if (!parsed.ok) throw new Malformed({ at: name, expected: "a decimal number", found: content[name] });
  return parsed.value;
};

/** `[start, end]` or `{from, to}`. */
export const periodAt = (content: JsonObject, name: string): Period => {
  const value = content[name];
  if (isArray(value) && value.length === 2) {
    return { start: toInstant(value[0], `${name}[0]`), end: toInstant(value[1], `${name}[1]`) };
  }
  if (!isObject(value)) throw new Malformed({ at: name, expected: "a period", found: value });
  return { start: toInstant(value["from"], `${name}.from`), end: toInstant(value["to"], `${name}.to`) };
};

/** The currency of that code; a code that is nobody's has the digits that the vector gives in `precision`. */
export const currencyAt = (content: JsonObject, name: string): Currency => {
  const code = textAt(content, name);
  const precision = content["precision"];
  const currency = findCurrency(code);
  if (currency !== null) return currency;
  if (typeof precision !== "number" || !Number.isSafeInteger(precision) || precision < 0 || precision > 12) {
    throw new Malformed({ at: name, expected: "a known currency, or a precision", found: code });
  }
  return { code, minorUnits: precision };
};

/** `timeZone`, UTC when it is absent. */
export const timeZoneOf = (content: JsonObject): TimeZone => {
  const name = optional(textAt, content, "timeZone");
  return name === null ? utc : accepted(parseTimeZone(name));
};

const toInstant = (value: Json | undefined, at: string): Instant => {
  const parsed = typeof value === "string" ? parseInstant(value) : null;
  if (parsed === null || !parsed.ok) throw new Malformed({ at, expected: "an instant", found: value });
  return parsed.value;
};
