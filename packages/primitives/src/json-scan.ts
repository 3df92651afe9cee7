import { err, ok } from "./result.ts";
import type { Result } from "./result.ts";

/** `offset` counts UTF-16 code units from the start of the text; `reason` is a sentence fragment for the producer. */
export type JsonError =
  | Readonly<{ type: "invalid_json"; offset: number; reason: string }>
  | Readonly<{ type: "json_too_deep"; offset: number; depthMax: number }>;

/** depthMax: how many containers may be open at once, inclusive; the outermost counts as 1, a scalar as 0. */
export type JsonLimits = Readonly<{
  depthMax: number;
  /** Code units that are scanned in one step, where there are steps. */
  stepLength?: number;
}>;

/**
 * The end (exclusive) of the JSON value that starts at `at`; whitespace before it is the caller's to skip. Strict RFC
 * 8259: no BOM, comments, trailing commas or raw control characters. Never recursive; lone surrogates are let through.
 */
export const scanValue = (text: string, at: number, limits: JsonLimits): Result<number, JsonError> =>
  catchFailure(() => endOfValue(text, at, limits.depthMax));

/** The first index from `at` on that holds no JSON whitespace (space, tab, line feed, carriage return). */
export const skipWhitespace = (text: string, at: number): number => {
  let index = at;
  for (;;) {
    const code = text.charCodeAt(index);
    if (code > SPACE) return index;
    if (code !== SPACE && code !== LINE_FEED && code !== RETURN && code !== TAB) return index;
    index++;
  }
};

/** The content of the string token [start, end), quotes included in the range, that a scan has accepted. */
export const decodeString = (text: string, start: number, end: number): string => {
  const content = text.slice(start + 1, end - 1);
  if (!content.includes("\\")) return content;
  return JSON.parse(text.slice(start, end)) as string; // a scanned string token is a JSON string
};

/**
 * A long computation in steps: whoever runs it may do something else after each. `runSteps` does not.
 */
export type Steps<T> = Generator<void, T>;

