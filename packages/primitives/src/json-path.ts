import { err, ok } from "./result.ts";
import type { Result } from "./result.ts";

/** Where a value stands inside an event's data. `text` is the path as written. */
export type JsonPath = Readonly<{ text: string; steps: readonly JsonPathStep[] }>;

/**
 * An `elements` step covers the indices from..to, both inclusive: `[2]` is 2..2, `[*]` is 0..end. In the text, the index
 * after `to` is exclusive, as ClickHouse's JSON_VALUE has it: `[0 to 2]` is 0..1.
 */
export type JsonPathStep =
  | Readonly<{ type: "member"; name: string }>
  | Readonly<{ type: "elements"; from: number; to: number | "end" }>;

export type JsonPathError = Readonly<{ type: "invalid_json_path"; reason: string }>;

/** Characters of a path and steps in it, both inclusive. */
export const jsonPathLimits: Readonly<{ lengthMax: number; stepsMax: number }> = {
  lengthMax: 1_024,
  stepsMax: 64,
};

/**
 * `$` followed by steps: `.name` (letters, digits, `_`, `$` of ASCII), `."any name"`, `['any name']`, `["any name"]`,
 * `[0]`, `[0 to 2]`, `[*]`. No spaces outside quotes except around `to`, no backslashes inside them, no `..`, `.*`,
 * filters, functions, negative indices or empty ranges.
 */
export const parseJsonPath = (text: string): Result<JsonPath, JsonPathError> => {
  if (text.length > jsonPathLimits.lengthMax) {
    return invalid(`must be at most ${jsonPathLimits.lengthMax} characters long`);
  }
  if (!text.startsWith("$")) return invalid("must start with $");
  if (!text.isWellFormed()) return invalid("must be well-formed Unicode");
  const steps: JsonPathStep[] = [];
  let at = 1;
  while (at < text.length) {
    if (steps.length === jsonPathLimits.stepsMax) {
      return invalid(`must have at most ${jsonPathLimits.stepsMax} steps`);
    }
    const parsed = parseStep(text, at);
    if (parsed === null) return invalid(`has no valid step at character ${at + 1}; ${stepsSpelled}`);
    steps.push(parsed.step);
    at = parsed.end;
  }
  return ok({ text, steps });
};

const stepsSpelled = `a step is .name, ."any name", ['any name'], [0], [0 to 2] or [*]`;

/** Whether several values of one event may stand at the path: an extractor answers only the first of them. */
export const matchesSeveral = ({ steps }: JsonPath): boolean =>
  steps.some((step) => step.type === "elements" && step.from !== step.to);

type ParsedStep = Readonly<{ step: JsonPathStep; end: number }>;

const parseStep = (text: string, at: number): ParsedStep | null => {
  for (const { pattern, toStep } of syntaxes) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) {
      const step = toStep(match[1] ?? "", match[2] ?? "");
      return step === null ? null : { step, end: pattern.lastIndex };
    }
  }
  return null;
};

type Syntax = Readonly<{
  pattern: RegExp;
  toStep: (first: string, second: string) => JsonPathStep | null;
}>;

const member = (name: string): JsonPathStep => ({ type: "member", name });

const elements = (from: number, to: number): JsonPathStep | null =>
  from <= to && to <= indexMax ? { type: "elements", from, to } : null;

/** The largest index that an unsigned 32-bit integer can count up to. */
const indexMax = 2 ** 32 - 2;

const syntaxes: readonly Syntax[] = [
  { pattern: /\.([A-Za-z0-9_$]+)/y, toStep: member },
  { pattern: /\."([^"\\]+)"/y, toStep: member },
  { pattern: /\['([^'\\]*)'\]/y, toStep: member },
  { pattern: /\["([^"\\]*)"\]/y, toStep: member },
  { pattern: /\[\*\]/y, toStep: () => ({ type: "elements", from: 0, to: "end" }) },
  {
    pattern: /\[(0|[1-9][0-9]{0,9})\]/y,
    toStep: (index) => elements(Number(index), Number(index)),
  },
  {
    pattern: /\[(0|[1-9][0-9]{0,9}) +to +(0|[1-9][0-9]{0,9})\]/y,
    toStep: (from, to) => elements(Number(from), Number(to) - 1),
  },
];

const invalid = (reason: string): Result<never, JsonPathError> => err({ type: "invalid_json_path", reason });
