export { assert, err, ok } from "./result.ts";
export type { Result } from "./result.ts";
export {
  absolute,
  add,
  compare,
  dec,
  decimalFromInteger,
  divide,
  formatDecimal,
  isZero,
  multiply,
  negate,
  normalize,
  parseDecimal,
  quantityLimits,
  round,
  subtract,
  sum,
  toNumber,
  zero,
} from "./decimal.ts";
export type { Decimal, DecimalError, DecimalLimits, Rounding } from "./decimal.ts";
export { contains, formatInstant, instant, parseInstant } from "./time.ts";
export type { Instant, Period } from "./time.ts";
export { formatInstantInZone, offsetSegments, parseTimeZone, utc } from "./time-zone.ts";
export type { OffsetSegment, TimeZone } from "./time-zone.ts";
export { dayBoundaries, monthBoundaries } from "./calendar.ts";
export { createUlid, isUlid } from "./id.ts";
export type { Ulid } from "./id.ts";
export { decodeString, scanElements, scanMembers, scanValue, skipWhitespace } from "./json-scan.ts";
export type { JsonError, JsonLimits } from "./json-scan.ts";
export { parseJsonPath } from "./json-path.ts";
export type { JsonPath, JsonPathError, JsonPathStep } from "./json-path.ts";
export { createExtractor } from "./json-extract.ts";
export type { JsonFound } from "./json-extract.ts";
