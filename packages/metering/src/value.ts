import { formatDecimal, parseDecimal } from "@meter/primitives";
import type { JsonFound } from "@meter/primitives";

/**
 * The quantity of a numeric aggregation as canonical decimal text; null when there is none: not a number nor a string
 * that spells one, or more digits than `quantityLimits` allows. "1e3", "+5", ".5", "5." and "-2.5" spell numbers; " 12
 * ", "1,000", "0x10", "1_000", "" and "NaN" do not.
 */
export const toQuantity = (found: JsonFound): string | null => {
  if (found.type !== "number" && found.type !== "string") return null;
  if (isShortCanonical(found.text)) return found.text;
  const parsed = parseDecimal(found.text);
  return parsed.ok ? formatDecimal(parsed.value) : null;
};

/**
 * The text that unique_count compares: 1 and "1" are one; missing, "", objects and arrays are one empty text. Null:
 * does not count.
 */
export const toDistinctText = (found: JsonFound): string | null => {
  switch (found.type) {
    case "null":
      return null;
    case "string":
      return found.text === "null" ? null : found.text;
    case "number":
    case "boolean":
      return found.text;
    case "missing":
    case "object":
    case "array":
      return "";
  }
};

/** The text of a dimension, to group and filter by. */
export const toDimensionText = (found: JsonFound): string => {
  switch (found.type) {
    case "null":
      return "null";
    case "string":
    case "number":
    case "boolean":
      return found.text;
    case "missing":
    case "object":
    case "array":
      return "";
  }
};

/**
 * Whether the text is canonical as it stands, so short that no limit can be broken: most values are, and need no
 * bigint. No answer for longer texts and for other spellings: those are parsed.
 */
const isShortCanonical = (text: string): boolean => {
  const { length } = text;
  if (length === 0 || length > shortLengthMax) return false;
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  let point = -1;
  for (let at = start; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === POINT && point < 0) point = at;
    else if (code < ZERO || code > NINE) return false;
  }
  const integerDigits = (point < 0 ? length : point) - start;
  const zeroFirst = text.charCodeAt(start) === ZERO;
  if (integerDigits === 0 || (zeroFirst && integerDigits > 1)) return false;
  if (point < 0) return !zeroFirst || start === 0; // "-0" is not canonical
  return point < length - 1 && text.charCodeAt(length - 1) !== ZERO;
};

/** Below the fraction digits that `quantityLimits` allows, the smaller of its two bounds. */
const shortLengthMax = 30;

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;
const POINT = 0x2e;
