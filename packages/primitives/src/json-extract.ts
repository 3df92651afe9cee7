import { formatDecimal, parseDecimal } from "./decimal.ts";
import type { JsonPath, JsonPathStep } from "./json-path.ts";
import { decodeString, endOfKey, endOfValue, invalid, skipWhitespace, startOfMemberValue } from "./json-scan.ts";

/**
 * What stands at a path. A number's text is canonical plain decimal text ("1.0" → "1", "1e3" → "1000") where it is
 * within `quantityLimits`, else the token as written. A string's text is well-formed: lone surrogates become U+FFFD.
 */
export type JsonFound =
  | Readonly<{ type: "missing" | "null" | "object" | "array" }>
  | Readonly<{ type: "string" | "number" | "boolean"; text: string }>;

/** Containers that may be open at once in an extracted text; ingest admits far fewer. */
const depthMax = 1_024;

/**
 * Answers all paths, in their order, in one pass over a JSON text. The last of duplicate keys wins. A path with several
 * matches answers its first scalar one (null counts); "object" or "array" only when no scalar matched. A null text has
 * nothing: all missing. Throws on text that is not JSON, or nested deeper than 1,024.
 */
export const createExtractor = (paths: readonly JsonPath[]): ((text: string | null) => readonly JsonFound[]) => {
  const root = createNode();
  for (const [index, path] of paths.entries()) addPath(root, path.steps, index);
  return (text) => {
    const found = Array.from(paths, () => missing);
    if (text === null) return found;
    forgetLast();
    const end = extract(root, text, skipWhitespace(text, 0), found);
    const rest = skipWhitespace(text, end);
    forgetLast();
    if (rest !== text.length) throw invalid(text, rest, "expected the end of the text");
    return found;
  };
};

/** A stretch of an array, both bounds inclusive. */
type Range = { readonly from: number; readonly to: number; readonly node: Node };

/** The paths as a tree of their steps. `leaves` are the indices of paths that end here, `below` those and all deeper ones. */
type Node = {
  readonly leaves: number[];
  readonly below: number[];
  readonly members: Map<string, Node>;
  /** In ascending order of `from`. */
  readonly elements: Range[];
};

const createNode = (): Node => ({ leaves: [], below: [], members: new Map(), elements: [] });

const addPath = (root: Node, steps: readonly JsonPathStep[], index: number): void => {
  let node = root;
  node.below.push(index);
  for (const step of steps) {
    node = childFor(node, step);
    node.below.push(index);
  }
  node.leaves.push(index);
};

const childFor = (parent: Node, step: JsonPathStep): Node => {
  if (step.type === "member") {
    const known = parent.members.get(step.name);
    if (known !== undefined) return known;
    const node = createNode();
    parent.members.set(step.name, node);
    return node;
  }
  const { from } = step;
  const to = step.to === "end" ? Number.POSITIVE_INFINITY : step.to;
  const known = parent.elements.find((range) => range.from === from && range.to === to);
  if (known !== undefined) return known.node;
  const node = createNode();
  const later = parent.elements.findIndex((range) => range.from > from);
  parent.elements.splice(later < 0 ? parent.elements.length : later, 0, { from, to, node });
  return node;
};

/**
 * Writes what the value at `at` answers for the paths below `node`, whose entries must be `missing` before; answers the
 * value's end. Recursion is as deep as the longest path, not as the text.
 */
const extract = (node: Node, text: string, at: number, found: JsonFound[]): number => {
  switch (text.charCodeAt(at)) {
    case OPEN_BRACE:
      setLeaves(node, found, object);
      return node.members.size === 0 ? endOfValue(text, at, depthMax) : extractMembers(node, text, at, found);
    case OPEN_BRACKET:
      setLeaves(node, found, array);
      return node.elements.length === 0 ? endOfValue(text, at, depthMax) : extractElements(node, text, at, found);
    default: {
      if (node.leaves.length === 0) return endOfValue(text, at, depthMax);
      if (last.at !== at) {
        last.end = endOfValue(text, at, depthMax);
        last.value = scalar(text, at, last.end);
        last.at = at;
      }
      setLeaves(node, found, last.value);
      return last.end;
    }
  }
};

const extractMembers = (node: Node, text: string, at: number, found: JsonFound[]): number => {
  let index = skipWhitespace(text, at + 1);
  if (text.charCodeAt(index) === CLOSE_BRACE) return index + 1;
  for (;;) {
    const keyEnd = endOfKey(text, index);
    const start = startOfMemberValue(text, keyEnd);
    const child = memberNamed(node, text, index, keyEnd);
    if (child === null) {
      index = endOfValue(text, start, depthMax);
    } else {
      clear(child, found); // an earlier member of the same name no longer counts
      index = extract(child, text, start, found);
    }
    index = skipWhitespace(text, index);
    const code = text.charCodeAt(index);
    if (code === CLOSE_BRACE) return index + 1;
    if (code !== COMMA) throw invalid(text, index, "expected ',' or '}'");
    index = skipWhitespace(text, index + 1);
  }
};