export const runSteps = <T>(steps: Steps<T>): T => {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** Some milliseconds. */
const defaultStepLength = 262_144;

/** scanValue, in steps. */
export function* scanValueInSteps(text: string, at: number, limits: JsonLimits): Steps<Result<number, JsonError>> {
  try {
    return ok(yield* endOfValueInSteps(text, at, { stepLength: defaultStepLength, ...limits }));
  } catch (error) {
    return failureOf(error);
  }
}

/** Calls visit(key, valueStart, valueEnd) for each member of the object at `at`, in order, duplicates included; answers its end. */
export function* scanMembersInSteps(
  text: string,
  at: number,
  { depthMax, stepLength = defaultStepLength }: JsonLimits,
  visit: (key: string, start: number, end: number) => void,
): Steps<Result<number, JsonError>> {
  try {
    if (text.charCodeAt(at) !== OPEN_BRACE) throw invalid(text, at, "expected an object");
    if (depthMax < 1) throw tooDeep(at, depthMax);
    let index = skipWhitespace(text, at + 1);
    let stepEnd = index + stepLength;
    if (text.charCodeAt(index) === CLOSE_BRACE) return ok(index + 1);
    for (;;) {
      const keyEnd = endOfKey(text, index);
      const start = startOfMemberValue(text, keyEnd);
      let end = scanUpTo(text, start, depthMax, 1, 1, start + stepLength);
      if (end < 0) end = yield* endOfRest(text, { depthMax, depthOuter: 1, stepLength });
      visit(decodeString(text, index, keyEnd), start, end);
      index = skipWhitespace(text, end);
      const code = text.charCodeAt(index);
      if (code === CLOSE_BRACE) return ok(index + 1);
      if (code !== COMMA) throw invalid(text, index, "expected ',' or '}'");
      index = skipWhitespace(text, index + 1);
      if (index < stepEnd) continue;
      yield;
      stepEnd = index + stepLength;
    }
  } catch (error) {
    return failureOf(error);
  }
}

/** scanMembersInSteps, at once. */
export const scanMembers = (...scan: Parameters<typeof scanMembersInSteps>): Result<number, JsonError> =>
  runSteps(scanMembersInSteps(...scan));

/** Takes the steps of visit(start, end) for each element of the array at `at`, in order; answers its end. */
export function* scanElementsInSteps(
  text: string,
  at: number,
  { depthMax, stepLength = defaultStepLength }: JsonLimits,
  visit: (start: number, end: number) => Steps<void>,
): Steps<Result<number, JsonError>> {
  try {
    if (text.charCodeAt(at) !== OPEN_BRACKET) throw invalid(text, at, "expected an array");
    if (depthMax < 1) throw tooDeep(at, depthMax);
    let index = skipWhitespace(text, at + 1);
    let stepEnd = index + stepLength;
    if (text.charCodeAt(index) === CLOSE_BRACKET) return ok(index + 1);
    for (;;) {
      let end = scanUpTo(text, index, depthMax, 1, 1, index + stepLength);
      if (end < 0) end = yield* endOfRest(text, { depthMax, depthOuter: 1, stepLength });
      yield* visit(index, end);
      index = skipWhitespace(text, end);
      const code = text.charCodeAt(index);
      if (code === CLOSE_BRACKET) return ok(index + 1);
      if (code !== COMMA) throw invalid(text, index, "expected ',' or ']'");
      index = skipWhitespace(text, index + 1);
      if (index < stepEnd) continue;
      yield;
      stepEnd = index + stepLength;
    }
  } catch (error) {
    return failureOf(error);
  }
}

/** Calls visit(start, end) for each element of the array at `at`, in order; answers its end. */
export const scanElements = (
  text: string,
  at: number,
  limits: JsonLimits,
  visit: (start: number, end: number) => void,
): Result<number, JsonError> =>
  runSteps(
    // oxlint-disable-next-line require-yield -- one step
    scanElementsInSteps(text, at, limits, function* (start, end) {
      visit(start, end);
    }),
  );

/** Like scanValue, for this package: throws ScanFailure. `depthOuter` containers are open around the value. */
export const endOfValue = (text: string, at: number, depthMax: number, depthOuter = 0): number =>
  scanUpTo(text, at, depthMax, depthOuter, depthOuter, Infinity);

/** Where a scan was interrupted: before the value at `index`. */
let interrupted = { index: 0, depth: 0 };

/**
 * The end of a value of which `depth` − `depthOuter` containers are open at `at`, or −1: interrupted before the first value
 * that begins at `pauseAt` or later.
 */
const scanUpTo = (
  text: string,
  at: number,
  depthMax: number,
  depthOuter: number,
  depthAt: number,
  pauseAt: number,
): number => {
  let index = at;
  let depth = depthAt;
  for (;;) {
    if (index >= pauseAt) {
      interrupted = { index, depth };
      return -1;
    }
    const code = text.charCodeAt(index);
    if (code === QUOTE) {
      index = endOfString(text, index);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (depth >= depthMax) throw tooDeep(index, depthMax);
      const isObject = code === OPEN_BRACE;
      index = skipWhitespace(text, index + 1);
      if (text.charCodeAt(index) === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
        index++;
      } else {
        depth++;
        openObject(depth, isObject);
        if (isObject) index = startOfMemberValue(text, endOfKey(text, index));
        continue;
      }
    } else {
      index = endOfPlain(text, index, code);
    }

    // A value ended: close what closes with it, up to the next value or the end of the whole.
    for (;;) {
      if (depth === depthOuter) return index;
      index = skipWhitespace(text, index);
      const after = text.charCodeAt(index);
      const inObject = isObjectAt[depth] === 1;
      if (after === COMMA) {
        index = skipWhitespace(text, index + 1);
        if (inObject) index = startOfMemberValue(text, endOfKey(text, index));
        break;
      }
      if (after !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
        throw invalid(text, index, inObject ? "expected ',' or '}'" : "expected ',' or ']'");
      }
      index++;
      depth--;
    }
  }
};

/** Goes on with a scan that has just been interrupted. */
function* endOfRest(
  text: string,
  { depthMax, depthOuter, stepLength }: Readonly<{ depthMax: number; depthOuter: number; stepLength: number }>,
): Steps<number> {
  for (;;) {
    const { index, depth } = interrupted;
    const open = isObjectAt.slice(0, depth + 1); // others scan meanwhile
    yield;
    isObjectAt.set(open);
    const end = scanUpTo(text, index, depthMax, depthOuter, depth, index + stepLength);
    if (end >= 0) return end;
  }
}

function* endOfValueInSteps(
  text: string,
  at: number,
  { depthMax, stepLength }: Readonly<{ depthMax: number; stepLength: number }>,
): Steps<number> {
  const end = scanUpTo(text, at, depthMax, 0, 0, at + stepLength);
  return end >= 0 ? end : yield* endOfRest(text, { depthMax, depthOuter: 0, stepLength });
}

/** The end of the string token whose opening quote is at `start`. Throws ScanFailure. */
export const endOfString = (text: string, start: number): number => {
  const length = text.length;
  let index = start + 1;
  while (index < length) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) return index + 1;
    if (code === BACKSLASH) index = endOfEscape(text, index);
    else if (code < SPACE) throw invalid(text, index, "control character in a string");
    else index++;
  }
  throw invalid(text, index, "unterminated string");
};

