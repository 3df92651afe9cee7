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
  hasIntegerDigits,
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
export {
  addRatios,
  compareRatios,
  decimalFromRatio,
  divideRatios,
  formatRatio,
  isZeroRatio,
  maxRatio,
  minRatio,
  multiplyRatios,
  negateRatio,
  oneRatio,
  parseRatio,
  ratioFromDecimal,
  ratioTextMax,
  reduceRatio,
  roundRatio,
  subtractRatios,
  sumRatios,
  toRatio,
  zeroRatio,
} from "./ratio.ts";
export type { Ratio } from "./ratio.ts";
export { contains, explainInstantError, formatInstant, instant, parseInstant } from "./time.ts";
export type { Instant, InstantError, Period } from "./time.ts";
export { formatInstantInZone, offsetSegments, parseTimeZone, utc } from "./time-zone.ts";
export type { OffsetSegment, TimeZone } from "./time-zone.ts";
export { dayBoundaries, monthBoundaries } from "./calendar.ts";
export { currencies, findCurrency } from "./currency.ts";
export type { Currency } from "./currency.ts";
export { convertToCurrency, formatMoney, fromMoney, parseMoney, roundToCurrency, toMoney } from "./money.ts";
export type { Money } from "./money.ts";
export { findClosest } from "./closest.ts";
export { groupBy } from "./group-by.ts";
export { sha256 } from "./sha256.ts";
export { allocate } from "./allocate.ts";
export type { AllocationError } from "./allocate.ts";
export {
  addDuration,
  durationsAlign,
  formatDuration,
  isDivisible,
  isPositiveDuration,
  multiplyDuration,
  parseDuration,
  shortestSeconds,
  zeroDuration,
} from "./duration.ts";
export type { DurationError, IsoDuration } from "./duration.ts";
export {
  boundariesIn,
  boundaryAt,
  boundaryIndex,
  nextBoundary,
  parseRecurrence,
  periodAt,
  previousBoundary,
} from "./recurrence.ts";
export type { Inclusion, Recurrence, RecurrenceError } from "./recurrence.ts";
export { timedPeriodAt } from "./timed-recurrence.ts";
export type { TimedRecurrence, TimedRecurrences } from "./timed-recurrence.ts";
export { createUlid, isUlid } from "./id.ts";
export type { Ulid } from "./id.ts";
export {
  decodeString,
  runSteps,
  scanElements,
  scanElementsInSteps,
  scanMembers,
  scanMembersInSteps,
  scanValue,
  scanValueInSteps,
  skipWhitespace,
  type Steps,
} from "./json-scan.ts";
export type { JsonError, JsonLimits } from "./json-scan.ts";
export { matchesSeveral, parseJsonPath } from "./json-path.ts";
export type { JsonPath, JsonPathError, JsonPathStep } from "./json-path.ts";
export { findDuplicateMember } from "./json-duplicate.ts";
export { createExtractor } from "./json-extract.ts";
export type { JsonFound } from "./json-extract.ts";