const extractElements = (node: Node, text: string, at: number, found: JsonFound[]): number => {
  let index = skipWhitespace(text, at + 1);
  if (text.charCodeAt(index) === CLOSE_BRACKET) return index + 1;
  let ranges = node.elements; // those that may still take something
  for (let position = 0; ; position++) {
    let end = -1;
    let over = 0;
    const first = text.charCodeAt(index);
    const isContainer = first === OPEN_BRACE || first === OPEN_BRACKET;
    for (const { from, to, node: child } of ranges) {
      if (position < from) break;
      if (position === from) end = extract(child, text, index, found);
      else if (position > to || isSettled(child, found)) over += 1;
      else if (child.leaves.length === 0 && !isContainer) continue; // nothing lies below a scalar
      else end = extractAnother(child, text, index, found);
    }
    if (over > 0) ranges = ranges.filter((range) => position < range.from || !isOver(range, position, found));
    if (end === -1) end = endOfValue(text, index, depthMax);
    index = skipWhitespace(text, end);
    const code = text.charCodeAt(index);
    if (code === CLOSE_BRACKET) return index + 1;
    if (code !== COMMA) throw invalid(text, index, "expected ',' or ']'");
    index = skipWhitespace(text, index + 1);
  }
};

/** Once its paths have their scalars, a range takes nothing more. */
const isOver = ({ to, node }: Range, position: number, found: readonly JsonFound[]): boolean =>
  position >= to || isSettled(node, found);

/** A further match of a step that has matched before: what was found first stays, unless it was not a scalar and this is. */
const extractAnother = (node: Node, text: string, at: number, found: JsonFound[]): number => {
  const before = node.below.map((path) => found[path] ?? missing);
  clear(node, found);
  const end = extract(node, text, at, found);
  for (const [order, path] of node.below.entries()) {
    const earlier = before[order] ?? missing;
    const later = found[path] ?? missing;
    if (isScalar(earlier) || (earlier.type !== "missing" && !isScalar(later))) {
      found[path] = earlier;
    }
  }
  return end;
};

const memberNamed = (node: Node, text: string, keyStart: number, keyEnd: number): Node | null => {
  if (hasEscape(text, keyStart, keyEnd)) return node.members.get(decodeString(text, keyStart, keyEnd)) ?? null;
  if (node.members.size > comparedMembersMax) return node.members.get(text.slice(keyStart + 1, keyEnd - 1)) ?? null;
  const length = keyEnd - keyStart - 2;
  for (const [name, child] of node.members)
    if (name.length === length && text.startsWith(name, keyStart + 1)) return child;
  return null;
};

/** Up to so many members it is faster to compare each than to look a key up. */
const comparedMembersMax = 8;

const hasEscape = (text: string, start: number, end: number): boolean => {
  for (let index = start; index < end; index++) {
    if (text.charCodeAt(index) === BACKSLASH) return true;
  }
  return false;
};

const clear = (node: Node, found: JsonFound[]): void => {
  for (const path of node.below) found[path] = missing;
};

const setLeaves = (node: Node, found: JsonFound[], value: JsonFound): void => {
  for (const path of node.leaves) found[path] = value;
};

const isSettled = (node: Node, found: readonly JsonFound[]): boolean =>
  node.below.every((path) => isScalar(found[path] ?? missing));

const isScalar = ({ type }: JsonFound): boolean => type !== "missing" && type !== "object" && type !== "array";

const scalar = (text: string, start: number, end: number): JsonFound => {
  switch (text.charCodeAt(start)) {
    case QUOTE:
      return { type: "string", text: decodeString(text, start, end).toWellFormed() };
    case LOWER_T:
    case LOWER_F:
      return { type: "boolean", text: text.slice(start, end) };
    case LOWER_N:
      return nothing;
    default:
      return { type: "number", text: canonicalNumber(text.slice(start, end)) };
  }
};

/** Most tokens are canonical as written: without exponent, and without a fraction or with one that does not end in 0. */
const canonicalNumber = (token: string): string => {
  if (plainNumber.test(token)) return token;
  const parsed = parseDecimal(token);
  return parsed.ok ? formatDecimal(parsed.value) : token;
};

const plainNumber = /^(?:0|-?[1-9][0-9]*|-?[0-9]+\.[0-9]*[1-9])$/;

/** The scalar that was read last, for paths that take it in several ways: one extraction runs at a time. */
const last: { at: number; end: number; value: JsonFound } = { at: -1, end: -1, value: { type: "missing" } };

const forgetLast = (): void => {
  last.at = -1;
  last.value = missing;
};

const missing: JsonFound = { type: "missing" };
const nothing: JsonFound = { type: "null" };
const object: JsonFound = { type: "object" };
const array: JsonFound = { type: "array" };

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