/** The end of the member name at `at`. Throws ScanFailure. */
export const endOfKey = (text: string, at: number): number => {
  if (text.charCodeAt(at) !== QUOTE) throw invalid(text, at, "expected a member name");
  return endOfString(text, at);
};

/** From the end of a member's name to the start of its value. Throws ScanFailure. */
export const startOfMemberValue = (text: string, keyEnd: number): number => {
  const colon = skipWhitespace(text, keyEnd);
  if (text.charCodeAt(colon) !== COLON) throw invalid(text, colon, "expected ':'");
  return skipWhitespace(text, colon + 1);
};

/** Leaves a scan at once; the exported functions turn it into their error. */
export class ScanFailure extends Error {
  override readonly name = "ScanFailure";
  readonly error: JsonError;

  constructor(error: JsonError) {
    super(error.type === "invalid_json" ? `${error.reason} at ${error.offset}` : error.type);
    this.error = error;
  }
}

export const invalid = (text: string, offset: number, reason: string): ScanFailure =>
  new ScanFailure({
    type: "invalid_json",
    offset: Math.min(offset, text.length),
    reason: offset >= text.length ? "unexpected end of text" : reason,
  });

const tooDeep = (offset: number, depthMax: number): ScanFailure =>
  new ScanFailure({ type: "json_too_deep", offset, depthMax });

const catchFailure = (scan: () => number): Result<number, JsonError> => {
  try {
    return ok(scan());
  } catch (error) {
    return failureOf(error);
  }
};

const failureOf = (error: unknown): Result<never, JsonError> => {
  if (error instanceof ScanFailure) return err(error.error);
  throw error;
};

/** Which of the open containers are objects, by depth. Shared: a scan keeps a copy when it lets others go on. */
let isObjectAt = new Uint8Array(256);

const openObject = (depth: number, isObject: boolean): void => {
  if (depth >= isObjectAt.length) {
    const larger = new Uint8Array(depth * 2);
    larger.set(isObjectAt);
    isObjectAt = larger;
  }
  isObjectAt[depth] = isObject ? 1 : 0;
};

/** The end of a number or of true, false, null. */
const endOfPlain = (text: string, at: number, code: number): number => {
  if (code === MINUS || isDigit(code)) return endOfNumber(text, at);
  for (const word of words) {
    if (code === word.charCodeAt(0) && text.startsWith(word, at)) return at + word.length;
  }
  throw invalid(text, at, "expected a value");
};

const words = ["true", "false", "null"];

const endOfNumber = (text: string, at: number): number => {
  const start = text.charCodeAt(at) === MINUS ? at + 1 : at;
  let index = text.charCodeAt(start) === ZERO ? start + 1 : endOfDigits(text, start);
  if (text.charCodeAt(index) === POINT) index = endOfDigits(text, index + 1);
  const letter = text.charCodeAt(index);
  if (letter === LOWER_E || letter === UPPER_E) {
    const sign = text.charCodeAt(index + 1);
    index = endOfDigits(text, sign === PLUS || sign === MINUS ? index + 2 : index + 1);
  }
  return index;
};

/** At least one digit. */
const endOfDigits = (text: string, start: number): number => {
  let index = start;
  while (isDigit(text.charCodeAt(index))) index++;
  if (index === start) throw invalid(text, index, "expected a digit");
  return index;
};

const endOfEscape = (text: string, backslash: number): number => {
  const code = text.charCodeAt(backslash + 1);
  if (code === LOWER_U) {
    for (let index = backslash + 2; index < backslash + 6; index++) {
      if (!isHexDigit(text.charCodeAt(index))) throw invalid(text, index, "expected a hex digit");
    }
    return backslash + 6;
  }
  if (!escapable.has(code)) throw invalid(text, backslash + 1, "unknown escape");
  return backslash + 2;
};

const escapable: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE;

const isHexDigit = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
export const QUOTE = 0x22;
const PLUS = 0x2b;
export const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
export const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
